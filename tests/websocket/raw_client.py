# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A WebSocket client that sends what it is told to, right or wrong, and says what it gets."""

import base64
import os
import socket
import struct
import subprocess

TEXT, BINARY, CLOSE, PING, PONG, MORE = 1, 2, 8, 9, 10, 0
GONE = None  # it has ended without a close


def masked(payload, key):
    if not payload:
        return payload
    stream = (key * (len(payload) // 4 + 1))[:len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(payload), "big")


def frame(opcode, payload=b"", fin=True, rsv=0):
    """As a client sends it; `rsv` are its three reserved bits."""
    if isinstance(payload, str):
        payload = payload.encode()
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    size = len(payload)
    if size <= 125:
        head += bytes([0x80 | size])
    elif size <= 0xFFFF:
        head += struct.pack("!BH", 0x80 | 126, size)
    else:
        head += struct.pack("!BQ", 0x80 | 127, size)
    key = os.urandom(4)
    return head + key + masked(payload, key)


def close(code=None, reason=b""):
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


class Client:
    """One connection. `extensions` is what it offers."""

    def __init__(self, port, path, extensions=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = b""
        fields = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
        self.send(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
                  f"{fields}\r\n".encode())
        while b"\r\n\r\n" not in self.input:
            self.more()
        head, self.input = self.input.split(b"\r\n\r\n", 1)
        self.head = head.decode()
        assert self.head.startswith("HTTP/1.1 101 "), self.head

    def send(self, data, chop=None):
        """All at once, or in pieces of so many bytes."""
        if chop is None:
            return self.socket.sendall(data)
        for i in range(0, len(data), chop):
            self.socket.sendall(data[i:i + chop])

    def more(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise EOFError
        self.input += data

    def take(self, size):
        while len(self.input) < size:
            self.more()
        taken, self.input = self.input[:size], self.input[size:]
        return taken

    def receive(self):
        """(opcode, payload, fin, rsv) of the next frame."""
        first, size = self.take(2)
        assert size < 128, "a server's frames are not masked"
        if size == 126:
            size, = struct.unpack("!H", self.take(2))
        elif size == 127:
            size, = struct.unpack("!Q", self.take(8))
        return first & 15, self.take(size), first >= 0x80, first >> 4 & 7

    def rest(self):
        """Frames until the end, as (opcode, payload), and the code of the close, 1005 where it had none; GONE."""
        frames = []
        try:
            while True:
                opcode, payload, fin, rsv = self.receive()
                assert fin and not rsv, (opcode, fin, rsv)
                if opcode == CLOSE:
                    break
                frames.append((opcode, payload))
        except (EOFError, ConnectionResetError):
            return frames, GONE
        # Nothing comes behind it but the end.
        try:
            data = self.input or self.socket.recv(1)
        except ConnectionResetError:
            data = b""
        assert not data, data
        return frames, struct.unpack("!H", payload[:2])[0] if payload else 1005

    def end(self):
        self.socket.close()


class Server:
    """An echo, as long as this lasts."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(20)
        self.process.stdout.close()
        return code
