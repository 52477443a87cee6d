# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The loads of --loads, in the order in which they are measured, and how long each takes. Each is a function that takes
a Bench and returns one table."""

import counting
import latency
import memory
import pieces
import servers as programs
import size
import throughput
import websockets

# Beginning and end of a server and of wrk, in seconds.
AROUND = 0.3
# Opening an idle connection and having an answer on it; most of it is Python's.
OPENING = 0.0003
# Hosts that look through all their descriptors at each turn take so many seconds more with 10,000 connections.
QUADRATIC = 15


def sample(bench):
    return bench.plan.seconds + AROUND


def contest(bench, bounded, peers=None, limit=1):
    """Of throughput.Contest, with so many that have a bound."""
    everyone = len(bench.hosts) + (len(bench.peers) if peers is None else peers) + limit
    plan = bench.plan
    rounds = min(plan.peer_rounds, plan.pairs) if bounded else plan.peer_rounds
    return sample(bench) * (everyone * rounds + bounded * max(0, plan.pairs - rounds))


def quadratic(connections):
    return QUADRATIC * (connections / 10_000) ** 2


def idle(bench):
    opening = bench.plan.idle * OPENING
    peers = sum(2 * sample(bench) + opening + quadratic(bench.plan.idle) * (programs.PEERS[name].host in ("qt", "glib"))
                for name in bench.peers if not programs.PEERS[name].threads)
    return len(bench.hosts) * bench.plan.pairs * (2 * sample(bench) + opening) + peers


def memory_seconds(bench):
    one = bench.plan.held * OPENING + 1.0
    return one * (2 * len(bench.hosts) + len(bench.peers) + 2) + 3 * quadratic(bench.plan.held)


def timer(bench):
    one = bench.plan.timer_seconds + 1.2
    return one * (len(latency.in_a_host(bench)) * bench.plan.timer_cases + len(bench.hosts) * (bench.plan.runs - 1))


def tls(bench):
    return contest(bench, 0, peers=1, limit=0)


def ws_echo(bench):
    return contest(bench, 1 + len(bench.hosts), peers=len(websockets.peers(bench)))


def ws_memory(bench):
    one = bench.plan.held * OPENING + 1.5
    peers = websockets.peers(bench)
    return one * (2.3 * len(bench.hosts) + len(peers) + 1)


def ws_idle(bench):
    opening = bench.plan.idle_websockets * OPENING
    timers = bench.plan.runs * (2 * (bench.plan.timer_seconds + 0.5) + opening)
    return len(bench.hosts) * (timers + opening + bench.plan.timer_seconds + 1 + websockets.PING_MS / 1000 + 5)


# Function, whose name is the load's with a hyphen for each underscore, and its estimate in seconds without repetitions.
TABLE = (
    (throughput.limit, lambda bench: sample(bench) * 2 * bench.plan.pairs),
    (throughput.c1, lambda bench: contest(bench, 0)),
    (throughput.c64, lambda bench: contest(bench, 1 + len(bench.hosts))),
    (throughput.c512, lambda bench: contest(bench, 1 + len(bench.hosts))),
    (throughput.p16, lambda bench: contest(bench, 2)),
    (throughput.idle, idle),
    (throughput.post1k, lambda bench: contest(bench, 0)),
    (throughput.post1m, lambda bench: contest(bench, 0)),
    (throughput.file1m, lambda bench: contest(bench, 0)),
    (throughput.tls, tls),
    (throughput.handshakes, tls),
    (memory.memory, memory_seconds),
    (latency.timer, timer),
    (latency.fairness, lambda bench: len(bench.hosts) * 2 * 4),
    (counting.syscalls, lambda bench: (sample(bench) + 1) * (2 + 2 * len(bench.hosts) + len(bench.peers))),
    (counting.instructions, lambda bench: (1 + len(bench.hosts)) * (4 * bench.plan.seconds + 4)),
    (websockets.ws_echo125, ws_echo),
    (websockets.ws_echo16k, ws_echo),
    (websockets.ws_memory, ws_memory),
    (websockets.ws_idle, ws_idle),
    (size.size, lambda bench: 2 * len(bench.hosts)),
    (pieces.pieces, lambda bench: sum(pieces.SECONDS.values())),
)
LOADS = {function.__name__.replace("_", "-"): function for function, _ in TABLE}
SECONDS = {function.__name__.replace("_", "-"): seconds for function, seconds in TABLE}


def estimate(bench, names):
    """Seconds that these loads take, on a machine where nothing is void or undecided."""
    return sum(SECONDS[name](bench) for name in names)
