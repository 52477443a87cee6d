# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Renders the templates of parity/ with Tornado and with the program that they were compiled into, and compares every byte.

  tornado_test.py PROGRAM FOLDER
"""

import pathlib
import re
import subprocess
import sys

from tornado import escape

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tornado_templates import Loader


class Row:
    def __init__(self, name, count, tags):
        self.name, self.count, self.tags = name, count, tags


def fail():
    raise RuntimeError("on purpose")


# As parity.h and template_parity.cc have them.
ARGUMENTS = {
    "rows": [Row("<first> & \"one\"", 1, ["a", "b<c"]), Row("it's", 2, []), Row("third", 40, ["t"])],
    "name": "<World> & 'co' caf\u00e9",
    "count": 3,
    "yes": True,
    # Tornado before 6.4 writes the apostrophe in decimal.
    "xhtml_escape": lambda text: escape.xhtml_escape(text).replace("&#39;", "&#x27;"),
    "escape": lambda text: escape.xhtml_escape(text).replace("&#39;", "&#x27;"),
    "text": str,
    "upper": lambda text: re.sub("[a-z]", lambda c: c.group().upper(), escape.to_unicode(text)),
    "squeeze": lambda text: escape.squeeze(escape.to_unicode(text)),  # Tornado's fails on what {% apply %} gives
    "fail": fail,
    "pair": lambda: (7, "seven"),
    "pairs": lambda: [("one", 1), ("two", 2)],
    "none": lambda: [],
}


def main():
    program, folder = sys.argv[1:]
    loader = Loader(folder)
    names = subprocess.run([program, "list"], capture_output=True, check=True, text=True).stdout.split()
    failed = []
    for name in names:
        expected = loader.load(name).generate(**ARGUMENTS)
        ours = subprocess.run([program, name], capture_output=True, check=True).stdout
        if ours != expected:
            failed.append(f"{name}:\n  Tornado {expected!r}\n  Eddy    {ours!r}")
    if len(names) < 20:
        failed.append(f"only {len(names)} templates were compared")
    listed = {path.relative_to(folder).as_posix() for path in pathlib.Path(folder).glob("*.*")}
    if listed != set(names):
        failed.append(f"not compared: {listed ^ set(names)}")
    sys.exit("\n".join(failed) or 0)


if __name__ == "__main__":
    main()
