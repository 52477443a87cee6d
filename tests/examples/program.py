# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""An example as its tests see it: started on a free port, asked by HTTP, ended as a person or its service manager would.

Every wait is bounded; what goes wrong is an AssertionError whose text has the program's own last words.
"""

import http.client
import json
import os
import queue
import re
import signal
import subprocess
import threading
import time
import urllib.parse

# Long enough for a loaded machine under a sanitizer; nothing waits that long when all is well.
LIMIT_SECONDS = 30


class Program:
    """`with Program([path, ...]) as program:` runs it with --port=0 and, at the end, expects that SIGTERM ends it well."""

    def __init__(self, command, options=("--port=0",), start_limit_seconds=LIMIT_SECONDS, **popen_arguments):
        self.command = [*command, *options]
        self.start_limit_seconds = start_limit_seconds
        self.popen_arguments = popen_arguments
        self.lines = queue.Queue()
        self.said = []

    def __enter__(self):
        environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
        environment.update(self.popen_arguments.pop("env", {}))
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
            **{"stdin": subprocess.DEVNULL, **self.popen_arguments})
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        try:
            url = urllib.parse.urlsplit(self.line(r"\b(http|tcp)://\S+", self.start_limit_seconds).group(0))
            self.address = (url.hostname, url.port)
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.end()
        finally:
            self._kill()
            if kind is not None:
                print("\n".join(["The program said:", *self.said]), flush=True)

    def _read(self):
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            self.lines.put(line)
        self.lines.put(None)

    def _kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(LIMIT_SECONDS)

    def line(self, pattern, limit_seconds=LIMIT_SECONDS):
        """Waits for a line of output that has `pattern`; gives the match."""
        deadline = time.monotonic() + limit_seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"no line with {pattern!r} from {self.command}; it said: {self.said}")
            match = re.search(pattern, line)
            if match:
                return match

    def connection(self):
        return http.client.HTTPConnection(*self.address, timeout=LIMIT_SECONDS)

    def request(self, method, path, connection=None):
        """Status, headers and text of one request; on a connection of its own unless one is given."""
        own = connection or self.connection()
        try:
            own.request(method, path)
            response = own.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            if connection is None:
                own.close()

    def get(self, path):
        status, _, text = self.request("GET", path)
        assert status == 200, f"GET {path}: {status} {text}"
        return text

    def put(self, path):
        status, _, text = self.request("PUT", path)
        assert 200 <= status < 300, f"PUT {path}: {status} {text}"

    def state(self, seen=-1):
        return json.loads(self.get(f"/state/{seen}"))

    def follow(self, reached, limit_seconds=LIMIT_SECONDS):
        """Follows the state as the page does, until `reached(state)`; gives that state."""
        deadline = time.monotonic() + limit_seconds
        state = self.state()
        while not reached(state):
            assert time.monotonic() < deadline, f"not in {limit_seconds} s; the last state: {state}"
            state = self.state(state["version"])
        return state

    def end(self, signal_number=signal.SIGTERM):
        """Ends it; it must take that as a normal end, and say nothing that a sanitizer or Qt would say."""
        self.process.send_signal(signal_number)
        try:
            status = self.process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.command} goes on after signal {signal_number}; it said: {self.said}") from None
        assert status == 0, f"{self.command} ended with {status}; it said: {self.said}"


def fails(command, message):
    """Runs what should end at once with status 1 and `message`."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False, stdin=subprocess.DEVNULL,
        env=dict(os.environ, QT_QPA_PLATFORM="offscreen"))
    assert done.returncode == 1, f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}"
    assert re.search(message, done.stderr), f"{command} said {done.stderr!r}, and not {message!r}"


def wait_until(condition, what, limit_seconds=LIMIT_SECONDS):
    deadline = time.monotonic() + limit_seconds
    while not condition():
        assert time.monotonic() < deadline, f"not in {limit_seconds} s: {what}"
        time.sleep(0.02)
