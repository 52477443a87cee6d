# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is measured: each variant is a command that prints its URL when it listens, but nginx, which is told."""

import dataclasses
import json
import os
import pathlib
import pwd
import re
import select
import signal
import socket
import ssl
import string
import subprocess
import time
import urllib.request

import machine

PEERS_FOLDER = pathlib.Path(__file__).resolve().parents[1] / "peers"
NGINX_ECHO = pathlib.Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")


class ServerFailed(Exception):
    """A server did not start, died or said something unexpected."""


@dataclasses.dataclass(frozen=True)
class Variant:
    name: str
    program: str  # in the build's folder, or a path
    arguments: tuple = ()
    environment: tuple = ()
    # Understands hello's options and answers SIGUSR1 with its LoopStats.
    is_hello: bool = False
    # Whose event loop it lives in, and whose timer it can report the lateness of.
    host: str = ""
    # Serves each connection by a thread, so it is spared thousands of them.
    threads: bool = False
    # What Debian packages it needs.
    package: str = ""
    # The Python module it needs.
    module: str = ""
    # Which compression a server of WebSockets understands to be told of.
    compression: tuple = ()
    # The only loads it takes part in; none means all but those of WebSockets.
    only: tuple = ()


def hello(name, host, *environment):
    return Variant(name, f"bench_hello_{host}", environment=environment, is_hello=True, host=name)


def peer(name, program, package, *arguments, **others):
    return Variant(name, f"bench_peer_{program}", arguments=arguments, package=package, **others)


def in_python(name, script, module, **others):
    """Debian's Python has Debian's modules."""
    return Variant(name, "/usr/bin/python3", (str(PEERS_FOLDER / script),), package=f"python3-{module}", module=module,
                   **others)


WEBSOCKET_LOADS = ("ws-echo125", "ws-echo16k", "ws-memory")

# In the order of the tables.
HOSTS = {variant.name: variant for variant in (
    hello("native", "native"),
    hello("qt", "qt"),
    hello("qt-unix", "qt", ("QT_NO_GLIB", "1")),
    hello("glib", "glib"),
    hello("asio", "asio"),
    hello("libev", "libev"),
)}
LIMIT = Variant("limit", "bench_limit")
LIMIT_BODIES = Variant("limit", "bench_limit_bodies")
NGINX = Variant("nginx", "nginx", package="nginx-light")
PEERS = {variant.name: variant for variant in (
    NGINX,
    peer("beast", "beast", "libboost1.81-dev", host="asio"),
    peer("restinio", "restinio", "librestinio-dev", host="asio"),
    peer("qhttpserver", "qhttpserver", "qt6-httpserver-dev and qt6-websockets-dev", host="qt"),
    peer("qhttpserver-unix", "qhttpserver", "qt6-httpserver-dev and qt6-websockets-dev", host="qt-unix",
         environment=(("QT_NO_GLIB", "1"),), only=("timer",)),
    peer("libsoup", "libsoup", "libsoup-3.0-dev", host="glib"),
    peer("lws", "libwebsockets", "libwebsockets-dev"),
    peer("lws-libev", "libwebsockets", "libwebsockets-evlib-ev", "--loop=libev", host="libev"),
    peer("lws-glib", "libwebsockets", "libwebsockets-evlib-glib", "--loop=glib", host="glib"),
    peer("cpp-httplib", "cpp_httplib", "libcpp-httplib-dev", threads=True),
    in_python("tornado", "tornado_server.py", "tornado"),
    peer("qtwebsockets", "websocket_qt", "qt6-websockets-dev", only=WEBSOCKET_LOADS),
    in_python("websockets", "websocket_websockets.py", "websockets", only=WEBSOCKET_LOADS,
              compression=("--deflate",)),
)}

# What takes the place of each in the loads of WebSockets; those that are not here have none.
WEBSOCKETS = {
    "limit": Variant("limit", "bench_limit_websocket"),
    **{name: dataclasses.replace(variant, program=variant.program.replace("hello", "websocket"),
                                compression=("--deflate", "--takeover"))
       for name, variant in HOSTS.items()},
    **{variant.name: variant for variant in (
        peer("beast", "websocket_beast", PEERS["beast"].package, compression=("--deflate",)),
        PEERS["qtwebsockets"],
        peer("libsoup", "websocket_libsoup", PEERS["libsoup"].package, compression=("--deflate",)),
        peer("lws", "websocket_libwebsockets", PEERS["lws"].package, compression=("--deflate",)),
        in_python("tornado", "websocket_tornado.py", "tornado", compression=("--deflate",)),
        PEERS["websockets"],
    )},
}


@dataclasses.dataclass(frozen=True)
class Serving:
    """What a load needs of a server besides "Hello, world"."""

    file: str = ""  # path of what GET /file answers with
    body: int = 0  # bytes of each request's body
    tls: tuple = ()  # paths of certificate and key


def unverified():
    """For TLS with this run's own certificate, which nobody has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Server:
    """A running server, on its own core. Use it with `with`."""

    def __init__(self, process, url, log, name, core):
        self.process = process
        self.core = core
        self.url = url
        self.port = int(re.search(r":(\d+)(/|$)", url).group(1))
        self.log = log
        self.name = name
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

    def memory(self, *fields):
        """Sums of /proc/PID/smaps_rollup in bytes: Rss, Private_Dirty ..."""
        text = pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii")
        found = {name: int(kib) * 1024 for name, kib in re.findall(r"^(\w+):\s+(\d+) kB$", text, re.MULTILINE)}
        return sum(found[name] for name in fields)

    def private_memory(self):
        return self.memory("Private_Clean", "Private_Dirty")

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
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as peer_socket:
            peer_socket.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
            data = b""
            while not data.endswith(b"\r\n\r\nHello, world"):
                part = peer_socket.recv(65536)
                if not part:
                    break
                data += part
        return re.sub(rb"(?mi)^(date): .{29}\r$", rb"\1: (a date)\r", data)


class Nginx(Server):
    """Which counts by its stub_status."""

    requests = 0

    def report(self):
        with urllib.request.urlopen(self.url + "status", timeout=10, context=unverified()) as answer:
            total = int(answer.read().split(b"requests")[1].split()[2])
        counted = {"requests": total - self.requests - 1}  # but for this one
        self.requests = total
        return counted


class Servers:
    """Starts variants from a build folder."""

    def __init__(self, programs, scratch, core):
        self.programs = pathlib.Path(programs)
        self.scratch = pathlib.Path(scratch)
        self.core = core

    def has(self, variant):
        if variant == NGINX:
            return machine.find("nginx") is not None
        if variant.module:
            run = subprocess.run([variant.program, "-c", f"import {variant.module}"], capture_output=True, check=False)
            return run.returncode == 0
        if variant.arguments and not self.has_plugin(variant):
            return False
        return (self.programs / variant.program).exists()

    @staticmethod
    def has_plugin(variant):
        """libwebsockets finds another loop's plugin by itself, when its package is there."""
        name = {"--loop=libev": "ev", "--loop=glib": "glib"}[variant.arguments[0]]
        return any(pathlib.Path("/usr/lib").glob(f"*/libwebsockets-evlib_{name}.so"))

    def understands(self, variant, option):
        """Whether its usage names the option."""
        run = subprocess.run([str(self.programs / variant.program), "--help"], capture_output=True, text=True,
                             check=False, timeout=20)
        return option in run.stdout + run.stderr

    def start(self, variant, *arguments, prefix=(), serving=Serving()):
        if variant == NGINX:
            return self.start_nginx(serving)
        arguments = [*variant.arguments, *arguments]
        if variant == LIMIT and (serving.file or serving.body):
            variant = LIMIT_BODIES
        if serving.file:
            arguments.append(f"--file={serving.file}")
        if serving.body and variant == LIMIT_BODIES:
            arguments.append(f"--body={serving.body}")
        if serving.tls:
            arguments.append("--tls=" + ",".join(serving.tls))
        return self.launch(variant, [*prefix, str(self.programs / variant.program), *arguments],
                           dict(variant.environment), 60 if prefix else 20)

    def launch(self, variant, command, environment, patience):
        log = self.scratch / f"{variant.name}.log"
        with open(log, "w", encoding="utf-8") as errors:
            # Unbuffered, so that select() on the pipe tells the whole truth.
            process = machine.start(command, self.core, stdout=-1, stderr=errors, bufsize=0,
                                    env={**os.environ, **environment})
        server = Server(process, "http://127.0.0.1:0/", log, variant.name, self.core)
        try:
            url = server.line(patience).decode().strip()
            return Server(process, url, log, variant.name, self.core)
        except BaseException:
            server.stop()
            raise

    def nginx_configuration(self, folder, port, serving):
        answer = "return 200 \"Hello, world\";"
        modules = ""
        if serving.body:
            # `return` would not wait for the body; this module comes with nginx-light.
            if not NGINX_ECHO.exists():
                raise ServerFailed(f"nginx: {NGINX_ECHO} is missing (Debian package libnginx-mod-http-echo)")
            modules = f"load_module {NGINX_ECHO};"
            answer = "echo_read_request_body; echo -n \"Hello, world\";"
        options = ""
        if serving.tls:
            certificate, key = serving.tls
            options = f"ssl_certificate {certificate}; ssl_certificate_key {key};"
        template = string.Template((PEERS_FOLDER / "nginx.conf").read_text(encoding="utf-8"))
        if os.geteuid() == 0:  # or its worker would become somebody who may not read the file
            modules += f"\nuser {pwd.getpwuid(0).pw_name};"
        return template.substitute(folder=folder, port=port, modules=modules, answer=answer, server_options=options,
                                   listen_options=" ssl" if serving.tls else "", file=serving.file or "/dev/null")

    def start_nginx(self, serving):
        """One worker process of nginx, with a response of about the same size."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        listener.set_inheritable(True)
        port = listener.getsockname()[1]
        folder = self.scratch / "nginx"
        folder.mkdir(exist_ok=True)
        (folder / "nginx.conf").write_text(self.nginx_configuration(folder, port, serving), encoding="utf-8")
        log = self.scratch / "nginx.log"
        with listener, open(log, "w", encoding="utf-8") as errors:
            # It takes over a socket that its environment names, so nobody can take the port meanwhile.
            process = machine.start(
                [machine.require("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")], self.core,
                stdout=errors, stderr=errors, pass_fds=[listener.fileno()],
                env={**os.environ, "NGINX": f"{listener.fileno()};"})
        server = Nginx(process, f"http://127.0.0.1:{port}/", log, "nginx", self.core)
        try:
            if serving.tls:
                server.url = server.url.replace("http:", "https:")
            server.pid = self.nginx_worker(process)
            return server
        except (OSError, IndexError) as error:
            server.stop()
            raise ServerFailed(f"nginx: {error}: {server.errors()}") from error

    @staticmethod
    def nginx_worker(process):
        """Waits for the worker: the socket was open before there was anybody to answer."""
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        for _ in range(500):
            found = children.read_text(encoding="ascii").split()
            if found or process.poll() is not None:
                return int(found[0])
            time.sleep(0.01)
        raise OSError("no worker within 5 s")
