# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""needed.py PROGRAM LIBRARY...: what a program asks of the machine, beyond what every C++ program does, are these
libraries and no others (`libz` for libz.so.1)."""

import re
import subprocess
import sys

EVERYBODYS = {"libstdc++", "libm", "libgcc_s", "libc", "ld-linux-x86-64", "ld-linux-aarch64"}


def main():
    program, *expected = sys.argv[1:]
    dynamic = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout
    needed = {name.split(".so")[0] for name in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)}
    if not needed & EVERYBODYS:
        sys.exit(f"{program}: readelf finds no library that it needs, so this test finds nothing:\n{dynamic}")
    others = needed - EVERYBODYS
    if others != set(expected):
        sys.exit(f"{program} needs {' '.join(sorted(others)) or 'nothing'}, not {' '.join(sorted(expected))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
