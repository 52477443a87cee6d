# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether items_test.py finds what is wrong."""

import pathlib
import sys
import tempfile
import unittest

import items_test
from built_tests import BuiltTests, ctest_list, left_out_programs, names_of
from case import case, differs, get
from item import item
from labels import KINDS, SCRIPTS, labels


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


class Labels(unittest.TestCase):
    ITEMS = [item("W1", "One.", "Name", "Values.Test,Other http:chunks/No_chunk_size"),
             item("W2", "Two.", "Name", "Values.Test parity:paths/one")]

    def test_are_the_ids_of_the_items_that_name_a_test(self):
        self.assertEqual(labels(self.ITEMS), {
            "Values.Test": ("W1", "W2"), "Values.Other": ("W1",), "parity": ("W2",),
            "ProtocolCases.WholeAndCutAtEveryByte/chunks_No_chunk_size": ("W1",)})

    def errors(self, *labelled):
        return list(items_test.label_errors(self.ITEMS, [({*names.split()}, labels) for names, labels in labelled]))

    def test_that_are_right_are_no_errors(self):
        self.assertEqual(self.errors(("Values.Test", {"W1", "W2", "threads"}), ("parity", {"W2"}), ("Some.Test", {"x"}),
                                     ("Values.Other Values.Other/0 All.Other", {"W1"})), [])

    def test_that_are_missing_or_too_many_are_errors(self):
        self.assertEqual(self.errors(("Values.Test", {"W2"})), ["W1: Values.Test has no label W1"])
        self.assertEqual(self.errors(("Values.Other Values.Other/0", {"x"})), ["W1: Values.Other/0 has no label W1"])
        self.assertEqual(self.errors(("Values.Other", {"W1", "W2"})),
                         ["W2: Values.Other has a label W2, and the item does not name it"])

    def test_are_given_to_each_script_by_the_list_that_has_it(self):
        lists = "".join(path.read_text(encoding="utf-8") for path in items_test.TESTS.rglob("CMakeLists.txt"))
        for name in [*KINDS.values(), *(name for names in SCRIPTS.values() for name in names)]:
            self.assertIn("eddy_label_items(" + name.partition(".")[0], lists)


CTEST = sys.argv[1] if len(sys.argv) > 1 else "ctest"
LISTS = """\
eddy_add_test(
  one_test
  SOURCES
    one.cc # eddy_add_test(none_test SOURCES none.cc)
    "$<FILTER:$<TARGET_OBJECTS:some>,INCLUDE,/(a|b)\\\\.o$>"
  NEEDS testing)
if(EDDY_SOME)
  eddy_add_test(some_test SOURCES some.cc)
endif()
# eddy_add_test(off_test SOURCES off.cc)
"""
FURTHER_LISTS = "eddy_add_test(further_test SOURCES further.cc ../both.cc)\n"
SOURCES = {
    "one.cc": "TEST(One, First) {}\nTEST_F(One, Second) {}\n"
              "// TEST(One, CommentedOut) {}\n#if 0\nTEST(One, Cut) {}\n#endif\n",
    "some.cc": "TEST(Some, Test) {}\n",
    "off.cc": "TEST(Off, Test) {}\n",
    "forgotten.cc": "TEST(Forgotten, Test) {}\n",
    "further/further.cc": "TEST_P(Further, Test) {}\n",
    "both.cc": "TEST(Both, Test) {}\n",
    "CMakeLists.txt": LISTS,
    "further/CMakeLists.txt": FURTHER_LISTS,
}


def entry(program, gtest_filter, disabled=False):
    """As ctest has it in its list."""
    properties = [{"name": "TIMEOUT", "value": 60.0}, *([{"name": "DISABLED", "value": True}] if disabled else [])]
    command = [f"tests/{program}", f"--gtest_filter={gtest_filter}", "--gtest_also_run_disabled_tests"]
    return {"name": f"{program}.{gtest_filter}", "command": command, "properties": properties}


def not_built(program):
    return {"name": f"{program}_NOT_BUILT", "properties": []}


class TestsOfPrograms(unittest.TestCase):
    ONE = [entry("one_test", "One.First"), entry("one_test", "One.Second")]
    FURTHER = [entry("further_test", "Values/Further.Test/0"), entry("further_test", "Both.Test")]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name, text in SOURCES.items():
            (self.root / name).parent.mkdir(exist_ok=True)
            (self.root / name).write_text(text)

    def built(self, *entries, left_out=()):
        python = {"name": "python_test", "command": ["python3", "some_test.py"]}
        return BuiltTests([python, *entries], left_out, self.root)

    def test_that_are_listed_are_there(self):
        built = self.built(*self.ONE, *self.FURTHER, left_out=["some_test"])
        for test in (("One", "First"), ("One", "Second"), ("Further", "Test"), ("Both", "Test")):
            self.assertTrue(built.has(*test), test)
        self.assertEqual(built.unchecked, {})

    def test_that_are_only_in_sources_are_not(self):
        built = self.built(*self.ONE, *self.FURTHER)
        for test in (("One", "CommentedOut"), ("One", "Cut"), ("Off", "Test"), ("Forgotten", "Test"), ("One", "Third")):
            self.assertFalse(built.has(*test), test)

    def test_that_are_disabled_are_not(self):
        built = self.built(entry("one_test", "One.First", disabled=True), *self.FURTHER)
        self.assertFalse(built.has("One", "First"))
        self.assertFalse(built.has("One", "Second"))

    def test_of_a_program_that_is_not_there_without_a_reason_are_not(self):
        self.assertFalse(self.built(*self.ONE, *self.FURTHER).has("Some", "Test"))

    def test_of_programs_that_are_left_out_or_not_built_are_unchecked(self):
        built = self.built(*self.ONE, not_built("further_test"), left_out=["some_test"])
        for test in (("Some", "Test"), ("Further", "Test"), ("Both", "Test")):
            self.assertTrue(built.has(*test), test)
        for test in (("Some", "Other"), ("Off", "Test"), ("Forgotten", "Test"), ("One", "Cut")):
            self.assertFalse(built.has(*test), test)
        self.assertEqual(built.unchecked, {"some_test": {("Some", "Test")},
                                           "further_test": {("Further", "Test"), ("Both", "Test")}})

    def test_of_a_folder_that_is_left_out_are_unchecked(self):
        built = self.built(*self.ONE)
        self.assertTrue(built.has("Further", "Test"))
        self.assertEqual(built.unchecked, {"further_test": {("Further", "Test")}})

    def test_have_the_names_of_the_source(self):
        self.assertEqual(names_of("Suite.Name"), {("Suite", "Name")})
        self.assertIn(("Suite", "Name"), names_of("Values/Suite.Name/0"))
        self.assertIn(("Suite", "Name"), names_of("Types/Suite/1.Name"))

    def test_are_listed_by_ctest(self):
        program = pathlib.Path(sys.executable).as_posix()  # one that is there, else there is no command in the list
        listed = self.root / "CTestTestfile.cmake"
        listed.write_text(f'add_test(one_test.One.First "{program}" "--gtest_filter=One.First")\n'
                          f'add_test(one_test.One.Second "{program}" "--gtest_filter=One.Second")\n'
                          'set_tests_properties(one_test.One.Second PROPERTIES DISABLED TRUE)\n'
                          'add_test(some_test_NOT_BUILT some_test_NOT_BUILT)\n')
        built = self.built(*ctest_list(self.root, CTEST, ""))
        self.assertTrue(built.has("One", "First"))
        self.assertFalse(built.has("One", "Second"))
        self.assertTrue(built.has("Some", "Test"))
        self.assertEqual(built.unchecked, {"some_test": {("Some", "Test")}})
        self.assertFalse((self.root / "Testing").exists())

    def test_are_not_listed_by_a_folder_that_has_none(self):
        with self.assertRaisesRegex(RuntimeError, "finds no tests"):
            ctest_list(self.root, CTEST, "")

    def test_of_what_is_left_out_are_told_by_the_build_folder(self):
        self.assertEqual(left_out_programs(self.root), set())
        (self.root / "tests_left_out.txt").write_text("some_test: eddy::some is not built (EDDY_SOME is OFF)\n")
        self.assertEqual(left_out_programs(self.root), {"some_test"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
