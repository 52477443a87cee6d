# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lint_memory.py forgets a judgement when anything changes that it follows from, and nothing but for another folder."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from lint_memory import FORGET_AFTER, Memory

BUILD = """
rule compile
  command = g++ -MD -MF $out.d -c $in -o $out
  depfile = $out.d
  deps = gcc
build a.o: compile ../a.cc
"""


class LintMemory(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name).resolve()
        self.root = self.top / "tree"
        (self.root / "build").mkdir(parents=True)
        (self.root / "a.h").write_text("const int a = 1;\n")
        (self.root / "a.cc").write_text('#include "a.h"\n')
        (self.root / "build" / "build.ninja").write_text(BUILD)
        self.compile(self.root)

    def compile(self, root):
        subprocess.run(["ninja", "-C", root / "build"], check=True, capture_output=True)

    def memory(self, root=None, judge="rules"):
        root = root or self.root
        return Memory(root, root / "build", judge, self.top / "memory")

    def entry(self, root=None, more=""):
        build = (root or self.root) / "build"
        return [{"directory": str(build), "file": "../a.cc",
                 "command": f"g++ {more} -DFOLDER={root or self.root} -c ../a.cc -o a.o"}]

    def key(self, root=None, more="", judge="rules"):
        return self.memory(root, judge).key_of(self.entry(root, more))

    def change(self, name, text):
        """As an editor does, later than the last compilation."""
        path = self.root / name
        path.write_text(text)
        later = (self.root / "build" / "a.o").stat().st_mtime_ns + 1000
        os.utime(path, ns=(later, later))

    def test_remembers_what_passed(self):
        memory = self.memory()
        key = memory.key_of(self.entry())
        self.assertFalse(memory.knows(key))
        memory.remember(key, self.entry())
        self.assertTrue(memory.knows(key))
        self.assertTrue(self.memory().knows(self.key()))

    def test_all_that_it_follows_from_is_in_the_key(self):
        keys = {self.key(), self.key(more="-DX"), self.key(judge="other rules")}
        for name, text in (("a.h", "const int a = 2;\n"), ("a.cc", '#include "a.h"\nint b;\n')):
            self.change(name, text)
            self.compile(self.root)
            keys.add(self.key())
        self.assertNotIn(None, keys)
        self.assertEqual(len(keys), 5)

    def test_the_same_tree_elsewhere_has_the_same_key(self):
        other = self.top / "other"
        shutil.copytree(self.root, other)
        self.assertEqual(self.key(), self.key(other))

    def test_nothing_is_known_of_what_changed_since_it_was_compiled(self):
        self.change("a.h", '#include "b.h"\n')
        memory = self.memory()
        key = memory.key_of(self.entry())
        self.assertIsNone(key)
        memory.remember(key, self.entry())
        self.assertFalse(memory.knows(key))

    def test_what_changed_while_it_was_judged_is_not_remembered(self):
        memory = self.memory()
        key = memory.key_of(self.entry())
        self.change("a.h", "const int a = 3;\n")
        memory.remember(key, self.entry())
        self.assertFalse(memory.knows(key))

    def test_all_compile_commands_of_a_source_are_in_the_key(self):
        once, twice = self.entry(), self.entry() + self.entry(more="-DHOST")
        memory = self.memory()
        self.assertEqual(len({memory.key_of(once), memory.key_of(twice), memory.key_of(twice[1:])}), 3)
        self.assertIsNone(memory.key_of([*once, {**once[0], "command": "g++ -c ../a.cc -o never_compiled.o"}]))

    def test_a_home_that_cannot_be_written_remembers_nothing(self):
        memory = Memory(self.root, self.root / "build", "rules", "/proc/nowhere")
        key = memory.key_of(self.entry())
        memory.remember(key, self.entry())
        self.assertFalse(memory.knows(key))
        memory.forget_old()

    def test_nothing_is_known_of_what_was_not_compiled(self):
        self.assertIsNone(self.memory().key_of([{**self.entry()[0], "command": "g++ -c b.cc -o b.o"}]))

    def test_forgets_what_nobody_asked_for(self):
        memory = self.memory()
        memory.where.mkdir()
        for key in ("old", "new"):
            (memory.where / key).touch()
        before = time.time() - FORGET_AFTER - 1
        os.utime(memory.where / "old", (before, before))
        memory.forget_old()
        self.assertEqual([path.name for path in memory.where.iterdir()], ["new"])


if __name__ == "__main__":
    unittest.main()
