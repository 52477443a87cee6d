# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How a request ends early: errors, Finish, prepare(); as ending_handlers.cc."""

import asyncio

import tornado.httputil
import tornado.web
from request_handlers import PlainHandler
from tornado.web import Finish, HTTPError, RequestHandler

# ---- Errors ----


class Throws(PlainHandler):
    def get(self):
        self.set_header("X-Test", "dropped")
        self.write("dropped")
        raise HTTPError(int(self.get_argument("code")), "for the log: 100%", reason=self.get_argument("reason", "") or None)

    head = post = get


class Fails(PlainHandler):
    def get(self):
        raise RuntimeError("a secret")


class FailsAwaiting(PlainHandler):
    async def get(self):
        self.write("dropped")
        await asyncio.sleep(0)
        raise HTTPError(409)


class FailsStreaming(PlainHandler):
    async def get(self):
        self.write("partial")
        await self.flush()
        raise HTTPError(409)


class FailsFinished(PlainHandler):
    def get(self):
        self.finish("whole")
        raise HTTPError(409)


class SendsError(PlainHandler):
    def get(self):
        self.write("dropped")
        self.send_error(int(self.get_argument("code")), reason=self.get_argument("reason", "") or None)


class OwnPage(PlainHandler):
    def set_default_headers(self):
        self.set_header("X-Default", "there")

    def write_error(self, status_code, **kwargs):
        self.set_header("Content-Type", "text/plain")
        how = "thrown" if "exc_info" in kwargs else "sent"
        self.write(f"own page {status_code} {self._reason} {how}")
        self.finish()

    def get(self):
        raise HTTPError(403, reason="Members only")

    def post(self):
        self.send_error(404)

    def put(self):
        raise RuntimeError("a secret")


class TypedByDefault(RequestHandler):
    def set_default_headers(self):
        self.set_header("Content-Type", "text/plain")

    def get(self):
        raise HTTPError(403)

    def post(self):
        self.write("text")


class BadPage(PlainHandler):
    def write_error(self, status_code, **kwargs):
        self.write("begun")
        raise RuntimeError("a secret")

    def get(self):
        raise HTTPError(403)


# ---- Finish ----

class Finishes(PlainHandler):
    def get(self):
        self.set_status(401)
        self.set_header("WWW-Authenticate", 'Basic realm="x"')
        self.write("who are you?")
        raise Finish()

    def post(self):
        self.write("so far, ")
        raise Finish("so good")


# ---- Before the method ----

class Prepared(RequestHandler):
    def prepare(self):
        what = self.get_argument("prepare", "")
        self.set_header("X-Prepared", self.request.method)
        if what == "finish":
            self.finish("prepared")
            return
        if what == "throw":
            raise HTTPError(403)
        if what == "redirect":
            self.redirect("/elsewhere")
            return
        if what == "finish_thrown":
            raise Finish("thrown")
        self.write("prepared, ")

    def get(self):
        self.write("got")

    def post(self):
        self.write("posted")


class AwaitsPrepared(RequestHandler):
    async def prepare(self):
        await asyncio.sleep(0)
        self.finish("awaited")

    def get(self):
        self.write("never")


class PreparedInPieces(RequestHandler):
    async def prepare(self):
        self.write("one ")
        await self.flush()
        self.write("two ")

    def get(self):
        self.write("three")


def fallback(request):
    content = f"fallback for {request.path}".encode()
    fields = tornado.httputil.HTTPHeaders({
        "Content-Type": "text/plain; charset=UTF-8", "Content-Length": str(len(content))})
    request.connection.write_headers(tornado.httputil.ResponseStartLine("HTTP/1.1", 200, "OK"), fields, content)
    request.connection.finish()


url = tornado.web.url
HANDLERS = [
    url("/throws", Throws),
    url("/fails", Fails),
    url("/fails_awaiting", FailsAwaiting),
    url("/fails_streaming", FailsStreaming),
    url("/fails_finished", FailsFinished),
    url("/sends_error", SendsError),
    url("/own_page", OwnPage),
    url("/bad_page", BadPage),
    url("/typed_by_default", TypedByDefault),
    url("/finishes", Finishes),
    url("/prepared", Prepared),
    url("/awaits_prepared", AwaitsPrepared),
    url("/prepared_in_pieces", PreparedInPieces),
    url("/gone/.*", tornado.web.ErrorHandler, {"status_code": 410}),
    url("/fallback/.*", tornado.web.FallbackHandler, {"fallback": fallback}),
]
