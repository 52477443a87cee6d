# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What single pieces of the web framework cost: finding a route, a handler, a compiled template beside other engines.
Times of a processor's, in the programs of micro/, which have no server and no load."""

import json
import pathlib
import subprocess

from plan import HANDLER_NS, ROUTES_RATIO, Table

SECONDS = {"bench_routes": 6, "bench_handlers": 4, "bench_micro": 20, "table_peers.py": 12}
TABLE_PEERS = ("ctemplate", "mustache", "tornado", "jinja2")


def pieces(bench):
    table = Table("pieces", "single pieces of the framework", ["piece", "figure", "bound"])
    bench.say("pieces: routes, handlers")
    add_routes(table, run(bench, "bench_routes"))
    add_handlers(table, run(bench, "bench_handlers"))
    bench.say("pieces: templates")
    micro = run(bench, "bench_micro", "--benchmark_filter=^table_", "--benchmark_repetitions=5", "--benchmark_format=json")
    peers = output(["/usr/bin/python3", str(pathlib.Path(__file__).parents[1] / "micro" / "table_peers.py")])
    add_templates(table, template_times(micro, peers))
    return table


def run(bench, program, *options):
    """What a program of micro/ prints; "" where it has not been built."""
    path = bench.servers.programs / program
    return output([str(path), *options]) if path.exists() else ""


def output(command):
    """"" where what it needs is not installed."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=300, check=False)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def figures(text, count):
    """The lines that end with so many numbers, as name and numbers."""
    for line in text.splitlines():
        words = line.rsplit(None, count)
        try:
            yield words[0].strip(), [float(word) for word in words[1:]]
        except ValueError:
            continue  # the heading


def add_routes(table, text):
    ratios = {name: ratio for name, (_few, _many, ratio, _spread) in figures(text, 4)}
    for name, ratio in ratios.items():
        table.rows.append([f"10,000 routes to 10: {name}", f"{ratio:.2f}", f"{ROUTES_RATIO:.0f}"])
        table.data.append({"piece": "routes", "kind": name, "ratio": ratio})
    judge(table, "routes", max(ratios.values(), default=None), ROUTES_RATIO)


def add_handlers(table, text):
    added = {name: ns for name, (_all, ns) in figures(text, 2)}
    for name, ns in added.items():
        bound = f"{HANDLER_NS:.0f} ns" if name == "RequestHandler" else ""
        table.rows.append([f"a request: {name} adds", f"{ns:.0f} ns", bound])
        table.data.append({"piece": "handlers", "kind": name, "added_ns": ns})
    judge(table, "RequestHandler", added.get("RequestHandler"), HANDLER_NS)


def template_times(micro, peers):
    """Microseconds of a page by engine; of an engine that was timed with and without filling it, the shorter."""
    times = {}
    for entry in json.loads(micro)["benchmarks"] if micro else []:
        if entry.get("aggregate_name") == "median":
            engine = entry["run_name"].split("_")[1]
            times[engine] = min(times.get(engine, float("inf")), entry["cpu_time"] / 1000)
    for line in peers.splitlines():
        name, us, _unit = line.split()
        times[name.removeprefix("table_")] = float(us)
    return times


def add_templates(table, times):
    for engine, us in times.items():
        table.rows.append([f"a page of 1,000 rows: {engine}", f"{us:.0f} us", ""])
        table.data.append({"piece": "templates", "kind": engine, "us": us})
    for peer in TABLE_PEERS:
        both = "eddy" in times and peer in times
        judge(table, f"template to {peer}", times["eddy"] / times[peer] if both else None, 1)


def judge(table, name, figure, bound):
    """One that was not measured counts for nothing."""
    table.verdicts[name] = "void" if figure is None else "passed" if figure <= bound else "FAILED"
    if figure is None:
        table.notes.append(f"{name}: not measured, because it is not built or something is not installed "
                           "(packaging/setup bench)")
