# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""run_test.py ROOT HOST: `examples/run hello --host=HOST` answers curl, and ends with the example."""

import subprocess
import sys

import program


def main():
    root, host = sys.argv[1:]
    program.LIMIT_SECONDS = 900  # it builds Eddy when that has not been done
    command = [f"{root}/examples/run", "hello", f"--host={host}"]
    with program.Program(command) as hello:
        url = "http://%s:%d/" % hello.address
        answer = subprocess.run(
            ["curl", "--silent", "--show-error", "--fail", "--max-time", "30", url],
            capture_output=True, text=True, check=True, timeout=60)
        assert answer.stdout == "Hello, world", answer


main()
