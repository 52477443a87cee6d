# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""WebSockets by Tornado in one process: websocket_tornado.py [--port=N] [--deflate]"""

import argparse
import json
import logging
import signal
import sys

import tornado.httpserver
import tornado.ioloop
import tornado.netutil
import tornado.web
import tornado.websocket


class Program:
    def __init__(self, options):
        self.options = options
        self.requests = 0
        self.loop = tornado.ioloop.IOLoop.current()

    def report(self, number, _frame):
        self.loop.add_callback_from_signal(self.answer, number)

    def answer(self, number):
        print(json.dumps({"requests": self.requests}), flush=True)
        self.requests = 0
        if number == signal.SIGTERM:
            self.loop.stop()


class Echo(tornado.websocket.WebSocketHandler):
    def initialize(self, program):
        self.program = program

    def get_compression_options(self):
        return {} if self.program.options.deflate else None

    def open(self):
        self.set_nodelay(True)

    def on_message(self, message):
        self.program.requests += 1
        self.write_message(message, binary=isinstance(message, bytes))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--deflate", action="store_true")
    program = Program(parser.parse_args())
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    application = tornado.web.Application([("/echo", Echo, {"program": program})])
    server = tornado.httpserver.HTTPServer(application)
    sockets = tornado.netutil.bind_sockets(program.options.port, "127.0.0.1")
    server.add_sockets(sockets)
    for number in (signal.SIGUSR1, signal.SIGTERM):
        signal.signal(number, program.report)
    print(f"http://127.0.0.1:{sockets[0].getsockname()[1]}/", flush=True)
    program.loop.start()


sys.exit(main())
