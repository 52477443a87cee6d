# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What makes responses: status, header fields, content, redirects; as response_handlers.cc."""

import asyncio

import tornado.web
from request_handlers import PlainHandler

# ---- Status and header fields ----


class Status(PlainHandler):
    def get(self):
        self.set_status(int(self.get_argument("code")), self.get_argument("reason", "") or None)
        if text := self.get_argument("text", ""):
            self.write(text)

    head = get


class SetHeaders(PlainHandler):
    def get(self):
        self.set_header("X-Replaced", "one")
        self.set_header("x-replaced", "two")
        self.add_header("X-Added", "one")
        self.add_header("X-Added", "two")
        self.set_header("X-Cleared", "gone")
        self.clear_header("x-cleared")
        self.clear_header("X-Never-Set")
        self.set_header("X-Empty", "")
        self.write("headers")


class SetHeader(PlainHandler):
    def get(self):
        self.set_header(self.get_argument("name", "X-Test"), self.get_argument("value", strip=False))
        self.write("set")


class LatinHeader(PlainHandler):
    def get(self):
        self.set_header("X-Latin", "caf\u00e9")


class NoType(PlainHandler):
    def get(self):
        self.clear_header("Content-Type")
        self.write("text")


class HtmlByDefault(tornado.web.RequestHandler):
    def get(self):
        self.write("<p>html</p>")


class Cleared(PlainHandler):
    def get(self):
        self.set_status(201)
        self.set_header("X-Test", "gone")
        self.set_header("Content-Type", "text/css")
        self.write("gone")
        self.clear()
        self.write("fresh")


class Length(PlainHandler):
    def get(self):
        self.set_header("Content-Length", self.get_argument("length"))
        self.write("12345")


# ---- Content ----

class Written(PlainHandler):
    def get(self):
        self.write("one ")
        self.write("two ")
        self.write("caf\u00e9 ")
        self.finish("three")

    head = get


class Empty(tornado.web.RequestHandler):
    def get(self):
        pass


class AllBytes(tornado.web.RequestHandler):
    def get(self):
        self.set_header("Content-Type", "application/octet-stream")
        self.write(bytes(range(256)))


class Sized(tornado.web.RequestHandler):
    def get(self):
        self.set_header("Content-Type", self.get_argument("type", "text/plain"))
        if coding := self.get_argument("coding", ""):
            self.set_header("Content-Encoding", coding)
        if vary := self.get_argument("vary", ""):
            self.set_header("Vary", vary)
        self.write("x" * int(self.get_argument("size")))

    head = get


class JsonContent(PlainHandler):
    def get(self, name):
        if name == "one":
            self.write({"answer": 42})
        if name == "markup":
            self.write({"html": "<script></script>"})
        if name == "text":
            self.write({"text": "caf\u00e9 \U0001f600 \"\\\n\x01"})
        if name == "several":
            self.write({"b": None, "a": True, "c": [1, 2.5]})
        if name == "list":
            self.write([1, 2])
        if name == "finished":
            self.finish({"finished": "yes"})


class Awaited(PlainHandler):
    async def get(self):
        self.write("before ")
        await asyncio.sleep(0)
        self.write("after")


class Twice(PlainHandler):
    def get(self, what):
        self.finish("once")
        if what == "finish":
            self.finish()
        if what == "write":
            self.write("too late")
        if what == "redirect":
            self.redirect("/")


# ---- Streams ----

class Stream(PlainHandler):
    async def get(self):
        self.write("one ")
        await self.flush()
        self.set_header("X-Late", "no")
        await self.flush()
        self.write("two ")
        await self.flush()
        self.write("three")

    head = get


class StreamOfLength(PlainHandler):
    async def get(self):
        self.set_header("Content-Length", "6")
        self.write("abc")
        await self.flush()
        self.write("def")


class StreamedStatus(PlainHandler):
    async def get(self):
        self.set_status(202)
        await self.flush()
        self.set_status(500)
        self.write("accepted")


class StreamBig(PlainHandler):
    async def get(self):
        for _ in range(30):
            self.write("p" * 10000)
            await self.flush()


# ---- Elsewhere ----

class Redirect(PlainHandler):
    def get(self):
        status = int(self.get_argument("status", "0"))
        if status:
            self.redirect(self.get_argument("to"), status=status)
        else:
            self.redirect(self.get_argument("to"), self.get_argument("permanent", "") == "yes")

    head = post = get


class RedirectWithFields(PlainHandler):
    def get(self):
        self.set_header("X-Test", "kept")
        self.redirect("/elsewhere")


url = tornado.web.url
HANDLERS = [
    url("/status", Status),
    url("/headers", SetHeaders),
    url("/header", SetHeader),
    url("/latin", LatinHeader),
    url("/no_type", NoType),
    url("/html", HtmlByDefault),
    url("/cleared", Cleared),
    url("/length", Length),
    url("/written", Written),
    url("/empty", Empty),
    url("/bytes", AllBytes),
    url("/sized", Sized),
    url("/json/(.*)", JsonContent),
    url("/awaited", Awaited),
    url("/twice/(.*)", Twice),
    url("/stream", Stream),
    url("/stream_of_length", StreamOfLength),
    url("/streamed_status", StreamedStatus),
    url("/stream_big", StreamBig),
    url("/redirect", Redirect),
    url("/redirect_with_fields", RedirectWithFields),
    url("/moved", tornado.web.RedirectHandler, {"url": "/new"}),
    url("/moved_for_now", tornado.web.RedirectHandler, {"url": "/new", "permanent": False}),
    url("/moved_parts/([^/]*)/(.*)", tornado.web.RedirectHandler, {"url": "/new/{1}/{0}"}),
    url(r"/moved_names/(?P<year>\d+)-(?P<month>\d+)", tornado.web.RedirectHandler, {"url": "/archive/{month}/{year}"}),
    url("/moved_query", tornado.web.RedirectHandler, {"url": "/new?x=1"}),
    url("/moved_host", tornado.web.RedirectHandler, {"url": "https://example.org/new"}),
]
