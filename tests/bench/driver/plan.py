# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long and how often is measured, the bounds of --check, and what the loads share."""

import dataclasses
import statistics
import subprocess

import load as loads
import machine
import servers as programs


@dataclasses.dataclass
class Plan:
    """How long and how often."""

    seconds: int = 1
    pairs: int = 9  # of what has a bound
    peer_rounds: int = 3  # of what has none
    repeats: int = 2  # of all pairs, while an interval is too wide
    runs: int = 3  # of what has no pairs
    idle: int = 8000
    held: int = 10_000  # idle connections whose memory is measured
    idle_websockets: int = 20_000
    timer_seconds: int = 2
    timer_cases: int = 4  # of latency.CASES
    fair_requests: int = 100_000
    strict: bool = True


QUICK = Plan(pairs=1, peer_rounds=1, repeats=0, runs=1, idle=300, held=300, idle_websockets=300, timer_seconds=1, timer_cases=1,
             fair_requests=5_000, strict=False)

# The bounds of --check.
LIMIT_TO_NGINX = 1.02
NATIVE_TO_LIMIT = 1.12
TO_NATIVE = 1.10
PIPELINED_TO_LIMIT = 1.60
TO_ITSELF_BESIDE_IDLE = 1.10
TIMER_P50_MS = 1.5  # 512 connections, handlers of 10 us
MOST_TO_LEAST = 2.0
SYSTEM_CALLS = 2.2
IDLE_BYTES = 512
WAITING_BYTES = 2048
IDLE_TLS_TO_NGINX = 1.2
WEBSOCKET_TO_LIMIT = 1.10
WEBSOCKET_HOST_TO_LIMIT = 1.20
WEBSOCKET_BYTES = 1024
WEBSOCKET_DEFLATE_BYTES = 2048
WEBSOCKET_TIMER_MS = 0.2  # later beside 20,000 idle ones
SLICE_MS = 1  # of hosts, by default
SLICE_SLACK_MS = 0.05  # between a turn's beginning and its first step, and its last step and its end
ROUTES_RATIO = 3.0
HANDLER_NS = 600.0


@dataclasses.dataclass
class Table:
    """Rows for people, verdicts for --check, data for programs."""

    name: str
    title: str
    columns: list
    rows: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    verdicts: dict = dataclasses.field(default_factory=dict)
    data: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Bench:
    servers: programs.Servers
    load: loads.Load
    hosts: list  # of --hosts, "native" being the reference whether it stands here or not
    all_peers: list  # of --peers
    plan: Plan
    say: object

    @property
    def peers(self):
        """Those that take part in all loads."""
        return [name for name in self.all_peers if not programs.PEERS[name].only]

    def variant(self, name):
        if name == "limit":
            return programs.LIMIT
        return programs.HOSTS.get(name) or programs.PEERS[name]

    def sample(self, name, traffic, serving=programs.Serving(), idle=0):
        """One run of wrk against a server that was started for it."""
        with self.servers.start(self.variant(name), serving=serving) as server:
            if not idle:
                return self.load.run(server, traffic, self.plan.seconds)
            with loads.IdleConnections(server, idle) as held:
                taken = self.load.run(server, traffic, self.plan.seconds)
                if not held.all_open():
                    raise loads.LoadFailed(f"{name} has closed idle connections")
                return taken

    def big_file(self):
        """A file of 1 MiB, for whoever serves files."""
        path = self.servers.scratch.resolve() / "one_mib"
        path.write_bytes(bytes(range(256)) * 4096)
        return str(path)

    def certificate(self):
        """Paths of a certificate for this run and its key: ECDSA on P-256, the kind that is cheap to sign with."""
        folder = self.servers.scratch.resolve()
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        subprocess.run(
            [machine.require("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)],
            check=True, capture_output=True, timeout=60)
        return str(certificate), str(key)


def middle(samples, name):
    values = [getattr(sample, name) for sample in samples]
    return statistics.median(values) if values and None not in values else None


def number(value, places):
    """Also of what is only not known: no time and no rate is zero."""
    return "-" if not value else f"{value:.{places}f}"


def part(value):
    return "-" if value is None else f"{value:.0%}"


def comparison_data(comparison):
    return {
        "load": comparison.load, "reference": comparison.reference, "variant": comparison.variant,
        "bound": comparison.bound, "verdict": comparison.verdict,
        "ratio": dataclasses.asdict(comparison.ratio) if comparison.ratio else None,
    }


def samples_data(load, name, samples):
    """What the pictures and the summary need, and every sample besides."""
    return {
        "load": load, "server": name,
        **{key: middle(samples, key) for key in ("cpu_us", "rate", "p50_ms", "p99_ms", "server_busy", "load_busy")},
        "samples": [dataclasses.asdict(sample) for sample in samples],
    }


def voided_notes(rounds):
    return [f"{name}: {len(reasons)} void samples, first: {reasons[0]}"
            for name, reasons in rounds.voided.items() if reasons]
