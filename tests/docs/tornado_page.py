# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The tables of docs/from-tornado.md: what stands in them, and what is wrong with them.

Below each heading `### tornado.MODULE`, and below `### Settings`, stands a table of four columns: names of that module, one of
STATUSES, our names below `eddy::`, a remark. Names stand between backticks, several of them with commas between. A remark
on names that are newer than the page's Tornado begins with their version: since 6.3.
"""

import re
from typing import NamedTuple

STATUSES = ("same", "renamed", "later", "absent")
HEADING = re.compile(r"^### (?:tornado\.)?(\w+)$")
SINCE = re.compile(r"since (\d+(?:\.\d+)+)\b")
NAMES = re.compile(r"`[^`]+`(, `[^`]+`)*")
CODE = re.compile(r"`([^`]+)`")
# A name of ours in a remark: in web::, or a member of a class of the core.
IN_REMARK = re.compile(r"(web::[\w:]*\w|[A-Z]\w*::\w+)")


class Row(NamedTuple):
    line: int
    module: str
    names: list
    status: str
    ours: list
    remark: str


class PageError(Exception):
    pass


def names_in(line, cell):
    if cell and not NAMES.fullmatch(cell):
        raise PageError(f"{line}: '{cell}' is no list of `names`")
    return CODE.findall(cell)


def read_rows(text):
    rows, module = [], None
    for line, content in enumerate(text.splitlines(), 1):
        heading = HEADING.match(content)
        if heading:
            module = heading.group(1).lower()
        elif content.startswith("#"):
            module = None
        elif module and content.startswith("| `"):
            cells = [cell.strip() for cell in content.strip().strip("|").split("|")]
            if len(cells) != 4:
                raise PageError(f"{line}: {len(cells)} columns, not 4")
            names, status, ours, remark = cells
            rows.append(Row(line, module, names_in(line, names), status, names_in(line, ours), remark))
    return rows


def our_names(row):
    """What the row says that there is in Eddy, in its remark too."""
    in_remark = [name for code in CODE.findall(row.remark) for name in IN_REMARK.findall(code)]
    return row.ours + [name for name in in_remark if name not in row.ours]


def is_same(theirs, ours):
    def spelling(name):
        return re.split(r"\.|::", name)[-1].replace("_", "").lower()

    return spelling(theirs) == spelling(ours)


def faults_of_row(row):
    if row.status not in STATUSES:
        yield f"'{row.status}' is none of {', '.join(STATUSES)}"
    elif row.status in ("later", "absent"):
        if row.ours:
            yield f"is {row.status}, but there is {', '.join(row.ours)}"
        if not row.remark:
            yield f"is {row.status}, and no remark says why or what to use"
    elif len(row.ours) not in (1, len(row.names)):
        yield f"{len(row.names)} names, and {len(row.ours)} of ours"
    else:
        ours = row.ours * len(row.names) if len(row.ours) == 1 else row.ours
        for theirs, our in zip(row.names, ours):
            if is_same(theirs, our) != (row.status == "same"):
                yield f"'{row.status}' is not what {theirs} and {our} are"


def since(row):
    """The version that the row says that its names came with, or none."""
    said = SINCE.match(row.remark)
    return said.group(1) if said else None


def with_newer(tornado, newer):
    return {module: {*names, *newer.get(module, ())} for module, names in tornado.items()}


def faults(rows, tornado, newer):
    """Lines that say what is wrong; `tornado` has the set of public names of each module, and `newer` those that it may
    lack, with the versions that brought them."""
    found, seen = [], {}
    tornado = with_newer(tornado, newer)
    for row in rows:
        where = f"{row.line}: {', '.join(row.names)}"
        found += [f"{where}: {fault}" for fault in faults_of_row(row)]
        for name in row.names:
            if name not in tornado.get(row.module, ()):
                found.append(f"{where}: Tornado's {row.module} has no {name}")
            version = newer.get(row.module, {}).get(name)
            if since(row) != version:
                found.append(f"{where}: {name} is there since {version or 'long ago'}, not {since(row) or 'long ago'}")
            if (row.module, name) in seen:
                found.append(f"{where}: {name} stands in line {seen[row.module, name]} already")
            seen[row.module, name] = row.line
    for module, names in tornado.items():
        missing = sorted(name for name in names if (module, name) not in seen)
        found += [f"{name} of Tornado's {module} is missing" for name in missing]
    return found
