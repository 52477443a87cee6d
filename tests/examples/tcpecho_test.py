# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""tcpecho_test.py PROGRAM: the server and the client of lines, in one host."""

import socket
import struct
import subprocess
import sys

from program import LIMIT_SECONDS, Program, fails


def connection_to(program):
    return socket.create_connection(program.address, timeout=LIMIT_SECONDS)


def say(command, program, text):
    done = subprocess.run(
        [*command, f"--port={program.address[1]}", f"--say={text}"], capture_output=True, text=True,
        timeout=LIMIT_SECONDS, check=True, stdin=subprocess.DEVNULL)
    assert done.stderr == "", done.stderr
    return done.stdout


def test_echoes_lines(program):
    with connection_to(program) as connection, connection.makefile("rb") as lines:
        connection.sendall(b"one\ntw")
        assert lines.readline() == b"one\n"
        connection.sendall(b"o\n\n")
        assert (lines.readline(), lines.readline()) == (b"two\n", b"\n")
        connection.sendall(b"three")
        connection.shutdown(socket.SHUT_WR)
        assert lines.read() == b"three", "what ends with the input, and then the end"
    program.line(r"127\.0\.0\.1:\d+: 4 lines")


def test_serves_many(program):
    connections = [connection_to(program) for _ in range(50)]
    for number, connection in enumerate(connections):
        connection.sendall(b"%d\n" % number)
    for number, connection in enumerate(connections):
        with connection, connection.makefile("rb") as lines:
            assert lines.readline() == b"%d\n" % number


def test_survives_bad_clients(program):
    with connection_to(program) as connection:
        connection.sendall(b"x" * 100_000)
        program.line("a line is longer than 64 KiB")
    with connection_to(program) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closes by a reset
    program.line("Connection reset by peer")


def main():
    command = [sys.argv[1]]
    with Program(command) as program:
        test_echoes_lines(program)
        test_serves_many(program)
        test_survives_bad_clients(program)
        assert say(command, program, "Grüß Gott") == "Grüß Gott\n"
        port = program.address[1]
    fails([*command, f"--port={port}", "--say=anybody"], rf"connect to 127\.0\.0\.1:{port}: Connection refused")


main()
