# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""docs/parity.md, made from the items and the cases.

    report.py            # prints it
    report.py FILE       # fails if FILE is another
"""

import collections
import pathlib
import sys

from case import SUBJECTS, subject
from item import CHAPTERS, STATUSES, chapter

INTRODUCTION = """\
# Parity with Tornado

<!-- Made by tests/parity/report.py: python3 tests/parity/report.py > docs/parity.md -->

First [item by item](#item-by-item): what Tornado does, by what name Eddy does it, and the tests that hold it to that. Then
[request by request](#request-by-request): the answers of both to the same requests. Names are compared in
[Coming from Tornado](from-tornado.md#the-tables).

## Item by item

{count} items: what Tornado's messages, handlers, cookies, static files, application, routes, templates, texts and WebSockets do (H, W, T, E, LC,
V), as
of its version 6.5, and what it does that it should not (D).

| result | items | |
|---|---|---|
{statuses}

Tests without another word are GoogleTest's. *parity* are cases of the tables below; *http* those of tests/web/http/cases, whole and cut
at every byte; *template* files of tests/web/template/parity, rendered by both; *compiles* files of tests/web/app/wrong_handlers, each of
which is refused with its message; *python* tests beside Tornado's own functions. Tests carry the items' ids: `ctest -L
'^W73$'` runs those of W73. `ctest -R parity_items` finds a test here that the programs that were built do not have, or that does not carry
its item's id.
"""
UNTESTED = """\
### Without a test

Something of each of these could break without a test that fails:

{items}
"""
CASES = """\
## Request by request

The same requests go to a program of Eddy's and to one of Tornado's (6.2, as Debian 12 has it) with the same handlers, and
everything that a client can see is compared: status and reason, each header field but `Date` and `Server`, the content, whether
the connection lasts. `ctest -R parity` does so, and holds each difference to what stands here.

{count} requests: {same} are answered alike, {others} are not, on purpose. Static files and templates have comparisons of their
own ([static files](guide/static-files.md#differences-from-tornado), [templates](guide/templates.md)).

Of a difference the table has the item above that it is of, the reason, and what Tornado answers → what Eddy answers. Some are of
Debian's Tornado alone, which is older: then the item says what it does now.
"""
LONGEST = 60


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def title_of(module):
    return module.__doc__.strip().rstrip(".")


# ---- Items ----

def markup(text):
    """Such as `__Host-`, `a_b` or `{{`, which mean something to who renders the page."""
    return cell(text).replace("<", "&lt;").replace("*", "\\*").replace("__", "\\_\\_")


def as_sentence(text):
    return text if "(" in text.split()[0] else text[0].upper() + text[1:]


def eddy_cell(item):
    parts = [", ".join(f"`{name}`" for name in item.names)] if item.names else []
    if item.differs:
        parts.append(markup(item.differs))
    if item.lacks:
        parts.append("Not there: " + markup(item.lacks))
    if item.untested:
        parts.append("Without a test: " + markup(item.untested))
    return ". ".join(as_sentence(part.rstrip(".")) for part in parts) + "."


def tests_cell(item):
    groups = collections.defaultdict(list)
    for kind, place, name in item.tests:
        groups[kind, place].append(name)
    texts = []
    for (kind, place), names in groups.items():
        if kind == "http":
            names = [f'"{name}"' for name in names]
        where = {"gtest": place, "template": "*template*", "compiles": "*compiles*"}.get(kind, f"*{kind}* {place}")
        texts.append(f"{where}: {', '.join(names)}")
    return cell("; ".join(texts)) or "-"


def items_report():
    chapters = [(title_of(chapter(name)), chapter(name).ITEMS) for name in CHAPTERS]
    every = [item for _, items in chapters for item in items]
    counts = collections.Counter(item.status for item in every)
    statuses = "\n".join(f"| {status} | {counts[status]} | {meaning} |" for status, meaning in STATUSES.items())
    parts = [INTRODUCTION.format(count=len(every), statuses=statuses)]
    untested = [f"- {item.id}: {markup(item.untested)}" for item in every if item.untested]
    if untested:
        parts.append(UNTESTED.format(items="\n".join(untested)))
    for title, items in chapters:
        rows = [f"| {item.id} | {markup(item.sentence)} | {item.status} | {eddy_cell(item)} | {tests_cell(item)} |" for item in items]
        parts.append("\n".join([f"### {title}", "", "| | Tornado | | Eddy | tests |", "|---|---|---|---|---|", *rows, ""]))
    return "\n".join(parts)


# ---- Cases ----

def value(seen):
    if seen is None:
        return "none"
    text = str(seen)
    if len(text) > LONGEST or not text.isprintable() or "`" in text:
        return "…"
    return f"`{text}`" if text else "empty"


def what(difference):
    changes = []
    for name, (theirs, ours) in difference.properties.items():
        if name == "content_length" and "body" in difference.properties:
            continue
        shown = name.replace("_", "-")
        if name == "keeps":
            shown, theirs, ours = "the connection", *("lasts" if keeps else "ends" for keeps in (theirs, ours))
        if value(theirs) != "…" or value(ours) != "…":
            changes.append(f"{shown}: {value(theirs)} → {value(ours)}")
        else:
            changes.append(f"{shown} differs")
    return " (" + "; ".join(changes) + ")"


def result(case):
    if not case.differences:
        return "the same"
    return " ".join(f"{difference.of}: {difference.why}{what(difference)}" for difference in case.differences)


def cases_report():
    parts, count, others = [], 0, 0
    for name in SUBJECTS:
        module = subject(name)
        rows = [f"| {case.name} | {cell(case.sentence)} | {cell(result(case))} |" for case in module.CASES]
        parts.append("\n".join([f"### {name}: {title_of(module)}", "", "| case | Tornado | Eddy |", "|---|---|---|", *rows]))
        count += len(module.CASES)
        others += sum(1 for case in module.CASES if case.differences)
    head = CASES.format(count=count, same=count - others, others=others)
    return head + "\n" + "\n\n".join(parts) + "\n"


def report():
    return items_report() + "\n" + cases_report()


def main():
    text = report()
    if len(sys.argv) == 1:
        sys.stdout.write(text)
        return 0
    if pathlib.Path(sys.argv[1]).read_text(encoding="utf-8") == text:
        return 0
    print(f"{sys.argv[1]} is not what items and cases say: python3 tests/parity/report.py > docs/parity.md")
    return 1


if __name__ == "__main__":
    sys.exit(main())
