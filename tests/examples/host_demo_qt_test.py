# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""host_demo_qt_test.py PROGRAM: the page follows the window and moves it, also while a modal dialog is open."""

import sys
import threading

from program import LIMIT_SECONDS, Program


def test_page_moves_the_slider(program):
    assert "<title>Eddy in Qt</title>" in program.get("/")
    assert program.state()["slider"] == 25
    program.put("/slider/60")
    assert program.state()["slider"] == 60
    program.put("/slider/200")  # the slider's own range holds
    assert program.state()["slider"] == 100


def test_follower_is_told(program):
    """A request for what is newer than now is answered when the window changes."""
    told = []
    before = program.state()["version"]
    follower = threading.Thread(
        target=lambda: told.append(program.follow(lambda state: state["slider"] == 7)), daemon=True)
    follower.start()
    program.put("/slider/7")
    follower.join(LIMIT_SECONDS)
    assert told and told[0]["version"] > before, told


def test_worker_thread(program):
    done = program.state()["work"]
    program.follow(lambda state: state["work"] >= done + 2)


def test_modal_dialog(program):
    program.put("/dialog/open")
    program.follow(lambda state: state["dialog"])
    # The dialog's own event loop runs now, inside the one that main started.
    for value in (10, 20, 30):
        program.put(f"/slider/{value}")
        assert program.state()["slider"] == value
    test_worker_thread(program)
    test_follower_is_told(program)
    assert program.state()["dialog"]
    program.put("/dialog/close")
    program.follow(lambda state: not state["dialog"])


def main():
    with Program([sys.argv[1]]) as program:
        test_page_moves_the_slider(program)
        test_follower_is_told(program)
        test_worker_thread(program)
        test_modal_dialog(program)
        test_modal_dialog(program)
    with Program([sys.argv[1]]) as program:  # ends with the dialog open
        program.put("/dialog/open")
        program.follow(lambda state: state["dialog"])


main()
