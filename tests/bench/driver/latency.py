# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loads whose figure is a time: how late the host's own timer is called, and how evenly connections are served."""

import statistics
import time

import load as loads
import machine
import plan as plans
import servers as programs
from plan import Table, number, part

# Handlers' work in microseconds, and connections. The first has a bound.
CASES = ((10, 512), (10, 64), (1000, 64), (1000, 512))


def timer_run(bench, variant, work, connections, seconds):
    """Lateness of the host's own 5 ms timer while the server is saturated."""
    with bench.servers.start(variant, f"--work={work}", "--timer") as server:
        process = bench.load.start(server, loads.Traffic(connections), seconds + 2)
        try:
            time.sleep(0.7)
            server.report()  # what came before is forgotten
            cpu, begin = server.cpu(), time.monotonic()
            time.sleep(seconds)
            report = server.report()
            busy = (server.cpu() - cpu) / (time.monotonic() - begin)
        finally:
            machine.end(process)
    turns = report.get("turns", 0)
    return {**report["timer"], "busy": busy, "requests": report["requests"], "rate": report["requests"] / seconds,
            "batch": report["requests"] / turns if turns else None}


def timer_runs(bench, variant, work, connections, wanted):
    """As many runs as wanted in which the server had a core of its own, and how many had not."""
    runs, voided = [], 0
    while len(runs) < wanted and voided < 2 * wanted:
        run = timer_run(bench, variant, work, connections, bench.plan.timer_seconds)
        if bench.plan.strict and run["busy"] < bench.load.saturated:
            voided += 1
        else:
            runs.append(run)
    return runs, voided


def in_a_host(bench):
    return [*bench.hosts, *(name for name in bench.all_peers if programs.PEERS[name].host)]


def timer(bench):
    """The host's own timer under load, beside the peers that live in the same host."""
    table = Table("timer", "lateness of the host's own 5 ms timer",
                  ["server", "host", "handlers", "connections", "p50 ms", "p99 ms", "max ms", "calls", "requests/s",
                   "requests/turn", "server busy", "verdict"])
    for work, connections in CASES[:bench.plan.timer_cases]:
        bounded = (work, connections) == CASES[0]
        for name in in_a_host(bench):
            variant = bench.variant(name)
            bench.say(f"timer: {name}, handlers of {work} us, {connections} connections")
            has_bound = bounded and name in programs.HOSTS
            wanted = bench.plan.runs if has_bound else 1
            runs, voided = timer_runs(bench, variant, work, connections, wanted)
            add_timer_row(table, variant, work, connections, runs, len(runs) < wanted, has_bound)
            if voided:
                table.notes.append(f"{name}, {work} us, {connections} connections: the server had no core of its own "
                                   f"in {voided} runs")
    table.notes.append(f"the bound is {plans.TIMER_P50_MS} ms for the p50 with handlers of 10 us and 512 connections")
    return table


def add_timer_row(table, variant, work, connections, runs, void, has_bound):
    values = {key: statistics.median(run[key] for run in runs) if runs and runs[0][key] is not None else None
              for key in ("p50_ms", "p99_ms", "count", "batch", "busy", "rate")}
    values["max_ms"] = max((run["max_ms"] for run in runs), default=None)
    verdict = "reported"
    if has_bound:
        verdict = "void" if void else "passed" if values["p50_ms"] <= plans.TIMER_P50_MS else "FAILED"
        table.verdicts[f"timer {variant.name} p50"] = verdict
    table.rows.append([
        variant.name, variant.host, f"{work} us", str(connections), number(values["p50_ms"], 2),
        number(values["p99_ms"], 2), number(values["max_ms"], 2), number(values["count"], 0),
        number(values["rate"], 0), number(values["batch"], 1), part(values["busy"]), verdict])
    table.data.append({"server": variant.name, "host": variant.host, "work_us": work, "connections": connections,
                       **values, "runs": runs})


def fairness_run(bench, host, connections):
    requests = bench.plan.fair_requests
    with bench.servers.start(programs.HOSTS[host], "--work=10", f"--fairness={connections},{requests}") as server:
        process = machine.start(
            [str(bench.servers.programs / "bench_clients"), f"--port={server.port}", f"--connections={connections}",
             "--seconds=60"], bench.load.core)
        try:
            deadline = time.monotonic() + 60
            while True:
                time.sleep(0.3)
                counted = server.report()["fairness"]
                if counted["left"] == 0:
                    return counted
                if process.poll() is not None or time.monotonic() > deadline:
                    raise loads.LoadFailed(f"{host}: {counted['left']} of {requests} requests did not come")
        finally:
            machine.end(process)


def fairness(bench):
    """How evenly the connections are served, counted in the server."""
    table = Table("fairness", f"fairness: {bench.plan.fair_requests} requests of connections that always want the "
                  "next, handlers of 10 us",
                  ["host", "connections", "least served", "most served", "ratio", "longest wait, in rounds", "verdict"])
    for host in bench.hosts:
        for connections in (64, 512):
            bench.say(f"fairness: {host}, {connections} connections")
            counted = fairness_run(bench, host, connections)
            ratio = counted["most"] / counted["least"] if counted["least"] else float("inf")
            verdict = "passed" if ratio <= plans.MOST_TO_LEAST else "FAILED"
            table.verdicts[f"fairness {host} {connections}"] = verdict
            table.rows.append([host, str(connections), str(counted["least"]), str(counted["most"]), f"{ratio:.2f}",
                               f"{counted['longest_wait_rounds']:.2f}", verdict])
            table.data.append({"host": host, **counted})
    return table
