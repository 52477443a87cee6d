# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Drives a program that answers commands, one a line; line_commands.h is the other side."""

import subprocess


class Failed(Exception):
    """The program answered that the command failed; its text is the program's."""


class Commands:
    """`with Commands(path) as run:` and then run("sha1", b"abc") gives bytes, None, or raises Failed."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.stdout.close()
        status = self.process.wait(timeout=30)
        if error[0] is None and status != 0:
            raise AssertionError(f"{self.path} ended with {status}")

    def __call__(self, name, *fields):
        raw = [field if isinstance(field, bytes) else str(field).encode() for field in fields]
        words = [name, *(field.hex() or "." for field in raw)]
        self.process.stdin.write(" ".join(words).encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode().rstrip("\n")
        if answer == "none":
            return None
        if answer.startswith("="):
            return bytes.fromhex(answer[1:])
        if not answer:
            raise AssertionError(f"{self.path} has ended")
        raise Failed(bytes.fromhex(answer.removeprefix("error ")).decode(errors="replace"))
