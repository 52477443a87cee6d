# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is measured under which load, and the bounds. Each function below is one load of --loads: it takes a Bench and
returns one table."""

import dataclasses
import statistics
import time

import figures
import load as loads
import machine
import servers as programs


@dataclasses.dataclass
class Plan:
    """How long and how often."""

    seconds: int = 2
    pairs: int = 9
    repeats: int = 2  # of all pairs, while an interval is too wide
    runs: int = 3  # of what has no pairs
    idle: int = 8000
    fair_requests: int = 100_000
    strict: bool = True


QUICK = Plan(seconds=1, pairs=2, repeats=0, runs=1, idle=500, fair_requests=5_000, strict=False)

# The bounds of --check.
TO_NATIVE = 1.10
TO_ITSELF_BESIDE_IDLE = 1.10
TIMER_P50_MS = 1.5
MOST_TO_LEAST = 2.0
LIMIT_TO_NGINX = 1.02
SYSTEM_CALLS_AIM = 2.2


@dataclasses.dataclass
class Table:
    """Rows for people, verdicts for --check, data for programs."""

    title: str
    columns: list
    rows: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    verdicts: dict = dataclasses.field(default_factory=dict)
    data: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Bench:
    servers: programs.Servers
    load: loads.Load
    hosts: list  # of --hosts, "native" being the reference whether it stands here or not
    plan: Plan
    say: object

    def sample(self, variant, connections, idle=0):
        """One run of wrk against a server that was started for it."""
        with self.servers.start(variant) as server:
            if not idle:
                return self.load.run(server, connections, self.plan.seconds)
            with loads.IdleConnections(server, idle) as held:
                taken = self.load.run(server, connections, self.plan.seconds)
                if not held.all_open():
                    raise loads.LoadFailed(f"{variant.name} has closed idle connections")
                return taken

    def nginx_sample(self, connections):
        with self.servers.start_nginx() as server:
            return self.load.run(server, connections, self.plan.seconds, reports=False)

    def compare(self, comparison, reference, variant):
        self.say(f"{comparison.load}: {comparison.variant} against {comparison.reference}")
        figures.compare(comparison, reference, variant, self.plan.pairs, self.plan.repeats, self.plan.strict)
        self.say(f"  {comparison.ratio or 'void'} {comparison.verdict}")
        return comparison


def middle(samples, name):
    values = [getattr(sample, name) for sample in samples]
    return statistics.median(values) if None not in values else None


def number(value, places):
    return "-" if value is None else f"{value:.{places}f}"


def row(name, samples, comparison=None):
    if not samples:
        return [name, "-", "-", "-", "-", "-", "-", comparison.verdict if comparison else "-"]
    return [
        name,
        number(middle(samples, "cpu_us"), 2),
        str(comparison.ratio) if comparison else "1",
        number(middle(samples, "batch"), 1),
        f"{middle(samples, 'rate'):.0f}",
        f"{middle(samples, 'server_busy'):.0%}",
        f"{middle(samples, 'load_busy'):.0%}",
        comparison.verdict if comparison else "reference",
    ]


def cpu_columns(ratio):
    return ["server", "CPU us/request", f"{ratio} (95 % interval)", "requests/turn", "requests/s", "server busy",
            "load busy", "verdict"]


def comparison_data(comparison):
    return {
        "load": comparison.load, "reference": comparison.reference, "variant": comparison.variant,
        "bound": comparison.bound, "verdict": comparison.verdict, "voided": comparison.voided,
        "ratio": dataclasses.asdict(comparison.ratio) if comparison.ratio else None,
        "pairs": [[dataclasses.asdict(sample) for sample in pair] for pair in comparison.pairs],
    }


def finish_comparisons(table, comparisons):
    for comparison in comparisons:
        table.data.append(comparison_data(comparison))
        if comparison.voided:
            table.notes.append(f"{comparison.variant}: {len(comparison.voided)} samples were void and taken again, the "
                               f"last because {comparison.voided[-1]}")
    return table


def hosts_at(bench, connections):
    """Each host against native, and native against limit."""
    native = programs.HOSTS["native"]
    table = Table(f"{connections} connections", cpu_columns("to native"))
    comparisons = []
    name = f"c{connections}"
    native_samples = []

    limit = bench.compare(figures.Comparison(name, "native", "limit", None),
                          lambda: bench.sample(native, connections), lambda: bench.sample(programs.LIMIT, connections))
    comparisons.append(limit)
    for host in bench.hosts:
        if host == "native":
            continue
        variant = programs.HOSTS[host]
        comparisons.append(bench.compare(
            figures.Comparison(name, "native", host, TO_NATIVE),
            lambda: bench.sample(native, connections), lambda v=variant: bench.sample(v, connections)))
    for comparison in comparisons:
        native_samples += [reference for reference, _ in comparison.pairs]
        table.rows.append(row(comparison.variant, [sample for _, sample in comparison.pairs], comparison))
        if comparison.bound:
            table.verdicts[f"{name} {comparison.variant} to native"] = comparison.verdict
    table.rows.insert(0, row("native", native_samples))
    if limit.ratio:
        table.notes.append(f"native to limit: {1 / limit.ratio.middle:.3f} "
                           f"({1 / limit.ratio.high:.3f}-{1 / limit.ratio.low:.3f})")
    return finish_comparisons(table, comparisons)


def c64(bench):
    return hosts_at(bench, 64)


def c512(bench):
    return hosts_at(bench, 512)


def limit(bench):
    """Whether limit deserves its name: it may not cost more than nginx does."""
    table = Table("limit against nginx, 64 connections", cpu_columns("to nginx"))
    if machine.find("nginx") is None:
        table.notes.append("not checked: nginx is missing (Debian package nginx-light)")
        table.verdicts["limit to nginx"] = "void"
        return table
    comparison = bench.compare(figures.Comparison("c64", "nginx", "limit", LIMIT_TO_NGINX),
                               lambda: bench.nginx_sample(64), lambda: bench.sample(programs.LIMIT, 64))
    table.rows.append(row("nginx", [reference for reference, _ in comparison.pairs]))
    table.rows.append(row("limit", [sample for _, sample in comparison.pairs], comparison))
    table.verdicts["limit to nginx"] = comparison.verdict
    return finish_comparisons(table, [comparison])


def idle(bench):
    """Each host beside idle connections against itself without."""
    count = bench.plan.idle
    machine.need_descriptors(count + 500)
    table = Table(f"64 connections beside {count} idle ones", cpu_columns("to the same host without them"))
    comparisons = []
    for host in bench.hosts:
        variant = programs.HOSTS[host]
        comparison = bench.compare(
            figures.Comparison(f"idle{count}", host, host, TO_ITSELF_BESIDE_IDLE),
            lambda v=variant: bench.sample(v, 64), lambda v=variant: bench.sample(v, 64, count))
        comparisons.append(comparison)
        table.rows.append(row(host, [sample for _, sample in comparison.pairs], comparison))
        table.verdicts[f"idle {host} to itself"] = comparison.verdict
    return finish_comparisons(table, comparisons)


def timer_run(bench, host, seconds):
    """Lateness of the host's own 5 ms timer while the server is saturated."""
    with bench.servers.start(programs.HOSTS[host], "--work=10", "--timer") as server:
        process = bench.load.start(server, 512, seconds + 2)
        try:
            time.sleep(0.7)
            server.report()  # what came before is forgotten
            cpu, begin = server.cpu(), time.monotonic()
            time.sleep(seconds)
            report = server.report()
            busy = (server.cpu() - cpu) / (time.monotonic() - begin)
            bench.load.finish(process, seconds + 2)
        finally:
            machine.end(process)
    return {**report["timer"], "busy": busy, "requests": report["requests"], "batch":
            report["requests"] / max(1, report["turns"]), "longest_step_us": report["longest_step_us"]}


def timer(bench):
    """The host's own timer under load."""
    table = Table("lateness of the host's own 5 ms timer, 512 connections, handlers of 10 us",
                  ["host", "p50 ms", "p99 ms", "max ms", "calls", "requests/turn", "server busy", "verdict"])
    for host in bench.hosts:
        bench.say(f"timer: {host}")
        runs, voided = [], 0
        while len(runs) < bench.plan.runs and voided < 2 * bench.plan.runs:
            run = timer_run(bench, host, bench.plan.seconds + 1)
            table.data.append({"host": host, **run})
            if bench.plan.strict and run["busy"] < bench.load.saturated:
                voided += 1
            else:
                runs.append(run)
        if len(runs) < bench.plan.runs:
            verdict = "void"
            table.notes.append(f"{host}: the server had no core of its own in {voided} runs")
        else:
            verdict = "passed" if statistics.median(run["p50_ms"] for run in runs) <= TIMER_P50_MS else "FAILED"
        table.verdicts[f"timer {host} p50"] = verdict
        values = {key: statistics.median(run[key] for run in runs) if runs else None
                  for key in ("p50_ms", "p99_ms", "count", "batch", "busy")}
        longest = max((run["max_ms"] for run in runs), default=None)
        table.rows.append([host, number(values["p50_ms"], 2), number(values["p99_ms"], 2), number(longest, 2),
                           number(values["count"], 0), number(values["batch"], 1),
                           "-" if not runs else f"{values['busy']:.0%}", verdict])
    return table


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
    table = Table(f"fairness: {bench.plan.fair_requests} requests of connections that always want the next, "
                  "handlers of 10 us",
                  ["host", "connections", "least served", "most served", "ratio", "longest wait, in rounds", "verdict"])
    for host in bench.hosts:
        for connections in (64, 512):
            bench.say(f"fairness: {host}, {connections} connections")
            counted = fairness_run(bench, host, connections)
            ratio = counted["most"] / counted["least"] if counted["least"] else float("inf")
            verdict = "passed" if ratio <= MOST_TO_LEAST else "FAILED"
            table.verdicts[f"fairness {host} {connections}"] = verdict
            table.rows.append([host, str(connections), str(counted["least"]), str(counted["most"]), f"{ratio:.2f}",
                               f"{counted['longest_wait_rounds']:.2f}", verdict])
            table.data.append({"host": host, **counted})
    return table


def all_variants(bench):
    return [programs.LIMIT] + [programs.HOSTS[host] for host in bench.hosts]


def syscalls(bench):
    """System calls per request."""
    table = Table(f"system calls per request (strace; the aim is {SYSTEM_CALLS_AIM} at 64 connections)",
                  ["server", "connections", "per request", "which"])
    for variant in all_variants(bench):
        for connections in (1, 64):
            bench.say(f"syscalls: {variant.name}, {connections} connections")
            # As strace slows the server down, so must its slice grow, or turns would end after a few requests.
            slower = ("--slice=50",) if variant.is_hello else ()
            with bench.servers.start(variant, *slower) as server:
                calls = loads.system_calls(server, bench.load, connections, 2 * bench.plan.seconds)
            most = ", ".join(f"{name} {count:.3f}" for name, count in calls.items() if count >= 0.0005)
            table.rows.append([variant.name, str(connections), f"{sum(calls.values()):.2f}", most])
            table.data.append({"server": variant.name, "connections": connections, "calls": calls})
    table.notes.append("under strace more requests are ready at a time, so what is done once a turn counts for less")
    return table


def instructions(bench):
    """User-mode instructions per request."""
    table = Table("instructions per request in user mode, 64 connections", ["server", "instructions", "to native"])
    reason = machine.counters_reason()
    count = loads.instructions_by_perf
    if reason:
        table.notes.append(f"counted by valgrind, because {reason}")
        count = loads.instructions_by_valgrind
        if machine.find("valgrind") is None:
            table.notes = [f"not measured: {reason}, and valgrind is missing (Debian package valgrind)"]
            return table
    found = {}
    for variant in all_variants(bench):
        bench.say(f"instructions: {variant.name}")
        found[variant.name] = count(bench.servers, variant, bench.load, bench.plan.seconds)
    for name, value in found.items():
        ratio = f"{value / found['native']:.3f}" if "native" in found else "-"
        table.rows.append([name, f"{value:.0f}", ratio])
        table.data.append({"server": name, "instructions": value})
    return table


LOADS = {function.__name__: function for function in (
    limit, c64, c512, idle, timer, fairness, syscalls, instructions)}
