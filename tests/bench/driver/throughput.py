# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loads whose figure is the processor time per request. All servers are sampled in rounds, and each is compared with
limit, and each of Eddy's hosts with native, in the same rounds."""

import figures
import load as loads
import machine
import plan as plans
import servers as programs
from plan import Table, number, part


def columns(base, unit):
    return ["server", f"CPU us/{unit}", f"to {base} (95 % interval)", "to native (95 % interval)", f"{unit}s/s",
            "p50 ms", "p99 ms", f"{unit}s/turn", "server busy", "load busy", "verdict"]


def row(name, samples, to_base, to_native):
    verdicts = [comparison.verdict for comparison in (to_base, to_native) if comparison and comparison.bound]
    ratio = lambda comparison: str(comparison.ratio) if comparison and comparison.ratio else "-"
    return [name, number(plans.middle(samples, "cpu_us"), 2), ratio(to_base), ratio(to_native),
            number(plans.middle(samples, "rate"), 0), number(plans.middle(samples, "p50_ms"), 2),
            number(plans.middle(samples, "p99_ms"), 2), number(plans.middle(samples, "batch"), 1),
            part(plans.middle(samples, "server_busy")), part(plans.middle(samples, "load_busy")),
            ", ".join(verdicts) or "reported"]


def last_line(error):
    return (str(error).strip().splitlines() or ["failed"])[-1][:200]


class Contest:
    """All servers under one load, each compared with `base`, and each host with native. to_base is the bound of native's
    comparison with base, hosts_to_base that of the other hosts', to_native that of theirs with native. Samples are
    taken by wrk with `traffic`, or by `take(bench, name)`, whose requests are called `unit`."""

    def __init__(self, bench, name, title, traffic=None, *, serving=programs.Serving(), base="limit", to_base=None,
                 hosts_to_base=None, to_native=None, hosts=None, peers=None, take=None, unit="request"):
        self.bench, self.name, self.base = bench, name, base
        self.table = Table(name, title, columns(base, unit))
        self.bounds = {base: to_base, "hosts": hosts_to_base, "native": to_native}
        take = take or (lambda bench, name: bench.sample(name, traffic, serving))
        self.hosts = bench.hosts if hosts is None else hosts
        peers = bench.peers if peers is None else peers
        # In this order: nginx and limit side by side, and native behind them.
        self.order = [*(["nginx"] if "nginx" in peers else []), *(["limit"] if base == "limit" else []),
                      *(["native"] if self.hosts else []), *(host for host in self.hosts if host != "native"),
                      *(peer for peer in peers if peer != "nginx")]
        self.rounds = figures.Rounds(
            {name: self.sampler(name, take) for name in self.order}, bench.plan.pairs, bench.plan.strict)
        self.failed = {}

    def sampler(self, name, take):
        def take_one():
            try:
                return take(self.bench, name)
            except (loads.LoadFailed, programs.ServerFailed) as error:
                # A peer that cannot do it is left out; Eddy and limit must.
                if name not in programs.PEERS:
                    raise
                self.failed[name] = last_line(error)
                return None
        return take_one

    def bounded(self):
        """Those that a bound is about, with what they are compared to."""
        names = {self.base, "native"} if self.bounds[self.base] else set()
        if self.bounds["hosts"]:
            names |= {self.base, *self.hosts}
        if self.bounds["native"]:
            names |= {"native", *self.hosts}
        return names & set(self.order)

    def comparisons(self):
        """By (variant, reference)."""
        found = {}
        for name in self.order:
            if name != self.base:
                of_host = self.bounds["hosts"] if name in self.hosts else None
                bound = self.bounds[self.base] if name == "native" else of_host
                found[name, self.base] = figures.Comparison(self.name, self.base, name, bound)
            if name in self.hosts and name != "native":
                found[name, "native"] = figures.Comparison(self.name, "native", name, self.bounds["native"])
        return found

    def run(self):
        plan, rounds = self.bench.plan, self.rounds
        self.bench.say(f"{self.name}: {' '.join(self.order)}")
        bounded = self.bounded()
        rest = max(0, plan.pairs - plan.peer_rounds) if bounded else 0
        rounds.run(set(self.order), min(plan.peer_rounds, plan.pairs) if bounded else plan.peer_rounds)
        rounds.run(bounded, rest)
        comparisons = self.comparisons()
        rounds.decide(list(comparisons.values()), plan.pairs, plan.repeats)
        for name in self.order:
            samples = rounds.all_of(name)
            self.table.rows.append(
                row(name, samples, comparisons.get((name, self.base)), comparisons.get((name, "native"))))
            self.table.data.append(plans.samples_data(self.name, name, samples))
        for (name, reference), comparison in comparisons.items():
            self.table.data.append(plans.comparison_data(comparison))
            if comparison.bound:
                self.table.verdicts[f"{self.name} {name} to {reference}"] = comparison.verdict
        self.table.notes += plans.voided_notes(rounds)
        self.table.notes += [f"{name} left out: {reason}" for name, reason in self.failed.items()]
        return self.table


def limit(bench):
    """Whether limit deserves its name: it may not cost more than nginx does."""
    if not bench.servers.has(programs.NGINX):
        table = Table("limit", "limit against nginx, 64 connections", [])
        table.notes.append("not checked: nginx is missing (Debian package nginx-light)")
        table.verdicts["limit to nginx"] = "void"
        return table
    names = ("nginx", "limit")
    traffic = loads.Traffic(64)
    bench.say("limit: limit against nginx")
    rounds = figures.Rounds({name: lambda name=name: bench.sample(name, traffic) for name in names}, bench.plan.pairs,
                            bench.plan.strict)
    rounds.run(names, bench.plan.pairs)
    comparison = figures.Comparison("limit", "nginx", "limit", plans.LIMIT_TO_NGINX)
    rounds.decide([comparison], bench.plan.pairs, bench.plan.repeats)
    table = Table("limit", "limit against nginx, 64 connections",
                  ["server", "CPU us/request", "to nginx (95 % interval)", "requests/s", "verdict"])
    for name in names:
        samples = rounds.all_of(name)
        last = [str(comparison.ratio or "-"), comparison.verdict] if name == "limit" else ["1", "reference"]
        table.rows.append([name, number(plans.middle(samples, "cpu_us"), 2), last[0],
                           number(plans.middle(samples, "rate"), 0), last[1]])
        table.data.append(plans.samples_data("limit", name, samples))
    table.data.append(plans.comparison_data(comparison))
    table.verdicts["limit to nginx"] = comparison.verdict
    table.notes += plans.voided_notes(rounds)
    return table


def c1(bench):
    return Contest(bench, "c1", "1 connection", loads.Traffic(1, saturates=False)).run()


def c64(bench):
    return Contest(bench, "c64", "64 connections", loads.Traffic(64), to_base=plans.NATIVE_TO_LIMIT,
                   to_native=plans.TO_NATIVE).run()


def c512(bench):
    return Contest(bench, "c512", "512 connections", loads.Traffic(512), to_base=plans.NATIVE_TO_LIMIT,
                   to_native=plans.TO_NATIVE).run()


def p16(bench):
    return Contest(bench, "p16", "64 connections, 16 requests pipelined on each",
                   loads.Traffic(64, script=("pipeline.lua", "16"), depth=16), to_base=plans.PIPELINED_TO_LIMIT).run()


def post1k(bench):
    return Contest(bench, "post1k", "POST of 1 KiB, 64 connections", loads.Traffic(64, script=("post.lua", "1024")),
                   serving=programs.Serving(body=1024)).run()


def post1m(bench):
    return Contest(bench, "post1m", "POST of 1 MiB, 16 connections", loads.Traffic(16, script=("post.lua", "1048576")),
                   serving=programs.Serving(body=1024 * 1024)).run()


def file1m(bench):
    return Contest(bench, "file1m", "a file of 1 MiB, 16 connections", loads.Traffic(16, path="file"),
                   serving=programs.Serving(file=bench.big_file())).run()


def tls_contest(bench, name, title, traffic):
    """Beside nginx; the hosts take part when the bench program has TLS."""
    if not bench.servers.has(programs.NGINX) or machine.find("openssl") is None:
        return Table(name, title, [], notes=["not measured: nginx or openssl is missing"])
    able = [host for host in bench.hosts if bench.servers.understands(programs.HOSTS[host], "--tls")]
    contest = Contest(bench, name, title, traffic, serving=programs.Serving(tls=bench.certificate()), base="nginx",
                      hosts=able, peers=["nginx"])
    if not able:
        contest.table.notes.append("Eddy's hello was built without TLS")
    return contest.run()


def tls(bench):
    return tls_contest(bench, "tls", "TLS, 64 connections kept alive", loads.Traffic(64))


def handshakes(bench):
    return tls_contest(bench, "handshakes", "TLS, a connection and handshake for each request, 64 at a time",
                       loads.Traffic(64, script=("close.lua",)))


def beside_idle(bench, name, serving, pairs):
    """One server beside idle connections against itself without."""
    traffic = loads.Traffic(64)
    names = ("without", "beside")
    rounds = figures.Rounds({
        "without": lambda: bench.sample(name, traffic, serving),
        "beside": lambda: bench.sample(name, traffic, serving, bench.plan.idle),
    }, pairs, bench.plan.strict)
    rounds.run(names, pairs)
    bound = plans.TO_ITSELF_BESIDE_IDLE if name in programs.HOSTS else None
    comparison = figures.Comparison("idle", "without", "beside", bound)
    rounds.decide([comparison], pairs, bench.plan.repeats if bound else 0)
    return rounds, comparison


def idle(bench):
    """Each server beside idle connections against itself without."""
    machine.need_descriptors(bench.plan.idle + 500)
    table = Table("idle", f"64 connections beside {bench.plan.idle} idle ones",
                  ["server", "CPU us/request", "to itself without them (95 % interval)", "requests/s", "p99 ms",
                   "verdict"])
    peers = [name for name in bench.peers if not programs.PEERS[name].threads]
    for name in [*bench.hosts, *peers]:
        bench.say(f"idle: {name}")
        try:
            rounds, comparison = beside_idle(bench, name, programs.Serving(),
                                             bench.plan.pairs if name in programs.HOSTS else 1)
        except (loads.LoadFailed, programs.ServerFailed) as error:
            if name in programs.HOSTS:
                raise
            table.notes.append(f"{name} left out: {last_line(error)}")
            continue
        samples = rounds.all_of("beside")
        table.rows.append([name, number(plans.middle(samples, "cpu_us"), 2), str(comparison.ratio or "-"),
                           number(plans.middle(samples, "rate"), 0), number(plans.middle(samples, "p99_ms"), 2),
                           comparison.verdict])
        table.data.append(plans.samples_data("idle", name, samples))
        table.data.append({**plans.comparison_data(comparison), "variant": name, "reference": f"{name} alone"})
        if comparison.bound:
            table.verdicts[f"idle {name} to itself"] = comparison.verdict
        table.notes += [f"{name}: {note}" for note in plans.voided_notes(rounds)]
    return table
