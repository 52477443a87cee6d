# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""host_demo_libev_test.py PROGRAM: the page shows what the daemon's ev_timer and ev_io bring."""

import signal
import subprocess
import sys

from program import Program


def test_timer(program):
    readings = program.follow(lambda state: state["readings"] >= 1)["readings"]
    state = program.follow(lambda state: state["readings"] >= readings + 2)
    assert state["load"] >= 0, state


def test_input(program):
    program.process.stdin.write('a line with "quotes"\n')
    program.process.stdin.flush()
    program.follow(lambda state: state["line"] == 'a line with "quotes"')
    program.process.stdin.write("in pie")
    program.process.stdin.flush()
    program.process.stdin.write("ces\n")
    program.process.stdin.flush()
    program.follow(lambda state: state["line"] == "in pieces")


def main():
    with Program([sys.argv[1]], stdin=subprocess.PIPE) as program:
        assert "<title>Eddy in libev</title>" in program.get("/")
        test_timer(program)
        test_input(program)
        program.process.stdin.close()  # it goes on without
        test_timer(program)
    with Program([sys.argv[1]]) as program:
        program.end(signal.SIGINT)


main()
