# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What server.cc is of Eddy: the same handlers by Tornado."""

import logging
import pathlib

import ending_handlers
import request_handlers
import response_handlers
import text_handlers
import tornado.httpserver
import tornado.web
from request_handlers import PlainHandler
from tornado_templates import Loader

PAGES = pathlib.Path(__file__).resolve().parent / "pages"


class NotFound(PlainHandler):
    def initialize(self, text):
        self.text = text

    def get(self):
        self.set_status(404)
        self.write(f"{self.text}: {self.request.path}")


class Named(PlainHandler):
    def initialize(self, name):
        self.name = name

    def get(self):
        self.write(f"{self.name} for {self.request.host_name}")


def plain(**settings):
    handlers = (request_handlers.HANDLERS + response_handlers.HANDLERS + ending_handlers.HANDLERS + text_handlers.HANDLERS)
    return tornado.web.Application(
        handlers, log_function=lambda handler: None, template_loader=Loader(str(PAGES)), **settings)


def hosts():
    app = tornado.web.Application(
        [("/", Named, {"name": "everyone's"}), ("/all", Named, {"name": "everyone's"})], default_host="default.example",
        default_handler_class=NotFound, default_handler_args={"text": "there is no"}, log_function=lambda handler: None)
    app.add_handlers(r"(www\.)?example\.com", [("/", Named, {"name": "example's"}), ("/own", Named, {"name": "its own"})])
    app.add_handlers(r".*\.example\.org", [("/", Named, {"name": "a customer's"})])
    app.add_handlers(r"default\.example", [("/default", Named, {"name": "the default host's"})])
    return app


def servers():
    """In the order of SERVERS in case.py."""
    logging.getLogger("tornado").setLevel(logging.CRITICAL)
    logging.getLogger("tornado").addHandler(logging.NullHandler())
    return [
        tornado.httpserver.HTTPServer(plain(), max_header_size=4000, max_body_size=10_000),
        tornado.httpserver.HTTPServer(plain(compress_response=True), decompress_request=True),
        tornado.httpserver.HTTPServer(hosts()),
    ]
