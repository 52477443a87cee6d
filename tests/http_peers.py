# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Eddy and Tornado side by side: servers of both, and a client that tells exactly what they answer.

    with TornadoServers(make) as theirs, ProgramServers([program]) as ours:
        exchange(theirs[0], [b"GET / HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n"])
"""

import asyncio
import contextlib
import dataclasses
import socket
import subprocess
import threading

import tornado.httpserver
import tornado.netutil

LIMIT_SECONDS = 20
PROBE = b"GET /probe HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"


class TornadoServers:
    """HTTPServers on 127.0.0.1, by a loop on a thread of its own; `with` gives their ports."""

    def __init__(self, make):
        """`make()` gives the servers, and is called on that thread."""
        self.make = make
        self.started = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True)

    async def serve(self):
        self.ports = []
        for server in self.make():
            sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
            server.add_sockets(sockets)
            self.ports.append(sockets[0].getsockname()[1])
        self.loop = asyncio.get_running_loop()
        self.end = asyncio.Event()
        self.started.set()
        await self.end.wait()

    def __enter__(self):
        self.thread.start()
        assert self.started.wait(LIMIT_SECONDS), "Tornado has not started"
        return self.ports

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(LIMIT_SECONDS)


class ProgramServers:
    """A program that says its ports in its first line of output and ends with its input; `with` gives them."""

    def __init__(self, command):
        self.command = command

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL)
        return [int(port) for port in self.process.stdout.readline().split()]

    def __exit__(self, *_):
        self.process.stdin.close()
        status = self.process.wait(LIMIT_SECONDS)
        self.process.stdout.close()
        assert status == 0, f"{self.command[0]} ended with {status}"


@dataclasses.dataclass
class Answer:
    status: int
    reason: str
    fields: dict  # of names in lower case: the values in order
    body: bytes
    interim: list  # statuses of the 1xx before it
    whole: bool = True  # not cut before the end that the fields announce


class Cut(Exception):
    """The server has closed the connection where more had to come."""


class Reader:
    """Takes answers apart by RFC 9112, from what a connection gives."""

    def __init__(self, client):
        self.client = client
        self.buffer = b""

    def more(self):
        try:
            piece = self.client.recv(65536)
        except ConnectionError:
            piece = b""
        self.buffer += piece
        if not piece:
            raise Cut

    def until(self, end):
        while end not in self.buffer:
            self.more()
        taken, _, self.buffer = self.buffer.partition(end)
        return taken

    def exactly(self, size):
        while len(self.buffer) < size:
            self.more()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def rest(self):
        try:
            while True:
                self.more()
        except Cut:
            taken, self.buffer = self.buffer, b""
            return taken

    def chunks(self, body):
        while size := int(self.until(b"\r\n").split(b";")[0], 16):
            body += self.exactly(size)
            assert self.exactly(2) == b"\r\n"
        while self.until(b"\r\n"):
            pass

    def head(self):
        lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, _, status = lines[0].partition(" ")
        assert version == "HTTP/1.1", lines[0]
        code, _, reason = status.partition(" ")
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields.setdefault(name.lower(), []).append(value.strip(" \t"))
        return int(code), reason, fields

    def answer(self, method):
        """What answers a request of that method, or None if the connection ends instead."""
        interim = []
        try:
            while True:
                status, reason, fields = self.head()
                if status >= 200 or status == 101:
                    break
                interim.append(status)
        except Cut:
            return None
        body = bytearray()
        answer = Answer(status, reason, fields, b"", interim)
        try:
            if method == "HEAD" or status in (204, 304):
                pass
            elif "transfer-encoding" in fields:
                self.chunks(body)
            elif "content-length" in fields:
                size = int(fields["content-length"][0])
                while len(body) < size:
                    body += self.exactly(min(size - len(body), max(1, len(self.buffer))))
            else:
                body += self.rest()
        except Cut:
            body += self.buffer
            answer.whole = False
        answer.body = bytes(body)
        return answer


def exchange(port, requests):
    """The answers to requests that are sent at once over a connection of their own, None where one is missing; and
    whether the connection takes another request behind them."""
    answers = []
    with socket.create_connection(("127.0.0.1", port), LIMIT_SECONDS) as client:
        reader = Reader(client)
        with contextlib.suppress(ConnectionError):  # what the server had to say before it closed is still there
            client.sendall(b"".join(requests))
        for request in requests:
            answers.append(reader.answer(request.lstrip(b"\r\n").partition(b" ")[0].decode("latin-1")))
            if answers[-1] is None or not answers[-1].whole:
                return answers, False
        try:
            client.sendall(PROBE)
        except ConnectionError:
            return answers, False
        return answers, reader.answer("GET") is not None
