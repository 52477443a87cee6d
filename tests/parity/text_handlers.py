# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Text and pages: escapes, templates, reversed URLs; as text_handlers.cc."""

import tornado.escape
import tornado.httputil
import tornado.web
from request_handlers import PlainHandler

ESCAPES = {
    "xhtml": tornado.escape.xhtml_escape,
    "unescape": tornado.escape.xhtml_unescape,
    "url": tornado.escape.url_escape,
    "url_path": lambda text: tornado.escape.url_escape(text, plus=False),
    "unurl": tornado.escape.url_unescape,
    "unurl_path": lambda text: tornado.escape.url_unescape(text, plus=False),
    "json": tornado.escape.json_encode,
    "squeeze": tornado.escape.squeeze,
}


class Escape(PlainHandler):
    def get(self, how):
        self.write(ESCAPES[how](self.get_argument("text", strip=False)))


class Linkify(PlainHandler):
    def get(self):
        protocols = ["ftp", "http"] if self.get_argument("ftp", "") == "yes" else ["http", "https"]
        self.write(tornado.escape.linkify(
            self.get_argument("text"), shorten=self.get_argument("shorten", "") == "yes",
            require_protocol=self.get_argument("require_protocol", "") == "yes",
            extra_params=self.get_argument("extra", ""), permitted_protocols=protocols))


class UrlConcat(PlainHandler):
    def get(self):
        pairs = [("a", "x y&z"), ("b", "\u00e9"), ("a", "")]
        if self.get_argument("empty", "") == "yes":
            pairs = []
        self.write(tornado.httputil.url_concat(self.get_argument("url"), pairs))


class Reverse(PlainHandler):
    def get(self):
        for name, *values in (("literal",), ("one", "x y+z/\u00e9"), ("two", "a", "b/c?d#e%"), ("two", 1, 2),
                              ("named", "user", "a.b")):
            self.write(self.reverse_url(name, *values) + "\n")


class ReverseUnknown(PlainHandler):
    def get(self):
        self.write(self.reverse_url("no such name"))


class ReverseTooFew(PlainHandler):
    def get(self):
        self.write(self.reverse_url("two", "a"))


class ListPage(tornado.web.RequestHandler):
    def get(self):
        self.render("list.html", title=self.get_argument("title", "List"), items=self.get_arguments("item"))


url = tornado.web.url
HANDLERS = [
    url("/escape/(.*)", Escape),
    url("/linkify", Linkify),
    url("/url_concat", UrlConcat),
    url("/reverse", Reverse),
    url("/reverse_unknown", ReverseUnknown),
    url("/reverse_too_few", ReverseTooFew),
    url("/list", ListPage),
]
