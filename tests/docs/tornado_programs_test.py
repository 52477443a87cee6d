# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The programs that docs/from-tornado.md has in both languages, beside each other:

  tornado_programs_test.py PROGRAMS_FOLDER THIRTY_LINES NOTES     runs the tests; the last two are the programs in C++
  tornado_programs_test.py serve PROGRAM.py                       serves one in Python, and prints its URL

Both are asked the same and must answer equally. Tornado's templates are ours without the lines that name parameters.
"""

import asyncio
import http.client
import json
import pathlib
import re
import runpy
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

FORM = "application/x-www-form-urlencoded"
FIELDS = ("Content-Type", "Location", "X-Frame-Options")
CPP_ONLY = re.compile(r"^{% (?:import|param) .*%}\n", re.M)


async def serve(program):
    import tornado.httpserver
    import tornado.netutil

    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    server = tornado.httpserver.HTTPServer(runpy.run_path(program)["make_app"]())
    server.add_sockets(sockets)
    print(f"http://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.fields = {name: response.getheader(name) for name in FIELDS}
        self.body = response.read().decode()
        if (self.fields["Content-Type"] or "").startswith("application/json") and self.body:
            self.content = json.loads(self.body)  # blanks and order are the library's
        else:
            self.content = " ".join(self.body.split())


def code_lines(*paths):
    """Lines with code in them: neither blank ones nor comments."""
    lines = [line.strip() for path in paths for line in path.read_text().splitlines()]
    return sum(1 for line in lines if line and not re.match(r"//|# ", line))


class Programs:
    """One program in both languages, which runs while a test does."""

    name = executable = None

    def setUp(self):
        self.folder = pathlib.Path(sys.argv[1]).resolve()
        self.python = self.folder / f"{self.name}_tornado.py"
        beside = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (beside / "templates").mkdir()
        for template in (self.folder / self.name / "templates").glob("*.html"):
            (beside / "templates" / template.name).write_text(CPP_ONLY.sub("", template.read_text()))
        this = pathlib.Path(__file__).resolve()
        self.both = [self.start([sys.executable, this, "serve", self.python], cwd=beside),
                     self.start([pathlib.Path(sys.argv[self.executable]).resolve()], cwd=beside)]

    def start(self, command, cwd):
        process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return urllib.parse.urlsplit(process.stdout.readline().strip()).port

    def ask(self, method, target, body=None, content_type=None):
        """What both have answered, which is the same."""
        answers = []
        for port in self.both:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request(method, target, body, {"Content-Type": content_type} if content_type else {})
            answers.append(Answer(connection.getresponse()))
            connection.close()
        theirs, ours = answers
        for part in ("status", "fields", "content"):
            self.assertEqual(getattr(ours, part), getattr(theirs, part), f"{method} {target}")
        return ours

    def test_it_has_no_more_lines_of_code(self):
        ours = code_lines(self.folder / f"{self.name}.cc", *(self.folder / self.name).glob("*.h"))
        self.assertLessEqual(ours, code_lines(self.python))


class ThirtyLines(Programs, unittest.TestCase):
    name, executable = "thirty_lines", 2

    def test_both_answer_equally(self):
        page = self.ask("GET", "/")
        self.assertEqual(page.status, 200)
        self.assertIn("<p>Bob &amp; Eve</p>", page.content)
        self.assertEqual(self.ask("GET", "/people/1").content, {"number": 1, "name": "Bob & Eve"})
        self.assertEqual(self.ask("GET", "/people/2").status, 404)
        self.assertEqual(self.ask("GET", "/people/x").status, 404)


class Notes(Programs, unittest.TestCase):
    name, executable = "notes", 3

    def test_both_answer_equally(self):
        self.assertNotIn("<p>", self.ask("GET", "/").content)
        made = self.ask("POST", "/", "title=Tea+%26+cake&text=%3Cat+5%3E", FORM)
        self.assertEqual((made.status, made.fields["Location"]), (303, "/note/1"))
        self.assertIn("<body>&lt;at 5&gt;</body>", self.ask("GET", "/note/1").content)
        self.assertEqual(self.ask("HEAD", "/note/1").body, "")
        self.ask("POST", "/", "title=%C3%A9t%C3%A9", FORM)
        starred = self.ask("PUT", "/note/2.json", '{"stars": 3}', "application/json")
        self.assertEqual(starred.content, {"id": 2, "title": "\u00e9t\u00e9", "text": "", "stars": 3})
        self.assertEqual(self.ask("GET", "/note/2.json").content, starred.content)
        chosen = self.ask("GET", "/?stars=1").content
        self.assertIn("\u00e9t\u00e9</a>, 3 stars", chosen)
        self.assertNotIn("Tea", chosen)

    def test_both_refuse_equally(self):
        self.ask("POST", "/", "title=one", FORM)
        wrong = self.ask("GET", "/?stars=many")
        self.assertEqual((wrong.status, wrong.fields["X-Frame-Options"]), (400, "DENY"))
        self.assertIn("Invalid argument stars", wrong.content)
        self.assertEqual(self.ask("POST", "/", "text=no+title", FORM).status, 400)
        self.assertIn("No such note", self.ask("GET", "/note/7").content)
        self.assertEqual(self.ask("GET", "/note/0.json").content, {"error": "No such note"})
        for body in ("{", "{}", '{"stars": "many"}', "[]"):
            self.assertEqual(self.ask("PUT", "/note/1.json", body, "application/json").status, 400, body)
        self.assertEqual(self.ask("PUT", "/note/1.json", '{"stars": 1}', "text/plain").status, 415)
        self.assertEqual(self.ask("GET", "/note/1.json").content["stars"], 0)
        self.assertEqual(self.ask("GET", "/nothing").status, 404)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(sys.argv[2]))
    else:
        unittest.main(argv=sys.argv[:1])
