# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A program that begins anew when its own file, or one that it watches, has changed.

  autoreload_test.py PROGRAM
"""

import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()


class Autoreload(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.program = self.folder / "program"
        shutil.copy(PROGRAM, self.program)
        (self.folder / "watched").write_text("1")
        # The watched file's path is relative: it must be that of the folder in which the program was begun.
        self.process = subprocess.Popen(["./program", "an argument", "", "watched"], cwd=self.folder,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end)
        self.begun = f"begun {self.process.pid} an argument  watched"
        self.assertEqual(self.line(), self.begun)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def line(self, seconds=20):
        """The next line that the program says, or nothing within that time."""
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return None
        text = b""
        while not text.endswith(b"\n"):
            piece = os.read(self.process.stdout.fileno(), 1)
            if not piece:
                break
            text += piece
        return text.decode().rstrip("\n")

    def expect_anew(self):
        self.assertEqual(self.line(), "hook")
        self.assertEqual(self.line(), self.begun)

    def test_watched_file(self):
        for text in "23":
            (self.folder / "watched").write_text(text)
            self.expect_anew()
        self.assertIsNone(self.line(1), "once for each change")

    def test_program_that_is_replaced(self):
        new = self.folder / "new"
        shutil.copy(PROGRAM, new)
        new.rename(self.program)
        self.expect_anew()

    def test_program_that_was_replaced_before(self):
        shutil.copy(PROGRAM, self.folder / "replace_me")
        (self.folder / "watched").write_text("2")
        self.expect_anew()
        self.expect_anew()
        self.assertIsNone(self.line(1), "it is the new one now")

    def test_folder_that_is_made_again(self):
        away = self.folder.with_name(self.folder.name + "_away")
        self.folder.rename(away)
        self.addCleanup(shutil.rmtree, away)
        self.assertIsNone(self.line(1), "there is nothing to begin")
        self.folder.mkdir()
        shutil.copy(PROGRAM, self.program)
        self.expect_anew()

    def test_forked_child(self):
        (self.folder / "fork").touch()
        (self.folder / "watched").write_text("2")
        self.assertEqual(self.line(), "hook")
        self.assertEqual({self.line(), self.line()}, {self.begun, "child"})
        (self.folder / "fork").unlink()
        (self.folder / "watched").write_text("3")
        self.expect_anew()
        self.assertIsNone(self.line(1), "the child goes on as it is")

    def test_program_that_is_held(self):
        (self.folder / "hold").touch()
        (self.folder / "watched").write_text("2")
        self.expect_anew()
        (self.folder / "watched").write_text("3")
        self.assertIsNone(self.line(1), "it is held")
        (self.folder / "hold").unlink()
        (self.folder / "release").touch()
        self.expect_anew()
        self.assertIsNone(self.line(1), "once for all that has changed meanwhile")

    def test_program_that_is_not_there_for_a_while(self):
        self.program.unlink()
        self.assertIsNone(self.line(1), "there is nothing to begin")
        shutil.copy(PROGRAM, self.program)
        self.expect_anew()

    def test_program_that_is_being_linked(self):
        self.program.unlink()
        content = PROGRAM.read_bytes()
        with open(self.program, "wb") as file:
            os.fchmod(file.fileno(), 0o755)
            file.write(content[:len(content) // 2])
            file.flush()
            # The hooks are called, and the system refuses a file that is open for writing: the old program goes on.
            self.assertEqual(self.line(), "hook")
            self.assertIsNone(self.line(1))
            self.assertIsNone(self.process.poll())
            file.write(content[len(content) // 2:])
        self.expect_anew()

    def test_errors_are_told(self):
        (self.folder / "watched").write_text("2")
        self.expect_anew()
        self.process.kill()
        said = self.process.stderr.read().decode()
        self.assertIn("a hook's error", said)
        self.assertIn("watched has changed", said)


if __name__ == "__main__":
    unittest.main()
