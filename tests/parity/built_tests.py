# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The tests of GoogleTest that a build folder has, by ctest's list of them: a test that is commented out, disabled, or
in a file that no program is made of, is not there.

A program that was left out, or is not built yet, has no tests in that list. What its sources have is unchecked.
"""

import collections
import json
import pathlib
import re
import subprocess
import tempfile

GTEST = re.compile(r"^[ \t]*(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)
PROGRAM = re.compile(r'\b(?:eddy_add_test|add_executable)\(\s*(\w+)((?:[^()"]|"(?:\\.|[^"\\])*")*)\)')
NOT_BUILT = "_NOT_BUILT"
FILTER = "--gtest_filter="


def ctest_list(folder, ctest, config):
    """ctest's own list, as json-v1; made elsewhere, as the ctest that runs this test has its log in the folder."""
    command = [ctest, "--show-only=json-v1", *(["-C", config] if config else [])]
    with tempfile.TemporaryDirectory() as elsewhere:
        (pathlib.Path(elsewhere) / "CTestTestfile.cmake").write_text(f'subdirs("{folder.resolve().as_posix()}")\n')
        done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True)
    tests = json.loads(done.stdout)["tests"] if done.returncode == 0 else []
    if not tests:
        raise RuntimeError(f"{' '.join(command)} finds no tests in {folder}: {done.stderr.strip() or done.returncode}")
    return tests


def left_out_programs(folder):
    """Those that are not made on this machine (eddy_leave_out_test)."""
    path = folder / "tests_left_out.txt"
    return {line.partition(":")[0] for line in path.read_text().splitlines()} if path.is_file() else set()


def names_of(gtest_filter):
    """(suite, name) as the source has them: of Values/Suite.Name/0, and of Suite/0.Name of types."""
    suites, _, name = gtest_filter.partition(".")
    return {(suite, name.partition("/")[0]) for suite in suites.split("/")}


def labels_of(entry):
    """Of a test in ctest's list."""
    return {label for part in entry.get("properties", []) if part["name"] == "LABELS" for label in part["value"]}


def names_in_labels(entry):
    """What labels.py may know a test in ctest's list by."""
    for argument in entry.get("command", []):
        if argument.startswith(FILTER):
            suites, _, name = argument.removeprefix(FILTER).partition(".")
            return {f"{suite}.{part}" for suite in suites.split("/") for part in (name, name.partition("/")[0])}
    return {entry["name"]}


def source_tests(root):
    """The files that have each test, by its source."""
    found = collections.defaultdict(set)
    for path in root.rglob("*.cc"):
        for test in GTEST.findall(path.read_text(encoding="utf-8")):
            found[test].add(path)
    return found


def source_programs(root):
    """The programs that each file is for, and the list that each program is in, by what CMake reads."""
    files, lists = collections.defaultdict(set), {}
    for path in [*root.rglob("CMakeLists.txt"), *root.rglob("*.cmake")]:
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        for program, arguments in PROGRAM.findall(text):
            lists[program] = path
            for word in arguments.split():
                if word.endswith(".cc"):
                    files[(path.parent / word).resolve()].add(program)
    return files, lists


class BuiltTests:
    def __init__(self, listed, left_out, root):
        self.tests = set()
        self.programs = set()
        self.missing = set(left_out)
        self.labelled = []  # (names, labels) of each
        for entry in listed:
            if entry["name"].endswith(NOT_BUILT):
                self.missing.add(entry["name"].removesuffix(NOT_BUILT))
                continue
            self.labelled.append((names_in_labels(entry), labels_of(entry)))
            disabled = any(part["name"] == "DISABLED" and part["value"] for part in entry.get("properties", []))
            for argument in entry.get("command", []):
                if argument.startswith(FILTER):
                    self.programs.add(entry["name"].partition(".")[0])
                    if not disabled:
                        self.tests |= names_of(argument.removeprefix(FILTER))
        self.sources = source_tests(root)
        self.files, self.lists = source_programs(root)
        self.unchecked = collections.defaultdict(set)  # of each program that is missing

    def is_missing(self, program):
        """Left out or not built, alone or with all that its CMakeLists.txt has."""
        if program in self.programs:
            return False
        beside = {name for name, path in self.lists.items() if path == self.lists[program]}
        return program in self.missing or not beside & (self.programs | self.missing)

    def has(self, suite, name):
        """Also true of one that is unchecked."""
        if (suite, name) in self.tests:
            return True
        sources = self.sources.get((suite, name), ())
        programs = {program for path in sources for program in self.files.get(path.resolve(), ())}
        missing = {program for program in programs if self.is_missing(program)}
        for program in missing:
            self.unchecked[program].add((suite, name))
        return bool(missing)
