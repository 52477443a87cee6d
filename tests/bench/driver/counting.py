# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loads whose figure is a count for each request: system calls and instructions."""

import load as loads
import machine
import plan as plans
import servers as programs
from plan import Table

SLICE_MS = 50


def syscalls(bench):
    """System calls per request."""
    table = Table("syscalls", "system calls per request, by strace",
                  ["server", "connections", "per request", "which", "verdict"])
    for name in ["limit", *bench.hosts, *bench.peers]:
        is_peer = name in programs.PEERS
        for connections in (64,) if is_peer else (64, 1):
            bench.say(f"syscalls: {name}, {connections} connections")
            try:
                calls = count_calls(bench, bench.variant(name), connections)
            except (loads.LoadFailed, programs.ServerFailed) as error:
                if not is_peer:
                    raise
                table.notes.append(f"{name} left out: {(str(error).splitlines() or ['failed'])[-1][:200]}")
                continue
            total = sum(calls.values())
            verdict = "reported"
            if name in programs.HOSTS and connections == 64:
                verdict = "passed" if total <= plans.SYSTEM_CALLS else "FAILED"
                table.verdicts[f"syscalls {name}"] = verdict
            most = ", ".join(f"{call} {count:.3f}" for call, count in calls.items() if count >= 0.005)
            table.rows.append([name, str(connections), f"{total:.2f}", most, verdict])
            table.data.append({"server": name, "connections": connections, "total": total, "calls": calls})
    table.notes.append("under strace more requests are ready at a time, so what is done once a turn counts for less")
    table.notes.append(f"the bound is {plans.SYSTEM_CALLS} at 64 connections, and Eddy's slice {SLICE_MS} ms, as strace slows "
                       "the server down and a turn of 1 ms would end after a few requests")
    return table


def count_calls(bench, variant, connections):
    # As strace slows the server down, so must its slice grow, or turns would end after a few requests.
    slower = (f"--slice={SLICE_MS}",) if variant.is_hello else ()
    with bench.servers.start(variant, *slower) as server:
        return loads.system_calls(server, bench.load, loads.Traffic(connections), bench.plan.seconds)


def instructions(bench):
    """User-mode instructions per request."""
    table = Table("instructions", "instructions per request in user mode, 64 connections",
                  ["server", "instructions", "to native"])
    reason = machine.counters_reason()
    count = loads.instructions_by_perf
    if reason:
        table.notes.append(f"counted by valgrind, because {reason}")
        count = loads.instructions_by_valgrind
        if machine.find("valgrind") is None:
            table.notes = [f"not measured: {reason}, and valgrind is missing (Debian package valgrind)"]
            return table
    found = {}
    for name in ["limit", *bench.hosts]:
        bench.say(f"instructions: {name}")
        found[name] = count(bench.servers, bench.variant(name), bench.load, bench.plan.seconds)
    for name, value in found.items():
        ratio = f"{value / found['native']:.3f}" if "native" in found else "-"
        table.rows.append([name, f"{value:.0f}", ratio])
        table.data.append({"server": name, "instructions": value})
    return table
