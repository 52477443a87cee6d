# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What clang-tidy has found nothing in, remembered for the user and not for one tree: a new clone looks only at what
is new, as ccache compiles only that.

What clang-tidy says of a source follows from the source, all that it includes (the system's headers too), its
compile commands, of which it looks at each, the rules and the version of clang-tidy: the hash of these is the name of
an empty file.
"""

import contextlib
import hashlib
import os
import pathlib
import shlex
import subprocess
import time

FORGET_AFTER = 60 * 24 * 3600  # seconds since it was last asked for


def folder():
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "eddy" / "clang-tidy"


def included_files(build):
    """By the path of its object below build: the files that a source was compiled from, as Ninja knows them."""
    lists = {}
    run = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True, check=True)
    current = None
    for line in run.stdout.splitlines():
        if line.startswith("    "):
            current.append(line.strip())
        elif ": #deps " in line:
            current = lists.setdefault(line.split(": #deps ")[0], [])
    return lists


class Memory:
    """root: the tree; build: its build folder; judge: what else a judgement follows from (rules, versions)."""

    def __init__(self, root, build, judge, where=None):
        self.root = pathlib.Path(root).resolve()
        self.build = pathlib.Path(build).resolve()
        self.judge = judge
        self.where = pathlib.Path(where) if where else folder()
        self.included = included_files(self.build)
        self.digests = {}

    def digest_of(self, path):
        """Of a file's name, as any tree has it, and content; None where it can't be read."""
        try:
            status = path.stat()
            key = (path, status.st_mtime_ns, status.st_size)
            if key not in self.digests:
                name = str(path).replace(str(self.root) + os.sep, "")
                self.digests[key] = hashlib.sha256(name.encode() + b"\0" + path.read_bytes()).digest()
        except OSError:
            return None
        return self.digests[key]

    def key_of(self, entries):
        """The key of a source by its entries of compile_commands.json; None where what it includes is not known, as it
        has not been compiled since one of these files was changed."""
        keys = [self._key_of_entry(entry) for entry in entries]
        return None if None in keys else hashlib.sha256("".join(keys).encode()).hexdigest()

    def _key_of_entry(self, entry):
        words = shlex.split(entry["command"])
        object_file = words[words.index("-o") + 1] if "-o" in words else ""
        names = self.included.get(object_file)
        if not names:
            return None
        files = [self.build / name for name in names]
        try:
            built = (self.build / object_file).stat().st_mtime
            if any(path.stat().st_mtime > built for path in files):
                return None
        except OSError:
            return None
        command = entry["command"].replace(str(self.root), "")
        key = hashlib.sha256(self.judge.encode() + b"\0" + command.encode())
        for path in files:
            digest = self.digest_of(path)
            if digest is None:
                return None
            key.update(digest)
        return key.hexdigest()

    def knows(self, key):
        if key is None:
            return False
        try:
            os.utime(self.where / key)
        except OSError:
            return False
        return True

    def remember(self, key, entries):
        """That it has passed, unless one of its files was changed meanwhile."""
        if key is None or self.key_of(entries) != key:
            return
        with contextlib.suppress(OSError):  # a home that can't be written remembers nothing
            self.where.mkdir(parents=True, exist_ok=True)
            (self.where / key).touch()

    def forget_old(self):
        for path in self.where.glob("*"):
            with contextlib.suppress(OSError):  # another run forgets, too
                if time.time() - path.stat().st_mtime > FORGET_AFTER:
                    path.unlink()
