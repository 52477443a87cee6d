# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a program pays for including Eddy: the lines and the memory its compiler needs for a hello server.

  hello_cost.py COMPILER SOURCE INCLUDE_DIRS_FILE
"""

import pathlib
import resource
import subprocess
import sys
import tempfile
import time

MAX_LINES = 90_000  # not blank, after preprocessing
MAX_MIB = 170


def main():
    compiler, source, dirs_file = sys.argv[1:]
    command = [compiler, "-std=c++20", "-O2", "-DEDDY_EXAMPLE_HOST_NATIVE"]
    command += [f"-I{name}" for name in pathlib.Path(dirs_file).read_text().split("\n") if name]
    text = subprocess.run([*command, "-E", "-P", source], capture_output=True, text=True, check=True).stdout
    lines = sum(1 for line in text.splitlines() if line.strip())
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        subprocess.run([*command, "-c", source, "-o", f"{folder}/hello.o"], check=True)
        seconds = time.monotonic() - start
    # The largest of the processes waited for; on Linux in KiB.
    mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{source}: {lines} lines of at most {MAX_LINES}, {mib:.0f} MiB of at most {MAX_MIB}, {seconds:.1f} s")
    return 0 if lines <= MAX_LINES and mib <= MAX_MIB else 1


sys.exit(main())
