# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tables for people and for programs, the summary of them, and what they say about the bounds."""

import dataclasses
import datetime
import json

from plan import Table, number


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


class Found:
    """Looks figures up in the tables' data."""

    def __init__(self, tables):
        self.data = {table.name: table.data for table in tables}

    def of(self, load, **wanted):
        for entry in self.data.get(load, []):
            if all(entry.get(key) == value for key, value in wanted.items()):
                return entry
        return {}

    def ratio(self, load, server, reference="limit"):
        if server == reference:
            return 1.0 if self.of(load, server=server) else None
        return (self.of(load, variant=server, reference=reference).get("ratio") or {}).get("middle")


def summary(tables):
    """One line for each server, of what was measured; None if there is nothing to sum up."""
    found = Found(tables)
    servers = []
    for name in ("c64", "c512", "p16", "memory", "syscalls"):
        servers += [entry["server"] for entry in found.data.get(name, []) if "server" in entry]
    servers = list(dict.fromkeys(servers))
    if not servers:
        return None
    table = Table("summary", "summary: processor time per request relative to limit, and what else matters",
                  ["server", "64 conn.", "512 conn.", "pipelined 16", "beside idle, to itself", "requests/s, 64",
                   "p50 ms, 64", "p99 ms, 64", "system calls", "bytes per idle conn."])
    for name in servers:
        at64 = found.of("c64", server=name)
        table.rows.append([
            name, number(found.ratio("c64", name), 2), number(found.ratio("c512", name), 2),
            number(found.ratio("p16", name), 2), number(found.ratio("idle", name, f"{name} alone"), 2),
            number(at64.get("rate"), 0), number(at64.get("p50_ms"), 2), number(at64.get("p99_ms"), 2),
            number(found.of("syscalls", server=name, connections=64).get("total"), 2),
            number(found.of("memory", server=name, what="are idle").get("bytes"), 0)])
    return table


def write(results, about, tables):
    text = "\n".join(markdown(table) for table in [summary(tables), *tables] if table)
    (results / "results.md").write_text(text, encoding="utf-8")
    (results / "results.json").write_text(json.dumps({
        "when": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), **about,
        "tables": [dataclasses.asdict(table) for table in tables],
    }, indent=1), encoding="utf-8")


def judge(check, tables):
    """Prints what has become of the bounds; the status to end with."""
    verdicts = {name: verdict for table in tables for name, verdict in table.verdicts.items()}
    broken = [name for name, verdict in verdicts.items() if verdict == "FAILED"]
    open_ones = [f"{name}: {verdict}" for name, verdict in verdicts.items() if verdict in ("undecided", "void")]
    print(f"{len(verdicts)} bounds: {len(verdicts) - len(broken) - len(open_ones)} kept, {len(broken)} broken, "
          f"{len(open_ones)} undecided or void")
    for line in [f"{name}: FAILED" for name in broken] + open_ones:
        print(f"  {line}")
    proof = verdicts.get("limit to nginx")
    why_void = None
    if proof is None and any(name.endswith(" to limit") for name in verdicts):
        why_void = "has not been compared with nginx in it (--loads=limit,...)"
    elif proof not in (None, "passed"):
        why_void = "has not shown that it costs no more than nginx"
    if why_void:
        print(f"The run is void: limit {why_void}, so nothing relative to it counts.")
    if not check:
        return 0
    return 3 if why_void else 1 if broken else 3 if open_ones else 0
