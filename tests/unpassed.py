# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the tests of a ctest JUnit file that skipped themselves, one a line, with the reason they gave."""

import sys
import xml.etree.ElementTree as ElementTree


def reason(output):
    """What GTEST_SKIP() << ... wrote: the lines between 'Skipped' and '[  SKIPPED ]'."""
    lines = [line.strip() for line in output.splitlines()]
    for i, line in enumerate(lines):
        if line.endswith(": Skipped") or line == "Skipped":
            said = []
            for following in lines[i + 1:]:
                if following.startswith("["):
                    break
                said.append(following)
            return " ".join(said).strip() or "no reason given"
    return " ".join(line for line in lines if line)[:200] or "no reason given"


def main():
    for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
        skipped = case.find("skipped")
        # A test that comes after a failed one is "skipped" too, but ctest has told of that failure.
        if skipped is not None and "SKIP" in (skipped.get("message") or ""):
            output = case.findtext("system-out") or ""
            print(f"  {case.get('name')}: {reason(output)}")


main()
