# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The machine that is measured on: what it must have, which cores are used, and what it is called."""

import ctypes
import os
import pathlib
import platform
import re
import resource
import shutil
import signal
import subprocess

# Program, the Debian package it comes in, and what cannot be measured without it.
TOOLS = {
    "wrk": ("wrk", "any load"),
    "strace": ("strace", "system calls per request"),
    "openssl": ("openssl", "TLS, which needs a certificate"),
    "gnuplot": ("gnuplot-nox", "pictures"),
    "perf": ("linux-perf", "instructions per request by the processor's own counters"),
    "valgrind": ("valgrind", "instructions per request where the processor's counters cannot be read"),
    "nginx": ("nginx-light", "whether limit is the limit"),
}

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


class BadEnvironment(Exception):
    """This machine, as it is, cannot be measured on."""


def find(tool):
    """The path of a program, or None. nginx lies where only root looks."""
    return shutil.which(tool) or shutil.which(tool, path="/usr/local/sbin:/usr/sbin:/sbin")


def require(tool):
    path = find(tool)
    if path is None:
        package, what = TOOLS[tool]
        raise BadEnvironment(f"{tool} is missing, and without it {what} cannot be measured (Debian package {package})")
    return path


def cores():
    """The server's core and the load's: two that this process may use and that are not two threads of one core."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        raise BadEnvironment("two processor cores are needed, one for the server and one for the load; "
                             f"this process may use {len(allowed)}")
    first = allowed[0]
    others = [core for core in allowed[1:] if core not in siblings(first)] or allowed[1:]
    return first, others[0]


def siblings(core):
    path = pathlib.Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    found = set()
    try:
        for part in path.read_text().strip().split(","):
            low, _, high = part.partition("-")
            found.update(range(int(low), int(high or low) + 1))
    except (OSError, ValueError):
        pass
    return found


def core_used(core):
    """Seconds that a core has worked for programs since it was started, and those that a hypervisor took from it."""
    for line in pathlib.Path("/proc/stat").read_text(encoding="ascii").splitlines():
        fields = line.split()
        if fields[0] == f"cpu{core}":
            user, nice, system = (int(field) for field in fields[1:4])
            return (user + nice + system + int(fields[8])) / os.sysconf("SC_CLK_TCK")
    raise BadEnvironment(f"/proc/stat knows no core {core}")


def need_descriptors(count):
    """Raises the soft limit of this process and its children where it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        if hard != resource.RLIM_INFINITY and hard < count:
            raise BadEnvironment(f"{count} open descriptors are needed and {hard} are allowed "
                                 "(ulimit -Hn; raise it in limits.conf(5) or for the service that started this)")
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def counters_reason():
    """Why perf cannot count instructions here, or None."""
    perf = find("perf")
    if perf is None:
        return "perf is missing (Debian package linux-perf)"
    run = subprocess.run([perf, "stat", "-x,", "-e", "instructions:u", "true"], capture_output=True, text=True,
                         check=False, timeout=30)
    if run.returncode != 0:
        return "perf stat -e instructions:u: " + (run.stderr.strip().splitlines() or ["failed"])[-1]
    if "<not" in run.stderr:
        return "perf stat -e instructions:u says " + re.search(r"<[^>]*>", run.stderr).group(0)
    return None


# Set by --realtime: children are scheduled before all ordinary programs.
realtime = False


def check_realtime():
    try:
        policy = os.sched_getscheduler(0), os.sched_getparam(0)
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        os.sched_setscheduler(0, *policy)
    except PermissionError as error:
        raise BadEnvironment("--realtime needs root, or a limit on rtprio of at least 1") from error


def start(command, core, **options):
    """Starts a child on one core, which ends when this process does, whatever ends it."""
    parent = os.getpid()

    def prepare():
        os.sched_setaffinity(0, {core})
        if realtime:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen(command, preexec_fn=prepare, **options)


def end(process, number=signal.SIGTERM, patience=5):
    """Ends a child and waits for it."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def description(root):
    """What the figures depend on, for whoever compares them."""
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    git = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=root, capture_output=True, text=True,
                         check=False)
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "commit": git.stdout.strip() or "unknown",
        "load_average": os.getloadavg(),
    }
