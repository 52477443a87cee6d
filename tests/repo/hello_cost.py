# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a program pays for including Eddy: the memory its compiler needs, and the lines that it reads.

  hello_cost.py COMPILER SOURCE INCLUDE_DIRS_FILE MAX_MIB [MAX_LINES]
"""

import math
import pathlib
import resource
import subprocess
import sys
import tempfile
import time


def main():
    compiler, source, dirs_file, *bounds = sys.argv[1:]
    max_mib, max_lines = map(int, bounds) if len(bounds) == 2 else (int(bounds[0]), math.inf)
    command = [compiler, "-std=c++20", "-O2", "-DEDDY_EXAMPLE_HOST_NATIVE"]
    command += [f"-I{name}" for name in pathlib.Path(dirs_file).read_text().split("\n") if name]
    # Not blank, after preprocessing.
    text = subprocess.run([*command, "-E", "-P", source], capture_output=True, text=True, check=True).stdout
    lines = sum(1 for line in text.splitlines() if line.strip())
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        subprocess.run([*command, "-c", source, "-o", f"{folder}/hello.o"], check=True)
        seconds = time.monotonic() - start
    # The largest of the processes waited for; on Linux in KiB.
    mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{source}: {lines} lines of at most {max_lines}, {mib:.0f} MiB of at most {max_mib}, {seconds:.1f} s")
    return 0 if lines <= max_lines and mib <= max_mib else 1


sys.exit(main())
