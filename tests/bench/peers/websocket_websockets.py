# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""WebSockets by Python's package websockets in one process: websocket_websockets.py [--port=N] [--deflate]"""

import argparse
import asyncio
import json
import signal

import websockets


class Program:
    def __init__(self):
        self.requests = 0
        self.over = asyncio.Event()

    async def echo(self, websocket):
        async for message in websocket:
            self.requests += 1
            await websocket.send(message)

    def report(self, number):
        print(json.dumps({"requests": self.requests}), flush=True)
        self.requests = 0
        if number == signal.SIGTERM:
            self.over.set()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--deflate", action="store_true")
    options = parser.parse_args()
    program = Program()
    for number in (signal.SIGUSR1, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, program.report, number)
    compression = "deflate" if options.deflate else None
    async with websockets.serve(program.echo, "127.0.0.1", options.port, compression=compression) as server:
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
        await program.over.wait()


asyncio.run(main())
