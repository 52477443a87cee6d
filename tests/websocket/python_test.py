# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Eddy's WebSockets beside those of python3-websockets, which others have written.

    python_test.py ECHO_SERVER ECHO_CLIENT
"""

import asyncio
import os
import subprocess
import sys
import unittest

import websockets
from websockets.extensions.permessage_deflate import (ClientPerMessageDeflateFactory,
                                                     ServerPerMessageDeflateFactory)

WAYS = {"echo": None, "function": None, "deflate": "deflate", "takeover": "deflate"}
SIZES = (0, 1, 125, 126, 127, 65535, 65536, 1 << 20)


def texts():
    for size in SIZES:
        yield ("aäb€c\U0001f40b" * (size // 12 + 1))[:size]


def contents():
    yield from texts()
    for size in SIZES:
        yield bytes(size)
        yield os.urandom(size)


class Echo(unittest.TestCase):
    def setUp(self):
        self.server = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.port = int(self.server.stdout.readline())

    def end(self):
        self.server.stdin.close()
        self.assertEqual(self.server.wait(10), 0)
        self.server.stdout.close()

    def connect(self, way, **options):
        options.setdefault("compression", WAYS[way])
        return websockets.connect(f"ws://127.0.0.1:{self.port}/{way}", max_size=None, **options)

    def run_ways(self, talk, ways=tuple(WAYS)):
        for way in ways:
            with self.subTest(way):
                asyncio.run(asyncio.wait_for(talk(way), 60))

    def test_messages_of_all_sizes(self):
        async def talk(way):
            async with self.connect(way) as socket:
                for content in contents():
                    await socket.send(content)
                    self.assertEqual(await socket.recv(), content)
        self.run_ways(talk)

    def test_messages_in_fragments(self):
        async def talk(way):
            async with self.connect(way) as socket:
                for pieces in (["a", "b", "c"], ["", ""], [b"\0" * 1000] * 1000, ["ä" * 40] * 200):
                    await socket.send(pieces)
                    self.assertEqual(await socket.recv(), type(pieces[0])().join(pieces))
        self.run_ways(talk)

    def test_many_messages_under_way_at_a_time(self):
        async def talk(way):
            async with self.connect(way, max_queue=None) as socket:
                sent = [f"{i}: " + "x" * (i % 300) for i in range(3000)]
                for content in sent:
                    await socket.send(content)
                self.assertEqual([await socket.recv() for _ in sent], sent)
        self.run_ways(talk)

    def test_pings(self):
        async def talk(way):
            async with self.connect(way) as socket:
                for data in (b"", b"x" * 125):
                    await (await socket.ping(data))
        self.run_ways(talk)

    def test_closing_from_either_side(self):
        async def talk(way):
            async with self.connect(way) as socket:
                await socket.close(4001, "mine")
            self.assertEqual(socket.close_code, 4001)
            if way != "function":
                async with self.connect(way) as socket:
                    await socket.send("close, please")
                    with self.assertRaises(websockets.ConnectionClosed):
                        await socket.recv()
                self.assertEqual((socket.close_code, socket.close_reason), (4321, "as you like"))
        self.run_ways(talk)

    def test_subprotocols(self):
        async def talk(way):
            async with self.connect(way, subprotocols=["one", "two"]) as socket:
                self.assertEqual(socket.subprotocol, "two")
        self.run_ways(talk, ("echo",))

    def test_all_parameters_of_deflate(self):
        async def talk(way):
            for server_takeover in (False, True):
                for client_takeover in (False, True):
                    for bits in (9, 12, 15):
                        offer = ClientPerMessageDeflateFactory(
                            server_no_context_takeover=server_takeover, client_no_context_takeover=client_takeover,
                            server_max_window_bits=bits, client_max_window_bits=bits)
                        async with self.connect(way, compression=None, extensions=[offer]) as socket:
                            self.assertEqual([extension.name for extension in socket.extensions], ["permessage-deflate"])
                            for content in ("same" * 100, "same" * 100, os.urandom(5000), "same" * 10000):
                                await socket.send(content)
                                self.assertEqual(await socket.recv(), content)
        self.run_ways(talk, ("deflate", "takeover"))


class EchoClient(unittest.TestCase):
    """The other way round: their server."""

    def serve(self, talk, *options, **server_options):
        """What the client says, after `talk` with it."""
        async def run():
            talked = asyncio.get_running_loop().create_future()

            async def handle(socket):
                try:
                    await talk(socket)
                    await socket.close(4002, "yours")
                    talked.set_result(None)
                except BaseException as error:
                    talked.set_exception(error)

            async with websockets.serve(handle, "127.0.0.1", 0, max_size=None, **server_options) as server:
                port = server.sockets[0].getsockname()[1]
                client = await asyncio.create_subprocess_exec(
                    CLIENT, f"--url=ws://localhost:{port}/", *options, stdout=subprocess.PIPE)
                try:
                    await talked
                    said = await client.stdout.read()
                finally:
                    if client.returncode is None and not talked.done():
                        client.kill()
                    status = await client.wait()
            self.assertEqual(status, 0)
            return said.decode().splitlines()
        return asyncio.run(asyncio.wait_for(run(), 60))

    async def echoes(self, socket):
        for content in contents():
            await socket.send(content)
            self.assertEqual(await socket.recv(), content)
        await socket.send(["a", "b", "c"])
        self.assertEqual(await socket.recv(), "abc")
        await (await socket.ping(b"there?"))

    def test_messages_of_all_sizes(self):
        self.assertEqual(self.serve(self.echoes, compression=None), ["open ", "closed 4002 yours"])

    def test_subprotocols(self):
        said = self.serve(self.echoes, "--subprotocol=chat", subprotocols=["chat"])
        self.assertEqual(said[0], "open chat")

    def test_all_parameters_of_deflate(self):
        for server_takeover in (False, True):
            for client_takeover in (False, True):
                for bits in (9, 12, 15):
                    accepted = ServerPerMessageDeflateFactory(
                        server_no_context_takeover=server_takeover, client_no_context_takeover=client_takeover,
                        server_max_window_bits=bits, client_max_window_bits=bits)
                    for options in (["--deflate=15"], ["--deflate=15", "--takeover=1"]):
                        with self.subTest(bits=bits, options=options):
                            self.serve(self.echoes, *options, compression=None, extensions=[accepted])


if __name__ == "__main__":
    CLIENT = sys.argv.pop()
    PROGRAM = sys.argv.pop()
    unittest.main()
