# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What extract.py leaves in its folder when a page of the guide has changed."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent / "extract.py"


def block(head, text="text"):
    return f"```{head}\n{text}\n```\n"


class Extract(unittest.TestCase):
    def test_what_the_guide_has_no_more_is_removed(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            page = folder / "docs/page.md"
            page.parent.mkdir()

            def extracted(*blocks):
                page.write_text("".join(blocks))
                subprocess.run([sys.executable, SCRIPT, folder, folder / "out"], check=True, capture_output=True)
                files = [path for path in (folder / "out").rglob("*") if path.is_file()]
                return sorted(path.relative_to(folder / "out").as_posix() for path in files)

            program, row = block("cpp name=a"), block("html page=a/row.html")
            self.assertEqual(
                extracted(program, row, block("html page=a/sub/old.html"), block("python name=b")),
                ["a.cc", "a/templates/row.html", "a/templates/sub/old.html", "b.py"])
            time = (folder / "out/a.cc").stat().st_mtime_ns
            self.assertEqual(extracted(program, row), ["a.cc", "a/templates/row.html"])
            self.assertEqual((folder / "out/a.cc").stat().st_mtime_ns, time)
            self.assertEqual(extracted(program), ["a.cc"])


if __name__ == "__main__":
    unittest.main()
