# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loads on a server, and what they and the system say about them."""

import dataclasses
import re
import resource
import signal
import socket
import struct
import subprocess
import time

import machine


class LoadFailed(Exception):
    """The load did not get the answers it asked for: nothing can be said about it."""


@dataclasses.dataclass
class Sample:
    """One run of wrk against a server."""

    requests: int
    rate: float
    cpu_us: float  # the server's processor time for each request, in microseconds
    server_busy: float  # part of its core's time that the server used
    load_busy: float
    void: object = None  # why it says nothing
    turns: int = 0
    own_requests: int = 0

    @property
    def batch(self):
        """Requests that were served between two looks at the descriptors; None where it is not known."""
        return self.own_requests / self.turns if self.turns else None


class Load:
    def __init__(self, core, saturated=0.95):
        self.core = core
        self.saturated = saturated
        self.wrk = machine.require("wrk")

    def start(self, server, connections, seconds):
        return machine.start(
            [self.wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", server.url], self.core,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    @staticmethod
    def finish(process, seconds):
        """The number of requests and their rate."""
        try:
            output = process.communicate(timeout=seconds + 30)[0]
        except subprocess.TimeoutExpired as error:
            raise LoadFailed(f"wrk has not ended {seconds + 30} s after its beginning") from error
        finally:
            machine.end(process)
        found = re.search(r"(\d+) requests in [\d.]+\w+,.*^Requests/sec:\s*([\d.]+)", output, re.DOTALL | re.MULTILINE)
        if process.returncode != 0 or not found or re.search(r"Socket errors|Non-2xx", output):
            raise LoadFailed(f"wrk ended with {process.returncode}:\n{output}")
        if int(found.group(1)) == 0:
            raise LoadFailed("not one request was answered")
        return int(found.group(1)), float(found.group(2))

    def run(self, server, connections, seconds, reports=True):
        """Runs wrk and accounts for the server's processor time."""
        if reports:
            server.report()
        load_before, cpu_before = children_cpu(), server.cpu()
        process = self.start(server, connections, seconds)
        requests, rate = self.finish(process, seconds)
        cpu, load = server.cpu() - cpu_before, children_cpu() - load_before
        sample = Sample(requests, rate, cpu / requests * 1e6, cpu / seconds, load / seconds)
        sample.void = self.why_void(sample)
        if reports:
            counted = server.report()
            sample.turns = counted["turns"]
            sample.own_requests = counted["requests"]
            # The last answers may be on their way when wrk ends.
            if not requests <= sample.own_requests <= requests + connections * 2:
                raise LoadFailed(f"wrk says {requests} requests and the server {sample.own_requests}")
        return sample


    def why_void(self, sample):
        """One of the two must be the bottleneck. Where it is wrk, as with a cheap server, processor time per request is
        still the server's own; where it is neither, somebody else has used the cores."""
        if max(sample.server_busy, sample.load_busy) >= self.saturated:
            return None
        return (f"neither server ({sample.server_busy:.0%}) nor load ({sample.load_busy:.0%}) had a core of its own: "
                "something else runs on this machine")


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class IdleConnections:
    """Keep-alive connections that have had one answer and then want nothing. Use it with `with`."""

    def __init__(self, server, count):
        machine.need_descriptors(count + 500)
        self.sockets = []
        request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
        try:
            for _ in range(count):
                peer = socket.create_connection(("127.0.0.1", server.port), timeout=10)
                self.sockets.append(peer)
                # Closing resets the connection, so that none waits for minutes in the kernel.
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                peer.sendall(request)
                if not peer.recv(4096).endswith(b"Hello, world"):
                    raise LoadFailed(f"connection {len(self.sockets)} had no answer")
        except OSError as error:
            self.close()
            raise LoadFailed(f"connection {len(self.sockets)} of {count}: {error}") from error
        except LoadFailed:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def all_open(self):
        """Whether the server has closed none of them."""
        for peer in self.sockets:
            peer.setblocking(False)
            try:
                if peer.recv(1, socket.MSG_PEEK) == b"":
                    return False
            except BlockingIOError:
                pass
            except OSError:
                return False
        return True

    def close(self):
        for peer in self.sockets:
            peer.close()
        self.sockets = []


def system_calls(server, load, connections, seconds):
    """System calls per request, by name, from strace. It slows the server down, so more requests are ready at a time
    than otherwise; what is done once a turn counts for less than it would."""
    server.report()
    process = machine.start([machine.require("strace"), "-c", "-f", "-U", "name,calls", "-p", str(server.process.pid)],
                            load.core, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        first = process.stderr.readline()
        if "attached" not in first:
            raise LoadFailed(f"strace cannot attach: {first.strip()}")
        Load.finish(load.start(server, connections, seconds), seconds)
        counted = server.report()
        process.send_signal(signal.SIGINT)
        table = process.communicate(timeout=30)[1]
    finally:
        machine.end(process, signal.SIGKILL)
    requests = counted["requests"]
    calls = {name: int(count) for name, count in re.findall(r"^(\w+)\s+(\d+)\s*$", table, re.MULTILINE)}
    calls.pop("total", None)
    if not calls:
        raise LoadFailed(f"strace has counted nothing:\n{table}")
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
            Load.finish(load.start(server, 64, seconds), seconds)
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
            Load.finish(load.start(server, 64, length), length)
            requests = server.report()["requests"]
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(60)
        total = re.search(r"^(?:totals|summary): (\d+)", result.read_text(errors="replace"), re.MULTILINE)
        points.append((requests, int(total.group(1))))
        result.unlink()
    (few, less), (many, more) = points
    return (more - less) / (many - few)
