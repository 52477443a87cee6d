# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""docs/parity.md, made from the cases.

    report.py            # prints it
    report.py FILE       # fails if FILE is another
"""

import pathlib
import sys

from case import SUBJECTS, subject

INTRODUCTION = """\
# Parity with Tornado

<!-- Made by tests/parity/report.py: python3 tests/parity/report.py > docs/parity.md -->

The same requests go to a program of Eddy's and to one of Tornado's (6.2, as Debian 12 has it) with the same handlers, and
everything that a client can see is compared: status and reason, each header field but `Date` and `Server`, the content, whether
the connection lasts. `ctest -R parity` does so, and holds each difference to what stands here.

{count} requests: {same} are answered alike, {others} are not, on purpose. Static files and templates have comparisons of their
own ([static files](guide/static-files.md#differences-from-tornado), [templates](guide/templates.md)).

Of a difference the table has the reason, and what Tornado answers → what Eddy answers.
"""
LONGEST = 60


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


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
    return " ".join(difference.why + what(difference) for difference in case.differences)


def report():
    parts, count, others = [], 0, 0
    for name in SUBJECTS:
        module = subject(name)
        rows = [f"| {case.name} | {cell(case.sentence)} | {cell(result(case))} |" for case in module.CASES]
        title = module.__doc__.strip().rstrip(".")
        parts.append("\n".join([f"## {title}", "", "| case | Tornado | Eddy |", "|---|---|---|", *rows]))
        count += len(module.CASES)
        others += sum(1 for case in module.CASES if case.differences)
    head = INTRODUCTION.format(count=count, same=count - others, others=others)
    return head + "\n" + "\n\n".join(parts) + "\n"


def main():
    text = report()
    if len(sys.argv) == 1:
        sys.stdout.write(text)
        return 0
    if pathlib.Path(sys.argv[1]).read_text(encoding="utf-8") == text:
        return 0
    print(f"{sys.argv[1]} is not what the cases say: python3 tests/parity/report.py > docs/parity.md")
    return 1


if __name__ == "__main__":
    sys.exit(main())
