# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What becomes of verdicts. Nothing is measured here."""

import contextlib
import io
import unittest

import plan
import report


class Judgement(unittest.TestCase):
    def judge(self, check=True, **verdicts):
        """The status, for verdicts whose names have _ for a blank; self.said is what was printed."""
        table = plan.Table("load", "a load", [], verdicts={name.replace("_", " "): verdict for name, verdict in verdicts.items()})
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            status = report.judge(check, [table])
        self.said = said.getvalue()
        return status

    def test_all_kept(self):
        self.assertEqual(self.judge(limit_to_nginx="passed", c64_native_to_limit="passed"), 0)
        self.assertIn("2 bounds: 2 kept", self.said)
        self.assertNotIn("void:", self.said)

    def test_a_broken_bound_counts_more_than_an_open_one(self):
        self.assertEqual(self.judge(limit_to_nginx="passed", c64_native_to_limit="FAILED", fairness="undecided"), 1)
        self.assertEqual(self.judge(limit_to_nginx="passed", c64_native_to_limit="passed", fairness="undecided"), 3)
        self.assertEqual(self.judge(limit_to_nginx="passed", fairness="void"), 3)

    def test_a_limit_that_is_none_makes_the_run_void(self):
        for verdict in ("FAILED", "undecided", "void"):
            self.assertEqual(self.judge(limit_to_nginx=verdict, c64_native_to_limit="FAILED"), 3)
            self.assertIn("limit has not shown", self.said)

    def test_a_limit_that_nobody_looked_at_makes_void_what_is_relative_to_it(self):
        for verdict in ("passed", "FAILED"):
            self.assertEqual(self.judge(p16_native_to_limit=verdict), 3)
            self.assertIn("limit has not been compared with nginx", self.said)
        # As when measuring it has failed.
        self.assertEqual(self.judge(limit="void", c64_native_to_limit="passed"), 3)
        self.assertIn("limit has not been compared with nginx", self.said)

    def test_what_is_not_relative_to_it_counts_without(self):
        self.assertEqual(self.judge(memory_qt_are_idle="passed", c64_qt_to_native="passed"), 0)
        self.assertEqual(self.judge(memory_qt_are_idle="FAILED"), 1)
        self.assertNotIn("void:", self.said)

    def test_without_a_check_it_is_told_and_nothing_else(self):
        self.assertEqual(self.judge(check=False, c64_native_to_limit="FAILED"), 0)
        self.assertIn("limit has not been compared with nginx", self.said)


if __name__ == "__main__":
    unittest.main()
