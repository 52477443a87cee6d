# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""run_test.py ROOT HOST: `examples/run hello --host=HOST` answers curl, and ends with the example."""

import subprocess
import sys

from program import Program

BUILD_LIMIT_SECONDS = 900


def main():
    root, host = sys.argv[1:]
    command = [f"{root}/examples/run", "hello", f"--host={host}"]
    with Program(command, start_limit_seconds=BUILD_LIMIT_SECONDS) as hello:
        url = "http://%s:%d/" % hello.address
        answer = subprocess.run(
            ["curl", "--silent", "--show-error", "--fail", "--max-time", "30", url],
            capture_output=True, text=True, check=True, timeout=60)
        assert answer.stdout == "Hello, world", answer


main()
