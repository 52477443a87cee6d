# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tornado in one process: tornado_server.py [--port=N] [--work=MICROSECONDS] [--timer] [--file=PATH]"""

import argparse
import json
import logging
import signal
import sys
import time

import tornado.httpserver
import tornado.ioloop
import tornado.netutil
import tornado.web

PERIOD = 0.005


class Program:
    def __init__(self, options):
        self.options = options
        self.requests = 0
        self.due = 0.0
        self.lateness = []
        self.loop = tornado.ioloop.IOLoop.current()

    def handle(self):
        self.requests += 1
        if self.options.work:
            end = time.perf_counter() + self.options.work / 1e6
            while time.perf_counter() < end:
                pass

    def start_timer(self):
        self.due = time.monotonic() + PERIOD
        self.loop.call_later(PERIOD, self.called)

    def called(self):
        self.lateness.append((time.monotonic() - self.due) * 1000)
        self.start_timer()

    def report(self, number, _frame):
        self.loop.add_callback_from_signal(self.answer, number)

    def answer(self, number):
        counted = {"requests": self.requests}
        if self.options.timer:
            samples = sorted(self.lateness)
            at = lambda quantile: samples[int((len(samples) - 1) * quantile)] if samples else 0.0
            counted["timer"] = {"count": len(samples), "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1)}
        print(json.dumps(counted), flush=True)
        self.requests, self.lateness = 0, []
        if number == signal.SIGTERM:
            self.loop.stop()


class Hello(tornado.web.RequestHandler):
    def initialize(self, program):
        self.program = program

    def get(self):
        self.program.handle()
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.write("Hello, world")

    post = get

    def compute_etag(self):
        return None  # the others send none


class File(tornado.web.StaticFileHandler):
    """The one file of --file, whatever it is called."""

    def prepare(self):
        self.settings["program"].handle()

    def parse_url_path(self, _url_path):
        return self.default_filename


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--work", type=int, default=0)
    parser.add_argument("--timer", action="store_true")
    parser.add_argument("--file", default="")
    program = Program(parser.parse_args())
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    routes = [("/", Hello, {"program": program})]
    if program.options.file:
        folder, _, name = program.options.file.rpartition("/")
        routes.append(("/(file)", File, {"path": folder or "/", "default_filename": name}))
    application = tornado.web.Application(routes, program=program)
    server = tornado.httpserver.HTTPServer(application, idle_connection_timeout=3600)
    sockets = tornado.netutil.bind_sockets(program.options.port, "127.0.0.1")
    server.add_sockets(sockets)
    for number in (signal.SIGUSR1, signal.SIGTERM):
        signal.signal(number, program.report)
    if program.options.timer:
        program.start_timer()
    print(f"http://127.0.0.1:{sockets[0].getsockname()[1]}/", flush=True)
    program.loop.start()


sys.exit(main())
