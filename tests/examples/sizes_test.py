# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""sizes_test.py EXAMPLES: an example is there to be read: every source stays under 120 lines."""

import pathlib
import sys

MAX_LINES = 119

sources = [path for path in pathlib.Path(sys.argv[1]).rglob("*") if path.suffix in (".h", ".c", ".cc")]
assert sources, sys.argv
long = [f"{path}: {count} lines" for path in sources if (count := len(path.read_text().splitlines())) > MAX_LINES]
assert not long, long
