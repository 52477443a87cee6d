# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""tests/bench/run: servers in the event loops of programs, against a bare epoll responder. README.md beside it says how
to read it.

Ends with status 0, with --check: 1 when a bound is broken, 3 when none is but something stayed undecided or void, or
the whole run is void. 2 when nothing could be measured."""

import argparse
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time

import load as loads
import machine
import measurements
import pictures
import plan as plans
import report
import servers as programs


def arguments():
    parser = argparse.ArgumentParser(
        prog="tests/bench/run", description="Eddy in each host and its peers, against a bare epoll responder.")
    parser.add_argument("--check", action="store_true", help="end with an error unless every bound is kept")
    parser.add_argument("--quick", action="store_true", help="a short smoke run, whose figures mean nothing")
    parser.add_argument("--hosts", help="of " + ",".join(programs.HOSTS), metavar="HOST,...")
    parser.add_argument("--peers", help="of " + ",".join(programs.PEERS) + ", or none", metavar="PEER,...")
    parser.add_argument("--loads", help="of " + ",".join(measurements.LOADS), metavar="LOAD,...")
    parser.add_argument("--pairs", type=int, help="of samples for each ratio that has a bound (9)")
    parser.add_argument("--peer-rounds", type=int, help="samples of what has no bound (3)")
    parser.add_argument("--seconds", type=int, help="for each sample (1)")
    parser.add_argument("--realtime", action="store_true",
                        help="put server and load before all other programs (SCHED_RR), where the machine is not quiet")
    parser.add_argument("--estimate", action="store_true", help="say how long it would take, and measure nothing")
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--results", required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.hosts = names(parser, "host", chosen.hosts, programs.HOSTS)
    chosen.peers = [] if chosen.peers == "none" else names(parser, "peer", chosen.peers, programs.PEERS) or None
    chosen.loads = names(parser, "load", chosen.loads, measurements.LOADS) or list(measurements.LOADS)
    if chosen.quick and chosen.check:
        parser.error("a quick run decides nothing, so it cannot --check")
    if chosen.check and (chosen.pairs or 9) < 9:
        parser.error("--check needs at least 9 pairs")
    if chosen.check and "limit" not in chosen.loads:
        chosen.loads.insert(0, "limit")  # without it nothing counts that is relative to limit
    return chosen


def names(parser, kind, text, known):
    chosen = [name for name in (text or "").split(",") if name]
    for name in chosen:
        if name not in known:
            parser.error(f"there is no {kind} '{name}'; there are: {' '.join(known)}")
    # In the order of the tables, and native first: it is what the others are compared to.
    return [name for name in known if name in chosen]


def make_plan(chosen):
    plan = plans.QUICK if chosen.quick else plans.Plan()
    given = {key: getattr(chosen, key) for key in ("pairs", "peer_rounds", "seconds") if getattr(chosen, key)}
    return dataclasses.replace(plan, **given)


def present(servers, chosen, known, check, what, how):
    """Those of the chosen that are built here. One that was named must be."""
    wanted = list(known) if chosen is None or (not chosen and known is programs.HOSTS) else chosen
    missing = [name for name in wanted if not servers.has(known[name])]
    if missing and (chosen or check):
        raise machine.BadEnvironment(f"{what} that are not here: {' '.join(missing)} ({how})")
    if missing:
        needed = {name: f"{name} ({known[name].package})" if known[name].package else name for name in missing}
        print(f"Left out, because not built or not installed: {', '.join(needed.values())}\n")
    return [name for name in wanted if name not in missing]


def make_bench(chosen, results):
    server_core, load_core = machine.cores()
    os.sched_setaffinity(0, {load_core})
    if chosen.realtime:
        machine.check_realtime()
        machine.realtime = True
    servers = programs.Servers(pathlib.Path(chosen.programs).resolve(), results, server_core)
    for variant in (programs.LIMIT, programs.HOSTS["native"]):
        if not servers.has(variant):
            raise machine.BadEnvironment(f"{variant.program} has not been built in {chosen.programs}")
    hosts = present(servers, chosen.hosts, programs.HOSTS, chosen.check, "hosts",
                    "packaging/setup HOST installs what one needs; --hosts chooses others")
    peers = present(servers, chosen.peers, programs.PEERS, False, "peers", "packaging/setup bench installs them")
    if "syscalls" in chosen.loads:
        machine.require("strace")
    # The kernel keeps a twentieth of a core from realtime programs.
    load = loads.Load(load_core, saturated=0.9 if chosen.realtime else 0.95)
    return plans.Bench(servers, load, hosts, peers, make_plan(chosen), say)


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def check_responses(bench):
    """limit is only worth something if it sends what Eddy sends. The peers come as near as they can."""
    found = {}
    for name in ["limit", *bench.hosts, *bench.peers]:
        with bench.servers.start(bench.variant(name)) as server:
            found[name] = server.response()
    with bench.servers.start(programs.LIMIT_BODIES) as server:
        found["limit of bodies"] = server.response()
    for name in ["limit of bodies", *bench.hosts]:
        if found[name] != found["limit"]:
            raise machine.BadEnvironment(f"limit and {name} do not send the same:\n{found['limit']}\n{found[name]}")
    for name in bench.peers:
        if not found[name].endswith(b"\r\n\r\nHello, world") and b"chunked" not in found[name]:
            raise machine.BadEnvironment(f"{name} answered {found[name]}")
    sizes = ", ".join(f"{name} {len(found[name])}" for name in ["limit", *bench.peers])
    print(f"Bytes of a response: {sizes}\n", flush=True)


def about_run(chosen, bench, root):
    return {
        "quick": chosen.quick, "realtime": chosen.realtime, "plan": dataclasses.asdict(bench.plan),
        "machine": machine.description(root), "cores": {"server": bench.servers.core, "load": bench.load.core},
    }


def measure(bench, name):
    """The load's table. What goes wrong in one load does not cost the others."""
    try:
        return measurements.LOADS[name](bench)
    except (programs.ServerFailed, loads.LoadFailed, subprocess.TimeoutExpired) as error:
        return plans.Table(name, f"{name}: not measured", [], notes=[str(error)], verdicts={name: "void"})


def draw(results):
    """A run whose pictures can't be drawn has its tables all the same."""
    for old in results.glob("bench_*.png"):
        old.unlink()
    try:
        pictures.draw_all(results / "results.json", results)
        print(flush=True)
    except Exception as error:  # pylint: disable=broad-exception-caught
        print(f"No pictures: {error}\n", flush=True)


def minutes(seconds):
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"


def main():
    chosen = arguments()
    root = pathlib.Path(__file__).resolve().parents[3]
    results = pathlib.Path(chosen.results).resolve()
    results.mkdir(parents=True, exist_ok=True)
    # A terminated driver ends its children on its way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        bench = make_bench(chosen, results)
        about = about_run(chosen, bench, root)
        found = about["machine"]
        print(f"{found['processor']}, {found['cores']} cores, Linux {found['kernel']}, {found['commit']}; "
              f"server on core {bench.servers.core}, load on core {bench.load.core}")
        print(f"{len(chosen.loads)} loads, {len(bench.hosts)} hosts, {len(bench.peers)} peers: about "
              f"{minutes(measurements.estimate(bench, chosen.loads))} if nothing must be repeated\n", flush=True)
        if chosen.estimate:
            return 0
        check_responses(bench)
        tables = []
        for name in chosen.loads:
            begin = time.monotonic()
            tables.append(measure(bench, name))
            say(f"{name} took {minutes(time.monotonic() - begin)}")
            print(report.markdown(tables[-1]), flush=True)
            report.write(results, about, tables)
        summary = report.summary(tables)
        if summary:
            print(report.markdown(summary), flush=True)
        draw(results)
        if chosen.quick:
            print("A quick run: it shows that everything works, its figures mean nothing.")
            return 0
        return report.judge(chosen.check, tables)
    except (machine.BadEnvironment, programs.ServerFailed, loads.LoadFailed, subprocess.TimeoutExpired) as error:
        print(f"tests/bench/run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


sys.exit(main())
