# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is measured: each variant is a command that prints its URL when it listens."""

import dataclasses
import json
import os
import pathlib
import re
import select
import signal
import socket
import time

import machine


class ServerFailed(Exception):
    """A server did not start, died or said something unexpected."""


@dataclasses.dataclass(frozen=True)
class Variant:
    name: str
    program: str
    environment: tuple = ()
    # Understands hello's options and answers SIGUSR1 with its LoopStats.
    is_hello: bool = True
    start: object = None


# In the order of the tables. A peer is one more line here, and a function like start_nginx.
HOSTS = {
    "native": Variant("native", "bench_hello_native"),
    "qt": Variant("qt", "bench_hello_qt"),
    "qt-unix": Variant("qt-unix", "bench_hello_qt", (("QT_NO_GLIB", "1"),)),
    "glib": Variant("glib", "bench_hello_glib"),
    "asio": Variant("asio", "bench_hello_asio"),
    "libev": Variant("libev", "bench_hello_libev"),
}
LIMIT = Variant("limit", "bench_limit", is_hello=False)


class Server:
    """A running server, on its own core. Use it with `with`."""

    def __init__(self, process, url, log):
        self.process = process
        self.url = url
        self.port = int(re.search(r":(\d+)/", url).group(1))
        self.log = log
        # Where the work is done.
        self.pid = process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def cpu(self):
        """Seconds of processor time that the process has used, all threads, user and system: its own clock, whose
        resolution is that of the scheduler (the figures of /proc/PID/stat are the same in hundredths of seconds)."""
        # The clock of a process, as clock_getcpuclockid(3) makes it.
        return time.clock_gettime((~self.pid << 3) | 2)

    def report(self):
        """What it has counted since the last report."""
        self.process.send_signal(signal.SIGUSR1)
        return json.loads(self.line())

    def line(self, patience=10):
        if not select.select([self.process.stdout], [], [], patience)[0]:
            raise ServerFailed(f"{self.process.args}: no answer within {patience} s")
        text = self.process.stdout.readline()
        if not text:
            self.process.wait()
            raise ServerFailed(f"{self.process.args} ended with {self.process.returncode}: {self.errors()}")
        return text

    def errors(self):
        return pathlib.Path(self.log).read_text(errors="replace").strip()[-2000:]

    def stop(self):
        machine.end(self.process)
        if self.process.stdout:
            self.process.stdout.close()

    def response(self):
        """The bytes of the answer to a request like wrk's, with its date blotted out."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as peer:
            peer.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
            data = b""
            while not data.endswith(b"\r\n\r\nHello, world"):
                part = peer.recv(65536)
                if not part:
                    break
                data += part
        return re.sub(rb"(?m)^Date: .{29}\r$", b"Date: (a date)\r", data)


class Servers:
    """Starts variants from a build folder."""

    def __init__(self, programs, scratch, core):
        self.programs = pathlib.Path(programs)
        self.scratch = pathlib.Path(scratch)
        self.core = core

    def has(self, variant):
        return (self.programs / variant.program).exists()

    def start(self, variant, *arguments, prefix=()):
        command = [*prefix, str(self.programs / variant.program), *arguments]
        log = self.scratch / f"{variant.name}.log"
        with open(log, "w", encoding="utf-8") as errors:
            # Unbuffered, so that select() on the pipe tells the whole truth.
            process = machine.start(command, self.core, stdout=-1, stderr=errors, bufsize=0,
                                    env={**os.environ, **dict(variant.environment)})
        server = Server(process, "http://127.0.0.1:0/", log)
        try:
            url = server.line(patience=60 if prefix else 20).decode().strip()
            return Server(process, url, log)
        except BaseException:
            server.stop()
            raise

    def start_nginx(self):
        """One worker process of nginx, with a response of about the same size."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        listener.set_inheritable(True)
        port = listener.getsockname()[1]
        folder = self.scratch / "nginx"
        folder.mkdir(exist_ok=True)
        temporary = "\n".join(f"  {name}_temp_path {folder}/{name};" for name in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(f"""
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr error;
events {{ worker_connections 10000; }}
http {{
{temporary}
  access_log off;
  default_type text/plain;
  keepalive_requests 1000000000;
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 200 "Hello, world"; }}
  }}
}}
""", encoding="utf-8")
        log = self.scratch / "nginx.log"
        with listener, open(log, "w", encoding="utf-8") as errors:
            # It takes over a socket that its environment names, so nobody can take the port meanwhile.
            process = machine.start(
                [machine.require("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")], self.core,
                stdout=errors, stderr=errors, pass_fds=[listener.fileno()],
                env={**os.environ, "NGINX": f"{listener.fileno()};"})
        server = Server(process, f"http://127.0.0.1:{port}/", log)
        try:
            server.response()
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
            server.pid = int(children.split()[0])
            return server
        except (OSError, IndexError) as error:
            server.stop()
            raise ServerFailed(f"nginx: {error}: {server.errors()}") from error
