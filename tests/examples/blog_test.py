# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""blog_test.py PROGRAM: the blog in one host, as its author and a stranger use it."""

import http.cookiejar
import pathlib
import re
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

from program import LIMIT_SECONDS, Program

EMAIL, PASSWORD = "ada@example.org", "correct horse"


class Browser:
    """Keeps cookies, follows redirects and fills in forms."""

    def __init__(self, program):
        self.root = "http://%s:%d" % program.address
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def fetch(self, path, data=None):
        """The status, the path where redirects have led, and the text."""
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        try:
            response = self.opener.open(self.root + path, body, LIMIT_SECONDS)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return response.status, response.url.removeprefix(self.root), response.read().decode()

    def submit(self, path, data, to=None):
        """Sends a form of the page `path` to that or another path, with the hidden fields that the page has."""
        _, _, page = self.fetch(path)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        return self.fetch(to or urllib.parse.urlsplit(path).path, {**hidden, **data})


def test_first_author(program):
    browser = Browser(program)
    assert browser.fetch("/")[:2] == (200, "/auth/create"), "without entries and authors the way leads there"
    author = {"email": EMAIL, "name": "Ada <L>", "password": "short"}
    status, _, page = browser.submit("/auth/create", author)
    assert status == 422 and "needs eight characters" in page and EMAIL in page, (status, page)
    status, where, _ = browser.submit("/auth/create", {**author, "password": PASSWORD})
    assert (status, where) == (200, "/compose"), "logged in, and nothing is written yet"
    status, _, page = browser.submit("/auth/create", {**author, "email": "eve@example.org", "password": PASSWORD})
    assert status == 400 and "Ada" in page, "there is one author"
    return browser


def test_entries(browser):
    status, _, page = browser.submit("/compose", {"title": " ", "markdown": "kept"})
    assert status == 422 and "needs a title" in page and "kept</textarea>" in page, (status, page)
    text = "*First* <script>alert(1)</script> & [link](http://example.org/)"
    status, where, page = browser.submit("/compose", {"title": "Hello, <World>!", "markdown": text})
    assert (status, where) == (200, "/entry/hello-world"), (status, where)
    assert "Hello, &lt;World&gt;!" in page and "Ada &lt;L&gt;" in page and "<em>First</em>" in page, page
    assert "<script>" not in page and '<a href="http://example.org/">' in page, page
    _, where, _ = browser.submit("/compose", {"title": "Hello world", "markdown": "second"})
    assert where == "/entry/hello-world-2", where
    _, where, page = browser.submit("/compose?id=1", {"title": "Hello again", "markdown": "changed"})
    assert where == "/entry/hello-world" and "Hello again" in page and "changed" in page, "an entry keeps its place"


def test_reading(program):
    stranger = Browser(program)
    _, _, home = stranger.fetch("/")
    assert home.index("Hello world") < home.index("Hello again") and "Edit" not in home, home
    _, _, archive = stranger.fetch("/archive")
    assert archive.count("<li>") == 2, archive
    _, _, feed = stranger.fetch("/feed")
    titles = [e.text for e in xml.etree.ElementTree.fromstring(feed).iterfind(".//{*}entry/{*}title")]
    assert titles == ["Hello world", "Hello again"], titles
    status, _, page = stranger.fetch("/entry/none")
    assert status == 404 and "404: Not Found" in page, (status, page)


def test_login(program):
    browser = Browser(program)
    assert browser.fetch("/compose?id=1")[1] == "/auth/login?next=%2Fcompose%3Fid%3D1"
    form = {"email": EMAIL, "password": "wrong"}
    for email in (EMAIL, "nobody@example.org"):
        status, _, page = browser.submit("/auth/login", {**form, "email": email})
        assert status == 403 and "Email or password is wrong" in page and email in page, (status, page)
    status, where, page = browser.submit("/auth/login?next=/compose%3Fid%3D1", {**form, "password": PASSWORD})
    assert (status, where) == (200, "/compose?id=1") and "Hello again" in page, (status, where)
    away = Browser(program)
    _, where, _ = away.submit("/auth/login?next=//example.org/", {**form, "password": PASSWORD})
    assert where == "/", "a login leads nowhere else"
    _, where, _ = browser.submit("/compose", {}, to="/auth/logout")
    assert where == "/" and browser.fetch("/compose")[1].startswith("/auth/login"), where


def test_forged_requests(program, browser):
    assert browser.fetch("/compose", {"title": "forged", "markdown": ""})[0] == 403, "no token"
    assert "forged" not in browser.fetch("/archive")[2]
    other = Browser(program)
    other.cookies.set_cookie(http.cookiejar.Cookie(
        0, "blogdemo_user", '"2|1:0|10:0000000000|13:blogdemo_user|4:MQ==|' + "0" * 64 + '"', None, False,
        program.address[0], False, False, "/", True, False, None, True, None, None, {}))
    assert other.fetch("/compose")[1].startswith("/auth/login"), "a cookie that nobody signed"


def main():
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.argv[1], f"--database={pathlib.Path(folder) / 'blog.db'}", "--secret=" + "s" * 32]
        with Program(command) as program:
            author = test_first_author(program)
            test_entries(author)
            test_reading(program)
            test_login(program)
            test_forged_requests(program, author)
        with Program(command) as program:  # it is all there again
            test_reading(program)
            author.root = "http://%s:%d" % program.address
            assert "Hello again" in author.fetch("/compose?id=1")[2], "whoever was logged in still is"


main()
