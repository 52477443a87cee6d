# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loads whose figure is memory: what each connection that is held costs the process."""

import time

import load as loads
import machine
import plan as plans
import servers as programs
from plan import Table

WARM_UP = 100  # connections before, which take what is taken once


def growth(server, count, *, waiting=False, tls=None):
    """Bytes of private memory that the process has more for each connection."""
    with loads.IdleConnections(server, WARM_UP, waiting, tls):
        pass
    time.sleep(0.2)
    before = server.private_memory()
    with loads.IdleConnections(server, count, waiting, tls) as held:
        if waiting:
            wait_for_handlers(server, count + WARM_UP)
        time.sleep(0.2)
        grown = server.private_memory() - before
        if not held.all_open():
            raise loads.LoadFailed(f"{server.name} has closed idle connections")
    return grown / count


def wait_for_handlers(server, count):
    deadline = time.monotonic() + 30
    while server.report()["waiting"] < count:
        if time.monotonic() > deadline:
            raise loads.LoadFailed(f"{server.name}: not all requests have come to their handler within 30 s")
        time.sleep(0.1)


def add(table, name, what, grown, bound=None):
    verdict = "reported"
    if bound is not None:
        verdict = "passed" if grown <= bound else "FAILED"
        table.verdicts[f"memory {name} {what}"] = verdict
    table.rows.append([name, what, f"{grown:.0f}", "-" if bound is None else f"{bound:.0f}", verdict])
    table.data.append({"server": name, "what": what, "bytes": grown, "bound": bound})


def memory(bench):
    """Private memory of the process for each connection."""
    machine.need_descriptors(bench.plan.held + 1000)
    table = Table("memory", f"private memory for each of {bench.plan.held} connections",
                  ["server", "connections that", "bytes each", "bound", "verdict"])
    peers = [name for name in bench.peers if not programs.PEERS[name].threads]
    for name in ["limit", *bench.hosts, *peers]:
        bench.say(f"memory: {name}")
        try:
            with bench.servers.start(bench.variant(name)) as server:
                grown = growth(server, bench.plan.held)
        except (loads.LoadFailed, programs.ServerFailed) as error:
            if name not in programs.PEERS:
                raise
            table.notes.append(f"{name} left out: {(str(error).splitlines() or ['failed'])[-1][:200]}")
            continue
        add(table, name, "are idle", grown, plans.IDLE_BYTES if name in programs.HOSTS else None)
    for name in bench.hosts:
        bench.say(f"memory: {name}, handlers that wait")
        with bench.servers.start(bench.variant(name)) as server:
            grown = growth(server, bench.plan.held, waiting=True)
        add(table, name, "wait for their handler", grown, plans.WAITING_BYTES)
    add_tls(bench, table)
    table.notes.append(f"TLS: {bench.plan.held // 5} connections")
    table.notes.append("each has had one answer; private memory is Private_Clean and Private_Dirty of smaps_rollup")
    table.notes.append("nginx allocates part of it when it starts, for as many connections as it is configured for")
    return table


def add_tls(bench, table):
    able = [host for host in bench.hosts if bench.servers.understands(programs.HOSTS[host], "--tls")]
    if not bench.servers.has(programs.NGINX) or machine.find("openssl") is None:
        return
    serving = programs.Serving(tls=bench.certificate())
    # The driver pays more for the other end of each than the server does.
    count = bench.plan.held // 5
    found = {}
    for name in ["nginx", *able]:
        bench.say(f"memory: {name}, TLS")
        with bench.servers.start(bench.variant(name), serving=serving) as server:
            found[name] = growth(server, count, tls=programs.unverified())
        bound = found["nginx"] * plans.IDLE_TLS_TO_NGINX if name in programs.HOSTS else None
        add(table, name, "are idle, TLS", found[name], bound)
