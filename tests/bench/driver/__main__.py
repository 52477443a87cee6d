# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""tests/bench/run: "Hello, world" in each host against a bare epoll responder. README.md beside it says how to read it.

Ends with status 0, with --check: 1 when a bound is broken, 3 when none is but something stayed undecided or void. 2 when
nothing could be measured."""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import load as loads
import machine
import measurements
import servers as programs


def arguments():
    parser = argparse.ArgumentParser(
        prog="tests/bench/run", description="\"Hello, world\" in each host against a bare epoll responder.")
    parser.add_argument("--check", action="store_true", help="end with an error unless every bound is kept")
    parser.add_argument("--quick", action="store_true", help="a short smoke run, whose figures mean nothing")
    parser.add_argument("--hosts", help="of " + ",".join(programs.HOSTS), metavar="HOST,...")
    parser.add_argument("--loads", help="of " + ",".join(measurements.LOADS), metavar="LOAD,...")
    parser.add_argument("--pairs", type=int, help="of samples for each ratio (9)")
    parser.add_argument("--seconds", type=int, help="for each sample (2)")
    parser.add_argument("--realtime", action="store_true",
                        help="put server and load before all other programs (SCHED_RR), where the machine is not quiet")
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--results", required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.hosts = names(parser, "host", chosen.hosts, programs.HOSTS)
    chosen.loads = names(parser, "load", chosen.loads, measurements.LOADS) or list(measurements.LOADS)
    if chosen.quick and chosen.check:
        parser.error("a quick run decides nothing, so it cannot --check")
    if chosen.check and (chosen.pairs or 9) < 9:
        parser.error("--check needs at least 9 pairs")
    return chosen


def names(parser, kind, text, known):
    chosen = [name for name in (text or "").split(",") if name]
    for name in chosen:
        if name not in known:
            parser.error(f"there is no {kind} '{name}'; there are: {' '.join(known)}")
    # In the order of the tables, and native first: it is what the others are compared to.
    return [name for name in known if name in chosen]


def make_plan(chosen):
    plan = measurements.QUICK if chosen.quick else measurements.Plan()
    given = {key: getattr(chosen, key) for key in ("pairs", "seconds") if getattr(chosen, key)}
    return dataclasses.replace(plan, **given)


def make_bench(chosen, results):
    server_core, load_core = machine.cores()
    os.sched_setaffinity(0, {load_core})
    if chosen.realtime:
        machine.check_realtime()
        machine.realtime = True
    servers = programs.Servers(chosen.programs, results, server_core)
    for variant in (programs.LIMIT, programs.HOSTS["native"]):
        if not servers.has(variant):
            raise machine.BadEnvironment(f"{variant.program} has not been built in {chosen.programs}")
    missing = [host for host in (chosen.hosts or programs.HOSTS) if not servers.has(programs.HOSTS[host])]
    if missing and (chosen.hosts or chosen.check):
        raise machine.BadEnvironment(f"hosts that are not built here: {' '.join(missing)} (packaging/setup HOST "
                                     "installs what one needs; --hosts chooses others)")
    hosts = [host for host in (chosen.hosts or programs.HOSTS) if host not in missing]
    if "syscalls" in chosen.loads:
        machine.require("strace")
    if missing:
        print(f"Left out, because not built: {' '.join(missing)}\n")
    # The kernel keeps a twentieth of a core from realtime programs.
    load = loads.Load(load_core, saturated=0.9 if chosen.realtime else 0.95)
    return measurements.Bench(servers, load, hosts, make_plan(chosen), say)


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def check_responses(bench):
    """limit is only worth something if it sends what Eddy sends."""
    found = {}
    for variant in [programs.LIMIT, *(programs.HOSTS[host] for host in bench.hosts)]:
        with bench.servers.start(variant) as server:
            found[variant.name] = server.response()
    for name, response in found.items():
        if response != found["limit"]:
            raise machine.BadEnvironment(f"limit and {name} do not send the same:\n{found['limit']}\n{response}")


def markdown(table):
    lines = [f"### {table.title}", ""]
    if table.rows:
        widths = [max(len(text) for text in column) for column in zip(table.columns, *table.rows)]
        line = lambda cells: "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"
        lines += [line(table.columns), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
        lines += [line(cells) for cells in table.rows]
        lines.append("")
    lines += [note[0].upper() + note[1:] + "." for note in table.notes]
    return "\n".join(lines).rstrip() + "\n"


def write_results(results, chosen, bench, about, tables):
    text = "\n".join(markdown(table) for table in tables)
    (results / "results.md").write_text(text, encoding="utf-8")
    (results / "results.json").write_text(json.dumps({
        "when": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "quick": chosen.quick, "realtime": chosen.realtime, "plan": dataclasses.asdict(bench.plan), "machine": about,
        "cores": {"server": bench.servers.core, "load": bench.load.core},
        "tables": [dataclasses.asdict(table) for table in tables],
    }, indent=1), encoding="utf-8")


def judge(chosen, tables):
    verdicts = {name: verdict for table in tables for name, verdict in table.verdicts.items()}
    broken = [name for name, verdict in verdicts.items() if verdict == "FAILED"]
    open_ones = [f"{name}: {verdict}" for name, verdict in verdicts.items() if verdict in ("undecided", "void")]
    if chosen.quick:
        print("A quick run: it shows that everything works, its figures mean nothing.")
        return 0
    print(f"{len(verdicts)} bounds: {len(verdicts) - len(broken) - len(open_ones)} kept, {len(broken)} broken, "
          f"{len(open_ones)} undecided or void")
    for line in [f"{name}: FAILED" for name in broken] + open_ones:
        print(f"  {line}")
    if not chosen.check:
        return 0
    return 1 if broken else 3 if open_ones else 0


def main():
    chosen = arguments()
    root = pathlib.Path(__file__).resolve().parents[3]
    results = pathlib.Path(chosen.results)
    results.mkdir(parents=True, exist_ok=True)
    # A terminated driver ends its children on its way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        bench = make_bench(chosen, results)
        about = machine.description(root)
        print(f"{about['processor']}, {about['cores']} cores, Linux {about['kernel']}, {about['commit']}; "
              f"server on core {bench.servers.core}, load on core {bench.load.core}\n", flush=True)
        check_responses(bench)
        tables = []
        for name in chosen.loads:
            tables.append(measurements.LOADS[name](bench))
            print(markdown(tables[-1]), flush=True)
            write_results(results, chosen, bench, about, tables)
        return judge(chosen, tables)
    except (machine.BadEnvironment, programs.ServerFailed, loads.LoadFailed, subprocess.TimeoutExpired) as error:
        print(f"tests/bench/run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


sys.exit(main())
