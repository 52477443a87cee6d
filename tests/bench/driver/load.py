# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loads on a server, and what they and the system say about them."""

import dataclasses
import pathlib
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import time

import machine


class LoadFailed(Exception):
    """The load did not get the answers it asked for: nothing can be said about it."""


SCRIPTS = pathlib.Path(__file__).resolve().parent / "wrk"


@dataclasses.dataclass(frozen=True)
class Traffic:
    """What wrk sends."""

    connections: int
    path: str = ""
    script: tuple = ()  # of wrk/, and its arguments
    depth: int = 1  # requests that are under way on a connection
    saturates: bool = True  # server or wrk: too few connections keep neither busy


@dataclasses.dataclass
class Sample:
    """One run of wrk against a server."""

    requests: int
    rate: float
    cpu_us: float  # the server's processor time for each request, in microseconds
    server_busy: float  # part of its core's time that the server used
    load_busy: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    void: object = None  # why it says nothing
    turns: int = 0
    own_requests: int = 0

    @property
    def batch(self):
        """Requests that were served between two looks at the descriptors; None where it is not known."""
        return self.own_requests / self.turns if self.turns else None


@dataclasses.dataclass
class WrkResult:
    requests: int
    rate: float
    p50_ms: float
    p99_ms: float


def wrk_result(output):
    """None if there is none in it, or not one without errors."""
    found = re.search(r"(\d+) requests in [\d.]+\w+,.*^Requests/sec:\s*([\d.]+)", output, re.DOTALL | re.MULTILINE)
    if not found or re.search(r"Socket errors|Non-2xx", output):
        return None
    unit = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 60e3}
    times = {percent: float(value) * unit[name]
             for percent, value, name in re.findall(r"^\s+(\d+)%\s+([\d.]+)(us|ms|s|m) *$", output, re.MULTILINE)}
    return WrkResult(int(found.group(1)), float(found.group(2)), times.get("50", 0.0), times.get("99", 0.0))


class Load:
    def __init__(self, core, saturated=0.95):
        self.core = core
        self.saturated = saturated
        self.wrk = machine.require("wrk")

    def start(self, server, traffic, seconds):
        command = [self.wrk, "-t1", f"-c{traffic.connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
        url = server.url.rstrip("/") + "/" + traffic.path
        if traffic.script:
            name, *arguments = traffic.script
            command += ["-s", str(SCRIPTS / name), url, "--", *arguments]
        else:
            command.append(url)
        return machine.start(command, self.core, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    @staticmethod
    def finish(process, seconds):
        try:
            output = process.communicate(timeout=seconds + 30)[0]
        except subprocess.TimeoutExpired as error:
            raise LoadFailed(f"wrk has not ended {seconds + 30} s after its beginning") from error
        finally:
            machine.end(process)
        result = wrk_result(output)
        if process.returncode != 0 or result is None:
            wrong = re.search(r"^.*(Socket errors|Non-2xx).*$", output, re.MULTILINE)
            raise LoadFailed(f"wrk ended with {process.returncode}:\n{output}\n{wrong.group(0) if wrong else ''}")
        if result.requests == 0:
            raise LoadFailed("not one request was answered")
        return result

    def run(self, server, traffic, seconds):
        """Runs wrk and accounts for the server's processor time."""
        server.report()
        used_before = [machine.core_used(core) for core in (server.core, self.core)]
        load_before, cpu_before = children_cpu(), server.cpu()
        process = self.start(server, traffic, seconds)
        result = self.finish(process, seconds)
        cpu, load = server.cpu() - cpu_before, children_cpu() - load_before
        used = [machine.core_used(core) - before for core, before in zip((server.core, self.core), used_before)]
        sample = Sample(result.requests, result.rate, cpu / result.requests * 1e6, cpu / seconds, load / seconds,
                        result.p50_ms, result.p99_ms)
        sample.void = self.why_void(sample) if traffic.saturates else self.why_disturbed(sample, used, seconds)
        counted = server.report()
        sample.turns = counted.get("turns", 0)
        sample.own_requests = counted["requests"]
        # The last answers may be on their way when wrk ends.
        most = result.requests + traffic.connections * traffic.depth * 2
        if not result.requests <= sample.own_requests <= most:
            raise LoadFailed(f"wrk says {result.requests} requests and {server.name} {sample.own_requests}")
        return sample

    def why_void(self, sample):
        """One of the two must be the bottleneck. Where it is wrk, as with a cheap server, processor time per request is
        still the server's own; where it is neither, somebody else has used the cores."""
        if max(sample.server_busy, sample.load_busy) >= self.saturated:
            return None
        return (f"neither server ({sample.server_busy:.0%}) nor load ({sample.load_busy:.0%}) had a core of its own: "
                "something else runs on this machine")


    @staticmethod
    def why_disturbed(sample, used, seconds):
        """Where neither is the bottleneck: nobody else may have had the cores. The driver itself has a little."""
        others = [part / seconds - busy for part, busy in zip(used, (sample.server_busy, sample.load_busy))]
        if max(others) <= 0.08:
            return None
        return f"something else had {max(others):.0%} of a core"


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class IdleConnections:
    """Keep-alive connections that have had one answer and then want nothing; or, with `waiting`, that wait for an
    answer to GET /wait. Use it with `with`."""

    # Each address of the client has some 28,000 ports.
    PER_ADDRESS = 8000
    AT_ONCE = 8  # libsoup lets no more than 10 wait

    def __init__(self, server, count, waiting=False, tls=None):
        machine.need_descriptors(count + 500)
        self.sockets = []
        path = "/wait" if waiting else "/"
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
        try:
            while len(self.sockets) < count:
                # Some at a time, for a host that looks through all its descriptors at each turn.
                first = len(self.sockets)
                for _ in range(min(self.AT_ONCE, count - first)):
                    self.open(server, tls).sendall(request)
                if not waiting:
                    for peer in self.sockets[first:]:
                        self.read_answer(peer, server)
        except OSError as error:
            self.close()
            raise LoadFailed(f"{server.name}: connection {len(self.sockets)} of {count}: {error}") from error
        except LoadFailed:
            self.close()
            raise

    def open(self, server, tls):
        address = f"127.0.0.{2 + len(self.sockets) // self.PER_ADDRESS}"
        peer = socket.create_connection(("127.0.0.1", server.port), timeout=30, source_address=(address, 0))
        # Closing resets the connection, so that none waits for minutes in the kernel.
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sockets.append(tls.wrap_socket(peer) if tls else peer)
        return self.sockets[-1]

    @staticmethod
    def read_answer(peer, server):
        answer = b""
        while not answer.endswith(b"Hello, world"):
            part = peer.recv(4096)
            if not part:
                raise LoadFailed(f"{server.name}: a connection had no answer")
            answer += part

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def all_open(self):
        """Whether the server has closed none of them."""
        poll = select.poll()
        for peer in self.sockets:
            poll.register(peer, select.POLLRDHUP)
        return not poll.poll(0)

    def close(self):
        for peer in self.sockets:
            peer.close()
        self.sockets = []


def pause(wrk):
    """Stops the load, and lets the server come to the end of what it has been sent."""
    wrk.send_signal(signal.SIGSTOP)
    time.sleep(0.1)


def system_calls(server, load, traffic, seconds):
    """System calls per request, by name, from strace, while all connections are open. It slows the server down, so more
    requests are ready at a time than otherwise; what is done once a turn counts for less than it would."""
    wrk = load.start(server, traffic, seconds + 30)
    strace = None
    try:
        time.sleep(0.5)
        pause(wrk)
        server.report()
        strace = machine.start([machine.require("strace"), "-c", "-f", "-U", "name,calls", "-p", str(server.pid)],
                               load.core, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        first = strace.stderr.readline()
        if "attached" not in first:
            raise LoadFailed(f"strace cannot attach: {first.strip()}")
        wrk.send_signal(signal.SIGCONT)
        time.sleep(seconds)
        pause(wrk)
        requests = server.report()["requests"]
        strace.send_signal(signal.SIGINT)
        table = strace.communicate(timeout=30)[1]
    finally:
        machine.end(wrk, signal.SIGKILL)
        if strace:
            machine.end(strace, signal.SIGKILL)
    calls = {name: int(count) for name, count in re.findall(r"^(\w+)\s+(\d+)\s*$", table, re.MULTILINE)}
    calls.pop("total", None)
    if not calls or not requests:
        raise LoadFailed(f"strace has counted {requests} requests and:\n{table}")
    return {name: count / requests for name, count in sorted(calls.items(), key=lambda item: -item[1])}


def instructions_by_perf(servers, variant, load, seconds):
    """User-mode instructions per request, by the processor's counters."""
    with servers.start(variant) as server:
        server.report()
        process = machine.start(
            [machine.require("perf"), "stat", "-x,", "-e", "instructions:u", "-p", str(server.process.pid)], load.core,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            time.sleep(0.3)
            Load.finish(load.start(server, Traffic(64), seconds), seconds)
            process.send_signal(signal.SIGINT)
            table = process.communicate(timeout=30)[1]
        finally:
            machine.end(process, signal.SIGKILL)
        return int(table.split(",")[0]) / server.report()["requests"]


def instructions_by_valgrind(servers, variant, load, seconds):
    """The same from a run in valgrind, which counts every instruction it carries out: what a longer run takes more than
    a shorter one."""
    points = []
    for length in (seconds, 3 * seconds):
        result = servers.scratch / "callgrind.out"
        prefix = (machine.require("valgrind"), "--tool=callgrind", "-q", f"--callgrind-out-file={result}")
        with servers.start(variant, prefix=prefix) as server:
            Load.finish(load.start(server, Traffic(64), length), length)
            requests = server.report()["requests"]
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(60)
        total = re.search(r"^(?:totals|summary): (\d+)", result.read_text(errors="replace"), re.MULTILINE)
        points.append((requests, int(total.group(1))))
        result.unlink()
    (few, less), (many, more) = points
    return (more - less) / (many - few)
