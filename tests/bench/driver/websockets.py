# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loads on WebSockets: their other end is the program websocket_load.cc, the same for every server."""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import resource
import select
import signal
import statistics
import subprocess
import time

import load as loads
import machine
import plan as plans
import servers as programs
import throughput
from plan import Table, number

# Idle connections whose descriptors are taken by something else.
SPARE_DESCRIPTORS = 100


@dataclasses.dataclass(frozen=True)
class Messages:
    """What each connection sends and waits for."""

    size: int
    connections: int = 64
    options: tuple = ()


class Client:
    """The load's program, all of whose connections are open. Use it with `with`."""

    def __init__(self, bench, server, messages, patience=60):
        command = [str(bench.servers.programs / "bench_websocket_load"), f"--port={server.port}",
                   f"--connections={messages.connections}", f"--size={messages.size}",
                   f"--seconds={bench.plan.seconds}", *messages.options]
        self.name = server.name
        self.process = machine.start(command, bench.load.core, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, bufsize=0)
        try:
            self.line(patience)
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def line(self, patience):
        if not select.select([self.process.stdout], [], [], patience)[0]:
            raise loads.LoadFailed(f"{self.name}: no answer of the load within {patience} s")
        text = self.process.stdout.readline()
        if not text:
            raise loads.LoadFailed(f"{self.name}: {self.process.stderr.read().decode(errors='replace').strip()}")
        return json.loads(text)

    def ask(self, command, patience=30):
        self.process.stdin.write(f"{command}\n".encode())
        return self.line(patience)

    def report(self):
        """Of its connections, since the last time; all must be open."""
        counted = self.ask("report")
        if counted["closed"]:
            raise loads.LoadFailed(f"{self.name} has closed {counted['closed']} connections")
        return counted

    def stop(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()  # which ends it
        machine.end(self.process, patience=30)
        self.process.stdout.close()
        self.process.stderr.close()


# ---- Echo ---------------------------------------------------------------------------------------

def sampler(messages):
    """Takes a sample of a server that is started for it."""
    def take(bench, name):
        with bench.servers.start(programs.WEBSOCKETS[name]) as server, Client(bench, server, messages) as client:
            server.report()
            cpu = server.cpu()
            result = client.ask("go", bench.plan.seconds + 40)
            cpu = server.cpu() - cpu
            counted = server.report()
        if counted["requests"] != result["messages"]:
            raise loads.LoadFailed(f"the load says {result['messages']} messages and {name} {counted['requests']}")
        seconds = result["seconds"]
        sample = loads.Sample(result["messages"], result["messages"] / seconds, cpu / result["messages"] * 1e6,
                              cpu / seconds, result["cpu_seconds"] / seconds, result["p50_ms"], result["p99_ms"],
                              turns=counted.get("turns", 0), own_requests=counted["requests"])
        sample.void = bench.load.why_void(sample)
        return sample
    return take


def echo(bench, name, size, title):
    contest = throughput.Contest(bench, name, title, to_base=plans.WEBSOCKET_TO_LIMIT,
                                 hosts_to_base=plans.WEBSOCKET_HOST_TO_LIMIT, peers=peers(bench),
                                 take=sampler(Messages(size)), unit="message")
    return contest.run()


def peers(bench):
    return [name for name in bench.all_peers if name in programs.WEBSOCKETS]


def ws_echo125(bench):
    return echo(bench, "ws-echo125", 125, "WebSocket echo of 125 bytes, 64 connections")


def ws_echo16k(bench):
    return echo(bench, "ws-echo16k", 16 * 1024, "WebSocket echo of 16 KiB, 64 connections")


# ---- Memory -------------------------------------------------------------------------------------

# What the connections have agreed upon, the server's arguments for it, the client's, and the bound.
COMPRESSION = (
    ("none", (), (), plans.WEBSOCKET_BYTES),
    ("the defaults", ("--deflate",), ("--deflate",), plans.WEBSOCKET_DEFLATE_BYTES),
    ("context takeover", ("--takeover",), ("--takeover",), None),
)


def memory_growth(bench, variant, arguments, options, count):
    """Bytes of private memory for each connection, which has sent and got one message."""
    with bench.servers.start(variant, *arguments) as server:
        with Client(bench, server, Messages(125, 100, options)):
            pass  # which takes what is taken once
        time.sleep(0.2)
        before = server.private_memory()
        with Client(bench, server, Messages(125, count, options), patience=300) as client:
            time.sleep(0.2)
            grown = server.private_memory() - before
            client.report()
    return grown / count


def connections_of(bench, name, compression):
    if compression == "context takeover":
        return bench.plan.held // 20  # each has a compressor of its own
    # libsoup looks through all its descriptors at each turn: 10,000 take it minutes.
    return bench.plan.held // 5 if name in programs.PEERS else bench.plan.held


def ws_memory(bench):
    """Private memory of the process for each idle WebSocket."""
    table = Table("ws-memory", f"private memory for each of {bench.plan.held} idle WebSockets",
                  ["server", "compression", "bytes each", "bound", "verdict"])
    machine.need_descriptors(bench.plan.held + SPARE_DESCRIPTORS)
    for name in ["limit", *bench.hosts, *peers(bench)]:
        variant = programs.WEBSOCKETS[name]
        for what, arguments, options, bound in COMPRESSION:
            if not set(arguments) <= set(variant.compression):
                continue
            count = connections_of(bench, name, what)
            bench.say(f"ws-memory: {name}, compression: {what}")
            try:
                grown = memory_growth(bench, variant, arguments, options, count)
            except (loads.LoadFailed, programs.ServerFailed) as error:
                if name not in programs.PEERS:
                    raise
                table.notes.append(f"{name}, compression {what}, left out: {throughput.last_line(error)}")
                continue
            add_memory(table, name, what, grown, bound if name in programs.HOSTS else None)
    table.notes.append("each has sent and got one message of 125 bytes; private memory is Private_Clean and "
                       "Private_Dirty of smaps_rollup")
    table.notes.append(f"of peers there are {bench.plan.held // 5}, with context takeover {bench.plan.held // 20}")
    return table


def add_memory(table, name, what, grown, bound):
    verdict = "reported" if bound is None else "passed" if grown <= bound else "FAILED"
    if bound is not None:
        table.verdicts[f"ws-memory {name} compression: {what}"] = verdict
    table.rows.append([name, what, f"{grown:.0f}", "-" if bound is None else f"{bound:.0f}", verdict])
    table.data.append({"server": name, "compression": what, "bytes": grown, "bound": bound})


# ---- Idle ---------------------------------------------------------------------------------------

TIMER_MS = 10
PING_MS = 10_000
# The ping round: so long before the first ping is due the server is stopped, and until the last one is.
STOP_BEFORE_MS = 500


def many_descriptors(wanted):
    """As many of `wanted` connections as the limit of the machine allows each of the two processes."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    count = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard - SPARE_DESCRIPTORS)
    machine.need_descriptors(count + SPARE_DESCRIPTORS)
    return count


def wakeups(pid):
    """How often the process has gone to sleep by itself, which is how often it was woken."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.MULTILINE).group(1))


def timer_lateness(bench, host, count):
    """The host's own timer without idle WebSockets and beside them, in turns: p50 in milliseconds."""
    found = {"without": [], "beside": []}
    with bench.servers.start(programs.WEBSOCKETS[host], f"--timer={TIMER_MS}") as server:
        for part in range(bench.plan.runs):
            found["without"].append(lateness_now(bench, server))
            with Client(bench, server, Messages(125, count), patience=300) as client:
                found["beside"].append(lateness_now(bench, server))
                client.report()
    return {name: statistics.median(values) for name, values in found.items()}


def lateness_now(bench, server):
    time.sleep(0.5)
    server.report()
    time.sleep(bench.plan.timer_seconds)
    return server.report()["timer"]["p50_ms"]


def idle_wakeups(bench, host, count):
    """A second, without traffic, timers or pings."""
    with bench.servers.start(programs.WEBSOCKETS[host]) as server, \
            Client(bench, server, Messages(125, count), patience=300) as client:
        time.sleep(1)
        before = wakeups(server.pid)
        time.sleep(bench.plan.timer_seconds)
        counted = (wakeups(server.pid) - before) / bench.plan.timer_seconds
        client.report()
    return counted


def ping_round(bench, host, count):
    """All pings fall due while the server is stopped, so that they come in one turn of its timers."""
    with bench.servers.start(programs.WEBSOCKETS[host], "--probe", f"--ping={PING_MS}") as server:
        begin = time.monotonic()
        with Client(bench, server, Messages(125, count), patience=300) as client:
            opened = time.monotonic()
            if opened - begin > (PING_MS - STOP_BEFORE_MS) / 1000:
                raise loads.LoadFailed(f"{host}: opening {count} connections took longer than a ping's interval")
            server.report()
            client.report()
            time.sleep(max(0, begin + (PING_MS - STOP_BEFORE_MS) / 1000 - time.monotonic()))
            os.kill(server.pid, signal.SIGSTOP)
            try:
                time.sleep(max(0, opened + PING_MS / 1000 + 0.2 - time.monotonic()))
            finally:
                os.kill(server.pid, signal.SIGCONT)
            pings, deadline = 0, time.monotonic() + 15
            while pings < count and time.monotonic() < deadline:
                time.sleep(0.1)
                pings += client.report()["pings"]
            counted = server.report()
    if pings < count:
        raise loads.LoadFailed(f"{host}: {pings} of {count} pings came")
    return counted


def ws_idle(bench):
    """What idle WebSockets cost the program that they are in."""
    count = many_descriptors(bench.plan.idle_websockets)
    table = Table("ws-idle", f"beside {count} idle WebSockets",
                  ["host", f"{TIMER_MS} ms timer p50 without, ms", "beside, ms", "wakeups/s",
                   "ping round: longest turn, ms (processor)", "longest step, ms (processor)", "verdict"])
    for host in bench.hosts:
        bench.say(f"ws-idle: {host}")
        late = timer_lateness(bench, host, count)
        woken = idle_wakeups(bench, host, count)
        pings = ping_round(bench, host, count)
        verdicts = {
            "timer": late["beside"] - late["without"] <= plans.WEBSOCKET_TIMER_MS,
            "wakeups": woken == 0,
            "ping round": all(
                pings[f"longest_turn{clock}_ms"] <= plans.SLICE_MS + pings[f"longest_step{clock}_ms"]
                + plans.SLICE_SLACK_MS for clock in ("", "_cpu")),
        }
        for what, kept in verdicts.items():
            table.verdicts[f"ws-idle {host} {what}"] = "passed" if kept else "FAILED"
        broken = [what for what, kept in verdicts.items() if not kept]
        table.rows.append([host, f"{late['without']:.3f}", f"{late['beside']:.3f}", f"{woken:.1f}",
                           "{longest_turn_ms:.2f} ({longest_turn_cpu_ms:.2f})".format(**pings),
                           "{longest_step_ms:.2f} ({longest_step_cpu_ms:.2f})".format(**pings),
                           f"FAILED: {', '.join(broken)}" if broken else "passed"])
        table.data.append({"host": host, "connections": count, **late, "wakeups": woken, "ping_round": pings})
    if count < bench.plan.idle_websockets:
        table.notes.append(f"the descriptor limit of this machine allows no more than {count} of the "
                           f"{bench.plan.idle_websockets}")
    table.notes.append("the bounds: the timer's p50 beside them at most "
                       f"{number(plans.WEBSOCKET_TIMER_MS, 1)} ms later, no wakeups (voluntary context switches), and "
                       f"a longest turn of at most the slice of {plans.SLICE_MS} ms and the longest step")
    table.notes.append("ping round: the server is stopped while all pings fall due, so that they do so at once")
    return table
