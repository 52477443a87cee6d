# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What an item of Tornado's behaviour is, and the words that items are written in."""

import dataclasses
import importlib

# In the order of docs/parity.md.
CHAPTERS = ("httputil", "http1connection", "handler", "cookies", "static", "application", "routing", "template",
            "escape", "locale", "websocket", "defects")
STATUSES = {
    "same": "as in Tornado",
    "differs": "otherwise, on purpose",
    "partly": "a part of it is not there",
    "absent": "Eddy does without it",
    "later": "not there yet",
    "untested": "there, but something of it could break without a test that fails",
}


@dataclasses.dataclass(frozen=True)
class Item:
    """`tests` are those that fail where Eddy no longer does what stands here; see tests_of() for how they are written."""
    id: str
    sentence: str  # what Tornado does
    status: str
    names: tuple = ()  # of Eddy's, which its headers have
    tests: tuple = ()
    differs: str = ""  # what Eddy does instead of it, or why it does without
    lacks: str = ""
    untested: str = ""


def chapter(name):
    """A module of items: ITEMS, and a title in its docstring."""
    return importlib.import_module("items." + name)


def item(id, sentence, names, tests, *, differs="", lacks="", untested=""):
    """Names and tests stand with blanks between them."""
    status = "untested" if untested else "partly" if lacks else "differs" if differs else "same"
    return Item(id, sentence, status, tuple(names.split()), tests_of(tests), differs, lacks, untested)


def absent(id, sentence, why, tests="", names=""):
    return Item(id, sentence, "absent", tuple(names.split()), tests_of(tests), why)


def later(id, sentence, why, tests="", names=""):
    return Item(id, sentence, "later", tuple(names.split()), tests_of(tests), why)


def tests_of(text):
    """(kind, place, name) of each test:

        Suite.Name,Other           two of GoogleTest's
        parity:arguments/one,last  two of cases/arguments.py
        http:chunks/No_chunk_size  a case of tests/web/http/cases/chunks.md, whose title has blanks
        template:set.html          a file of tests/web/template/parity, which Tornado renders too
        compiles:final_handler.cc  a file of tests/web/app/wrong_handlers, and the message that it must be refused with
        python:web/app/tornado_test.py:SetCookies.test_both_write_the_same   what a file of tests/ defines
    """
    tests = []
    for word in text.split():
        kind, colon, rest = word.partition(":")
        if not colon:
            kind, (place, _, names) = "gtest", word.partition(".")
        elif kind == "python":
            place, _, names = rest.partition(":")
        elif kind in ("template", "compiles"):
            place, names = "", rest
        else:
            place, _, names = rest.partition("/")
        if kind == "http":
            tests.append((kind, place, names.replace("_", " ")))
        else:
            tests += [(kind, place, name) for name in names.split(",")]
    return tuple(tests)
