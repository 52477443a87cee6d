# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the tests of a ctest JUnit file that failed, or skipped themselves, each with what it said; or the turns that
were too long once and not again (docs/conformance.md), whose tests have passed.

    unpassed.py (failed | skipped | overruns) FILE
"""

import sys
import xml.etree.ElementTree as ElementTree

OVERRUN = "an overrun that was not confirmed: "
# Has one on purpose.
OVERRUNS_TEST = "conformance_overruns."
MOST_LINES = 8
MOST_TESTS = 20


def lines_of(case):
    return [line.rstrip() for line in (case.findtext("system-out") or "").splitlines() if line.strip()]


def skip_reason(lines):
    """What GTEST_SKIP() << ... wrote: the lines between 'Skipped' and '[  SKIPPED ]'."""
    lines = [line.strip() for line in lines]
    for i, line in enumerate(lines):
        if line.endswith(": Skipped") or line == "Skipped":
            said = []
            for following in lines[i + 1:]:
                if following.startswith("["):
                    break
                said.append(following)
            return " ".join(said) or "no reason given"
    return " ".join(lines)[:200] or "no reason given"


def failure(lines):
    """From the first failed expectation or sanitizer's report on, or else the last lines."""
    marks = (": Failure", "ERROR: ", "WARNING: ThreadSanitizer", "runtime error: ", "terminate called")
    for i, line in enumerate(lines):
        if any(mark in line for mark in marks):
            return lines[i:i + MOST_LINES]
    return lines[-MOST_LINES:]


def main():
    kind, path = sys.argv[1:]
    cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    if kind == "skipped":
        for case in cases:
            skipped = case.find("skipped")
            # A test that comes after a failed one is "skipped" too, but ctest has told of that failure.
            if skipped is not None and "SKIP" in (skipped.get("message") or ""):
                print(f"  {case.get('name')}: {skip_reason(lines_of(case))}")
        return
    if kind == "overruns":
        for case in cases:
            if case.get("name").startswith(OVERRUNS_TEST):
                continue
            for line in lines_of(case):
                if line.startswith(OVERRUN):
                    print(f"  {line.removeprefix(OVERRUN)}")
        return
    failed = [case for case in cases if case.find("failure") is not None]
    for case in failed[:MOST_TESTS]:
        print(f"  {case.get('name')} ({case.find('failure').get('message') or 'failed'})")
        for line in failure(lines_of(case)):
            print(f"    {line[:200]}")
    if len(failed) > MOST_TESTS:
        print(f"  and {len(failed) - MOST_TESTS} more")


main()
