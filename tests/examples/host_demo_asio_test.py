# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""host_demo_asio_test.py PROGRAM: lines that come by the program's own TCP feed appear on its page."""

import socket
import sys
import threading

from program import LIMIT_SECONDS, Program


class Feed:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_SECONDS)
        self.answers = self.socket.makefile("r")

    def send(self, text):
        self.socket.sendall(text.encode())
        return self.answers.readline()

    def close(self):
        self.answers.close()
        self.socket.close()


def test_line_appears(program, port):
    feed = Feed(port)
    assert feed.send("kitchen 21.5\n") == "ok\n"
    program.follow(lambda state: state["values"].get("kitchen") == 21.5)
    assert feed.send("kitchen 22\n") == "ok\n"
    program.follow(lambda state: state["values"]["kitchen"] == 22)
    feed.close()


def test_pieces_and_bad_lines(program, port):
    feed = Feed(port)
    feed.socket.sendall(b"cel")
    assert feed.send('lar -3\n') == "ok\n"
    assert feed.send("nothing\n") == "error: NAME NUMBER\n"
    assert feed.send("cellar warm\n") == "error: NAME NUMBER\n"
    assert feed.send('"attic"<b> 30\n') == "ok\n"
    state = program.follow(lambda state: '"attic"<b>' in state["values"])
    assert state["values"]["cellar"] == -3, state
    feed.close()


def test_many_feeds(program, port, feeds=8, lines=200):
    """Feeds on all of the threads, and a page that follows meanwhile; no line is lost."""
    before = program.state()["lines"]

    def run(number):
        feed = Feed(port)
        for line in range(lines):
            assert feed.send(f"feed{number} {line}\n") == "ok\n"
        feed.close()

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(feeds)]
    for thread in threads:
        thread.start()
    state = program.follow(lambda state: state["lines"] >= before + feeds * lines)
    assert state["lines"] == before + feeds * lines, state
    assert all(state["values"][f"feed{number}"] == lines - 1 for number in range(feeds)), state
    for thread in threads:
        thread.join(LIMIT_SECONDS)


def main():
    with Program([sys.argv[1]]) as program:
        port = int(program.line(r"feed on port (\d+)").group(1))
        assert "<title>Eddy in Asio</title>" in program.get("/")
        test_line_appears(program, port)
        test_pieces_and_bad_lines(program, port)
        test_many_feeds(program, port)
        open_feed = Feed(port)  # still there when the program ends
        assert open_feed.send("last 1\n") == "ok\n"


main()
