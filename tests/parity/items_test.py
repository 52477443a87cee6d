# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether what the items of parity name is there: tests, which carry the items' ids, cases, files, and names of Eddy's; and
whether each difference that a case lists is of an item.

    items_test.py BUILD_FOLDER [CTEST [CONFIGURATION]]
"""

import ast
import pathlib
import re
import sys

from built_tests import BuiltTests, ctest_list, left_out_programs
from case import SUBJECTS, subject
from item import CHAPTERS, STATUSES, chapter
from labels import labels

TESTS = pathlib.Path(__file__).resolve().parents[1]
ID = re.compile(r"([A-Z]+)(\d+)([a-z]?)")
# What a handler class declares for itself.
YOURS = {"YourHandler"}
# How many numbers each letter has: an item that is taken away at the end of a letter would leave no gap.
NUMBERS = {"D": 39, "E": 6, "H": 27, "LC": 8, "T": 10, "V": 26, "W": 90}


def http_cases():
    found = set()
    for path in (TESTS / "web/http/cases").glob("*.md"):
        titles = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        found |= {(path.stem, title.replace("_", " ")) for title in titles}
    return found


def defined(path):
    """What a Python file defines: functions, constants, and methods as Class.name."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            names |= {f"{node.name}.{part.name}" for part in node.body if isinstance(node, ast.ClassDef)
                      and isinstance(part, ast.FunctionDef)}
    return names


def words():
    """All that Eddy's public headers say."""
    found = set()
    for folder in ("core", "web"):
        for path in (TESTS.parent / folder).rglob("*.h"):
            found |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    return found


class Known:
    def __init__(self, built):
        self.built = built
        self.http_cases = http_cases()
        self.parity = {(name, case.name) for name in SUBJECTS for case in subject(name).CASES}
        self.words = words() | YOURS
        self.python = {}

    def has_test(self, kind, place, name):
        if kind == "gtest":
            return self.built.has(place, name)
        if kind == "http":
            return (place, name) in self.http_cases
        if kind == "parity":
            return (place, name) in self.parity
        if kind == "template":
            return (TESTS / "web/template/parity" / name).is_file()
        if kind == "compiles":
            return (TESTS / "web/app/wrong_handlers" / name).is_file()
        path = TESTS / place
        if kind != "python" or not path.is_file():
            return False
        if path not in self.python:
            self.python[path] = defined(path)
        return name in self.python[path]


def errors_of(item, known):
    for test in item.tests:
        if not known.has_test(*test):
            yield f"there is no test {test}"
    if len(set(item.tests)) != len(item.tests):
        yield "a test stands there twice"
    for name in item.names:
        if not set(name.split("::")) <= known.words:
            yield f"there is no {name} in Eddy's headers"
    if item.status in ("absent", "later"):
        if not item.differs:
            yield "it needs a reason"
    elif not item.tests:
        yield "it needs a test"
    if item.status not in STATUSES:
        yield f"what is {item.status}?"
    for text in (item.sentence, item.untested):
        if text and not text.endswith("."):
            yield f"no sentence: {text}"


def order_errors(ids):
    """Each letter's numbers are 1, 2, 3, ... in the order of the chapters; 39 may be followed by 39a, 39b, ..."""
    last = {}
    for id in ids:
        match = ID.fullmatch(id)
        if not match:
            yield f"{id} is no id"
            continue
        letter, number, part = match.group(1), int(match.group(2)), match.group(3)
        before, before_part = last.get(letter, (0, ""))
        expected = (before, chr(ord(before_part or "`") + 1)) if part else (before + 1, "")
        if (number, part) != expected:
            yield f"{id} follows {letter}{before}{before_part}"
        last[letter] = number, part
    counts = {letter: number for letter, (number, _) in last.items()}
    if counts != NUMBERS:
        yield f"the letters end at {counts}, which should be {NUMBERS}"


def difference_errors(cases, ids):
    """Of (where, case): each difference is of one of these ids."""
    for where, case in cases:
        for difference in case.differences:
            if not difference.of:
                yield f"{where}/{case.name}: of what item is it that '{difference.why}'?"
            elif difference.of not in ids:
                yield f"{where}/{case.name}: there is no item {difference.of}"


def label_errors(items, labelled):
    """Of (names, labels) of tests: each carries the ids of the items that name it, and no others."""
    ids = {item.id for item in items}
    expected = labels(items)
    for names, found in labelled:
        due = {id for name in names for id in expected.get(name, ())}
        for id in sorted(due - found):
            yield f"{id}: {max(names, key=len)} has no label {id}"
        for id in sorted((found & ids) - due):
            yield f"{id}: {max(names, key=len)} has a label {id}, and the item does not name it"


def built_tests(folder, ctest="ctest", config=""):
    folder = pathlib.Path(folder)
    return BuiltTests(ctest_list(folder, ctest, config), left_out_programs(folder), TESTS)


def main():
    built = built_tests(*sys.argv[1:])
    known = Known(built)
    items = [item for name in CHAPTERS for item in chapter(name).ITEMS]
    errors = list(order_errors([item.id for item in items]))
    for item in items:
        errors += [f"{item.id}: {error}" for error in errors_of(item, known)]
    errors += label_errors(items, built.labelled)
    cases = [(name, case) for name in SUBJECTS for case in subject(name).CASES]
    errors += difference_errors(cases, {item.id for item in items})
    modules = {path.stem for path in (pathlib.Path(__file__).parent / "items").glob("*.py")}
    errors += [f"items/{name}.py is in no chapter" for name in sorted(modules - set(CHAPTERS))]
    for program, tests in sorted(built.unchecked.items()):
        print(f"{program} is not built here: unchecked are {', '.join(sorted(map('.'.join, tests)))}")
    unchecked = len(set().union(*built.unchecked.values()))
    print("\n".join([*errors, f"{len(items)} items, {len(errors)} errors, {unchecked} tests unchecked"]))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
