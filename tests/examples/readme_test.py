# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The complete programs that the README quotes.

  readme_test.py run PROGRAM TEXT     starts one (compiled to listen on a free port) and expects TEXT from it
  readme_test.py blocks README FOLDER  the README's blocks are the files of the folder, but for the licence's line

A block is marked by a comment on the line before it: <!-- examples/readme/qt.cc -->
"""

import pathlib
import re
import sys

from program import LIMIT_SECONDS, Program, wait_until

SKIPPED = 77


def listening_port(pid):
    """The IPv4 port that the process listens on, or None: the program prints nothing."""
    listening = {}
    for line in pathlib.Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A":
            listening[f"socket:[{fields[9]}]"] = int(fields[1].split(":")[1], 16)
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            port = listening.get(str(entry.readlink()))
        except FileNotFoundError:  # closed meanwhile
            continue
        if port:
            return port
    return None


class SilentProgram(Program):
    def line(self, pattern, limit_seconds=LIMIT_SECONDS):
        def listens():
            assert self.process.poll() is None, f"{self.command} has ended; it said: {self.said}"
            return listening_port(self.process.pid) is not None

        wait_until(listens, "the program listens")
        return re.match(r".*", f"http://127.0.0.1:{listening_port(self.process.pid)}/")

    def end(self, signal_number=None):
        """A program of five lines has no signal handlers."""


def run(command, text):
    with SilentProgram([command], options=()) as program:
        assert program.get("/") == text


def blocks(readme, folder):
    if not readme.exists():
        print("Skipped: there is no README.md yet")
        return SKIPPED
    marked = dict(re.findall(
        r"<!-- examples/readme/(\S+) -->\n+```(?:cpp|c\+\+)\n(.*?)```", readme.read_text(), re.DOTALL))
    files = {path.name: path.read_text().split("\n", 1)[1] for path in folder.glob("*.cc")}
    assert files, folder
    assert marked.keys() == files.keys(), f"README.md quotes {sorted(marked)}, of {sorted(files)}"
    for name, text in files.items():
        assert marked[name] == text, f"README.md has another examples/readme/{name}:\n{marked[name]}"
    return 0


def main():
    if sys.argv[1] == "run":
        return run(*sys.argv[2:])
    return blocks(*map(pathlib.Path, sys.argv[2:]))


sys.exit(main())
