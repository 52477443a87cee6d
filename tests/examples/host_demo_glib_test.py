# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""host_demo_glib_test.py PROGRAM: the player's page and its D-Bus service show and change the same state.

Runs itself again under dbus-run-session, so that the bus is its own and ends with it.
"""

import os
import re
import subprocess
import sys
import tempfile

from program import LIMIT_SECONDS, Program, fails, wait_until

NAME = "org.example.Player"
PATH = "/org/example/Player"


def gdbus(*arguments):
    return subprocess.run(
        ["gdbus", "call", "--session", "--dest", NAME, "--object-path", PATH, "--method", *arguments],
        capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)


def call(*arguments):
    done = gdbus(*arguments)
    assert done.returncode == 0, f"gdbus {arguments}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


def bus_property(name):
    return call("org.freedesktop.DBus.Properties.Get", NAME, name)


def test_bus_changes_the_page(program):
    state = program.state()
    assert (state["playing"], state["title"], state["volume"]) == (False, "Silence", 0.5), state
    call(f"{NAME}.Play", 'A "quoted" title, naïve')
    state = program.state()
    assert state["playing"] and state["title"] == 'A "quoted" title, naïve', state
    call("org.freedesktop.DBus.Properties.Set", NAME, "Volume", "<0.25>")
    assert program.state()["volume"] == 0.25
    call(f"{NAME}.Pause")
    assert not program.state()["playing"]


def test_page_changes_the_bus(program):
    program.put("/playing/1")
    assert bus_property("Playing") == "(<true>,)"
    program.put("/volume/75")
    assert bus_property("Volume") == "(<0.75>,)"


def test_bus_listeners_are_told(program):
    """What the page changes is a signal on the bus."""
    with tempfile.TemporaryFile() as heard:
        monitor = subprocess.Popen(["gdbus", "monitor", "--session", "--dest", NAME], stdout=heard)
        try:
            wait_until(lambda: signal_heard(program, heard), "the monitor hears of a change")
        finally:
            monitor.kill()
            monitor.wait()


def signal_heard(program, heard):
    """Changes the volume again each time: gdbus says that it listens a moment before it does."""
    program.put("/volume/10")
    said = os.pread(heard.fileno(), 1 << 20, 0)  # the monitor writes at the offset that both share
    return re.search(rb"PropertiesChanged .*'Volume': <0\.1", said)


def main():
    if "--in-session" not in sys.argv:
        os.execvp("dbus-run-session", ["dbus-run-session", "--", sys.executable, *sys.argv, "--in-session"])
    with Program([sys.argv[1]]) as program:
        assert "<title>Eddy in GLib</title>" in program.get("/")
        wait_until(lambda: gdbus("org.freedesktop.DBus.Peer.Ping").returncode == 0, "the service is on the bus")
        test_bus_changes_the_page(program)
        test_page_changes_the_bus(program)
        test_bus_listeners_are_told(program)
        fails([sys.argv[1], f"--port={program.address[1]}"], "Address already in use")
        fails([sys.argv[1], "--port=65536"], "not a port")


main()
