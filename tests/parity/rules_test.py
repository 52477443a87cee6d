# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether items_test.py finds what is wrong."""

import unittest

import items_test
from case import case, differs, get


class Differences(unittest.TestCase):
    def errors(self, of):
        there = case("one", "A request.", get("/"), differs(of, "It is so.", status=(200, 404)))
        return list(items_test.difference_errors([("paths", there)], {"W1", "W39a", "D5"}))

    def test_are_of_an_item_or_a_defect(self):
        for of in ("W1", "W39a", "D5"):
            self.assertEqual(self.errors(of), [])

    def test_of_an_item_that_is_not_there_are_errors(self):
        for of in ("W2", "W39", "D50", "W1 D5", "w1"):
            self.assertEqual(self.errors(of), [f"paths/one: there is no item {of}"])

    def test_of_no_item_are_errors(self):
        for of in ("", None):
            self.assertEqual(self.errors(of), ["paths/one: of what item is it that 'It is so.'?"])
        with self.assertRaises(TypeError):
            differs("It is so.", status=(200, 404))


if __name__ == "__main__":
    unittest.main()
