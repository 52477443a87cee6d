# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""hello_test.py PROGRAM HOST: the hello example in one host."""

import http.client
import signal
import sys

from program import LIMIT_SECONDS, Program, fails

NAMES = {"native": "built-in", "qt": "Qt", "glib": "GLib", "asio": "Asio", "libev": "libev"}


def test_answers(program, host):
    status, headers, text = program.request("GET", "/")
    assert (status, text) == (200, "Hello, world"), (status, text)
    assert headers["Content-Type"] == "text/plain; charset=UTF-8", headers.items()
    assert headers["Content-Length"] == "12" and headers["Date"], headers.items()
    assert program.get("/hello/J%C3%BCrgen%20M") == "Hello, Jürgen M"
    assert NAMES[host] in program.get("/host")


def test_refuses(program):
    status, _, _ = program.request("GET", "/nowhere")
    assert status == 404, status
    status, headers, _ = program.request("POST", "/")
    assert status == 405 and "GET" in headers["Allow"], (status, headers.items())


def test_connection_serves_many(program):
    connection = http.client.HTTPConnection(*program.address, timeout=LIMIT_SECONDS)
    connection.connect()
    socket = connection.sock
    for number in range(20):
        _, _, text = program.request("GET", f"/hello/{number}", connection)
        assert text == f"Hello, {number}", text
        assert connection.sock is socket, "the server closed a connection that could have gone on"
    connection.close()


def test_bad_start(command, program):
    port = program.address[1]
    fails([*command, f"--port={port}"], rf"listen on 127\.0\.0\.1:{port}: Address already in use")
    fails([*command, "--port=http"], "--port: 'http' is not a port")
    fails([*command, "--port=65536"], "--port: '65536' is not a port")


def main():
    command, host = [sys.argv[1]], sys.argv[2]
    with Program(command) as program:
        test_answers(program, host)
        test_refuses(program)
        test_connection_serves_many(program)
        test_bad_start(command, program)
    with Program(command) as program:
        program.get("/")
        program.end(signal.SIGINT)
    with Program(command) as program:  # ended by a signal that it was sent before it had done anything
        pass


main()
