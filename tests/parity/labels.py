# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The ids of items as labels of CTest's tests: `ctest -L '^W73$'` runs all that hold Eddy to W73.

    labels.py        # prints, for label_tests.cmake, a list for each test: set(eddy_items_of_Suite.Name W73 W74)
"""

import collections
import re
import sys

from item import CHAPTERS, chapter

# One test of CTest's for all of a kind, ...
KINDS = {"parity": "parity", "template": "web_template_tornado_test", "compiles": "web_wrong_handlers"}
# ... and those that run a script, once or in several ways.
SCRIPTS = {
    "core/loop/autoreload_test.py": ("core_autoreload",),
    "web/app/static/tornado_test.py": ("web_static_tornado",),
    "web/app/tornado_test.py": ("web_tokens_as_in_tornado",),
    "web/template/build_test.py": ("web_template_build.command", "web_template_build.project", "web_template_build.lines",
                                   "web_template_build.calls", "web_template_build.ninja", "web_template_build.make"),
    "web/template/watch_test.py": ("web_template_watch", "browser.template_watch"),
    "websocket/python_test.py": tuple(f"websocket_python.{host}" for host in ("native", "qt", "glib", "asio", "libev")),
}


def labelled(kind, place, name):
    """What label_tests.cmake knows a test by."""
    if kind == "gtest":
        return (f"{place}.{name}",)
    if kind == "http":
        return (f"ProtocolCases.WholeAndCutAtEveryByte/{place}_{re.sub('[^A-Za-z0-9]', '_', name)}",)
    if kind == "python":
        return SCRIPTS[place]
    return (KINDS[kind],)


def labels(items):
    found = collections.defaultdict(dict)
    for item in items:
        for test in item.tests:
            for name in labelled(*test):
                found[name][item.id] = True
    return {name: tuple(ids) for name, ids in found.items()}


def main():
    items = [item for name in CHAPTERS for item in chapter(name).ITEMS]
    for name, ids in sorted(labels(items).items()):
        print(f"set(eddy_items_of_{name} {' '.join(ids)})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
