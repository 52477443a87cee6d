# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What Eddy costs a small device: size of the program, memory when idle, allocations until it listens."""

import pathlib
import time

import plan as plans
import servers as programs
from plan import Table


def size(bench):
    """examples/hello in each host as a device would have it, from the folder that tests/bench/run builds for it."""
    table = Table("size", "hello with -Os, Eddy linked statically, stripped",
                  ["host", "file KiB", "resident KiB", "private KiB", "allocations until it listens",
                   "bytes asked for"])
    folder = bench.servers.programs.parent.parent / "size" / "examples"
    counter = bench.servers.programs / "libbench_allocations.so"
    for host in bench.hosts:
        variant = programs.HOSTS[host]
        program = folder / f"example_hello_{variant.program.removeprefix('bench_hello_')}"
        if not program.exists():
            table.notes.append(f"{host} left out: {program.name} is not built (tests/bench/run builds it)")
            continue
        bench.say(f"size: {host}")
        row = measure(bench, variant, program, counter)
        table.data.append({"host": host, **row})
        table.rows.append([host, plans.number(row["file"] / 1024, 0), plans.number(row["resident"] / 1024, 0),
                           plans.number(row["private"] / 1024, 0), plans.number(row["allocations"], 0),
                           plans.number(row["allocated"], 0)])
    table.notes.append("memory of the process after one request, the shared libraries of the host and of C++ included")
    table.notes.append("allocations since the program's start, the host's and the C++ library's included, of which "
                       "72,704 bytes are libstdc++'s reserve for exceptions")
    return table


def measure(bench, variant, program, counter):
    environment = dict(variant.environment)
    with bench.servers.launch(variant, [str(program), "--port=0"], environment, 20) as server:
        server.response()
        time.sleep(0.3)
        row = {"file": program.stat().st_size, "resident": server.memory("Rss"), "private": server.private_memory()}
    row.update(allocations=None, allocated=None)
    counted = bench.servers.scratch / "allocations"
    counted.unlink(missing_ok=True)
    environment |= {"LD_PRELOAD": str(counter), "BENCH_ALLOCATIONS": str(counted)}
    with bench.servers.launch(variant, [str(program), "--port=0"], environment, 20):
        row["allocations"], row["allocated"] = map(int, pathlib.Path(counted).read_text(encoding="ascii").split())
    return row
