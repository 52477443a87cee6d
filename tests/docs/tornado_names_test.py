# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""docs/from-tornado.md beside the Tornado that is installed: tornado_names_test.py docs/from-tornado.md

Every public name of the ten modules and every setting must stand there, those that came later with their version
(tornado_newer.py), and none that Tornado does not have.
"""

import ast
import importlib
import inspect
import pathlib
import re
import sys
import unittest

import tornado_page
from tornado_newer import NEWER

MODULES = ("web", "routing", "template", "escape", "httputil", "ioloop", "gen", "tcpclient", "netutil", "websocket")
SETTING = re.compile(r'settings(?:\.get)?[\[(]\s*"(\w+)"|"(\w+)" in settings|require_setting\(\s*"(\w+)"')


def is_public(name):
    return not name.startswith("_")


def assigned(tree):
    """Names that `a = b = ...` and `c: int = ...` in this list of statements give a value or a type."""
    for node in tree:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def attributes(node):
    """What a class says that its objects have: annotations in it, and what __init__ assigns to self."""
    yield from assigned(part for part in node.body if isinstance(part, ast.AnnAssign))
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            for part in ast.walk(method):
                if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store) and part.value.id == "self":
                    yield part.attr


def public_names(module):
    """Classes, functions and constants that the module itself defines, and as Class.name what its classes define."""
    own = {name: value for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__}
    members = {(name, member) for name, value in own.items() if inspect.isclass(value) for member in vars(value)}
    tree = ast.parse(inspect.getsource(module)).body
    members |= {(node.name, name) for node in tree if isinstance(node, ast.ClassDef) for name in attributes(node)}
    names = {*own, *assigned(tree)} | {f"{owner}.{name}" for owner, name in members if is_public(name)}
    return {name for name in names if is_public(name)}


def settings_names():
    """Those that Tornado's sources ask for."""
    sources = [inspect.getsource(importlib.import_module(f"tornado.{name}")) for name in ("web", "websocket")]
    return {name for source in sources for found in SETTING.findall(source) for name in found if name}


class ThePage(unittest.TestCase):
    def test_it_has_every_public_name_of_tornado_and_no_other(self):
        tornado = {name: public_names(importlib.import_module(f"tornado.{name}")) for name in MODULES}
        tornado["settings"] = settings_names()
        for name, count in (("settings", 25), ("web", 150), ("httputil", 60), ("websocket", 80)):
            self.assertGreater(len(tornado[name]), count, "names of Tornado were not found")
        page = pathlib.Path(sys.argv[1])
        found = tornado_page.faults(tornado_page.read_rows(page.read_text()), tornado, NEWER)
        self.assertEqual(found, [], f"in {page}:\n" + "\n".join(found))


class TheNames(unittest.TestCase):
    def test_constants_members_and_attributes_count(self):
        web = public_names(importlib.import_module("tornado.web"))
        self.assertIn("ResponseStartLine.code", public_names(importlib.import_module("tornado.httputil")))
        for name in ("RequestHandler", "RequestHandler.get", "RequestHandler.request", "RequestHandler.SUPPORTED_METHODS",
                     "HTTPError.status_code", "DEFAULT_SIGNED_VALUE_VERSION", "authenticated", "url"):
            self.assertIn(name, web)
        for name in ("HTTPServerRequest", "datetime", "Optional", "RequestHandler._execute"):  # imported or private
            self.assertNotIn(name, web)


class TheRules(unittest.TestCase):
    TORNADO = {"web": {"one", "two"}}
    NEWER = {}
    GOOD = "| `one` | same | `web::one` | |\n| `two` | absent | | not needed |\n"

    def faults(self, table):
        rows = tornado_page.read_rows(f"### tornado.web\n\n| Tornado | here | C++ | remark |\n|---|---|---|---|\n{table}")
        return " ".join(tornado_page.faults(rows, self.TORNADO, self.NEWER))

    def test_what_is_right_has_no_faults(self):
        self.assertEqual(self.faults(self.GOOD), "")
        self.assertEqual(self.faults("| `one`, `two` | renamed | `Loop::first`, `web::second` | |"), "")
        self.assertEqual(self.faults("| `one`, `two` | renamed | `web::both` | as one |"), "")

    def test_a_name_that_is_missing_unknown_or_there_twice(self):
        self.assertIn("two of Tornado's web is missing", self.faults("| `one` | same | `web::one` | |"))
        self.assertIn("has no three", self.faults(self.GOOD + "| `three` | later | | soon |"))
        self.assertIn("stands in line 5 already", self.faults(self.GOOD + "| `one` | same | `web::one` | |"))

    def test_a_status_that_is_none_or_not_true(self):
        self.assertIn("is none of", self.faults(self.GOOD.replace("same", "maybe")))
        self.assertIn("'same' is not what", self.faults(self.GOOD.replace("web::one", "web::other")))
        self.assertIn("'renamed' is not what", self.faults(self.GOOD.replace("same", "renamed")))
        self.assertIn("1 names, and 0 of ours", self.faults(self.GOOD.replace("`web::one`", "")))
        self.assertIn("but there is web::one", self.faults(self.GOOD.replace("same", "later")))

    def test_what_is_not_there_needs_a_remark(self):
        self.assertIn("no remark", self.faults(self.GOOD.replace("not needed", "")))

    def test_newer_names_have_the_version_that_brought_them(self):
        self.NEWER = {"web": {"three": "6.3", "four": "6.5.5"}}
        three = "| `three` | same | `web::three` | since 6.3 |\n"
        four = "| `four` | absent | | since 6.5.5, not needed |\n"
        self.assertEqual(self.faults(self.GOOD + three + four), "")
        self.assertIn("three of Tornado's web is missing", self.faults(self.GOOD + four))
        for wrong, said in (("since 6.3.1", "6.3.1"), ("", "long ago")):
            self.assertIn(f"three is there since 6.3, not {said}",
                          self.faults(self.GOOD + four + three.replace("since 6.3", wrong)))
        self.assertIn("one is there since long ago, not 6.3",
                      self.faults(self.GOOD.replace("`web::one` | |", "`web::one` | since 6.3 |") + three + four))
        self.assertIn("four is there since 6.5.5, not 6.3", self.faults(
            self.GOOD + "| `three`, `four` | absent | | since 6.3 |"))

    def test_the_list_of_newer_names_has_lost_none(self):
        signed = [f"RequestHandler.{name}" for name in ("get_signed_cookie", "set_signed_cookie",
                                                        "get_signed_cookie_key_version")]
        for name in signed:
            self.assertEqual(NEWER["web"][name], "6.3")
        self.assertEqual(NEWER["httputil"]["set_parse_body_config"], "6.5.5")
        self.assertGreaterEqual(sum(map(len, NEWER.values())), 18)

    def test_a_row_that_is_no_row(self):
        with self.assertRaisesRegex(tornado_page.PageError, "columns"):
            self.faults("| `one` | same | `web::one` |")
        with self.assertRaisesRegex(tornado_page.PageError, "no list"):
            self.faults("| `one` and two | same | `web::one` | |")

    def test_names_of_ours_in_remarks_are_found(self):
        [row] = tornado_page.read_rows("### tornado.web\n| `one` | absent | | `web::A::b` by `f(Loop::post)`, `std::string` |")
        self.assertEqual(tornado_page.our_names(row), ["web::A::b", "Loop::post"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
