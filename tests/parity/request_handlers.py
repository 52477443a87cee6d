# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is told of requests: methods, arguments, paths, cookies; as request_handlers.cc."""

import tornado.web


class PlainHandler(tornado.web.RequestHandler):
    """What it writes is text, but for error pages."""

    def prepare(self):
        self.set_header("Content-Type", "text/plain; charset=UTF-8")


# ---- The request as a whole ----

class Told(PlainHandler):
    def get(self):
        request = self.request
        self.write(f"method {request.method}\npath {request.path}\nquery {request.query}\nversion {request.version}\n"
                   f"host {request.host}\nhost_name {request.host_name}\nprotocol {request.protocol}\n"
                   f"remote_ip {request.remote_ip}\nurl {request.full_url()}\n")

    head = post = get


class Body(PlainHandler):
    def post(self):
        self.write(f"{len(self.request.body)}:")
        self.write(self.request.body)

    put = post


class Field(PlainHandler):
    def get(self):
        for value in self.request.headers.get_list("X-Test"):
            self.write(f"[{value}]")
        self.write("\nconsumed " + self.request.headers.get("X-Consumed-Content-Encoding", ""))


class CookieList(PlainHandler):
    def get(self):
        for name, cookie in sorted(self.request.cookies.items()):
            self.write(f"{name}=[{cookie.value}]\n")


@tornado.web.stream_request_body
class StreamedUpload(PlainHandler):
    def prepare(self):
        super().prepare()
        self.size = 0
        self.write("prepared,")

    def data_received(self, chunk):
        self.size += len(chunk)

    def post(self):
        self.write(f"{self.size} bytes")


# ---- Methods ----

class AllMethods(PlainHandler):
    def tell(self, name):
        self.set_header("X-Method", name)
        self.write(f"{name} by {self.request.method}")

    def get(self):
        self.tell("get")

    def post(self):
        self.tell("post")

    def put(self):
        self.tell("put")

    def patch(self):
        self.tell("patch")

    def delete(self):
        self.tell("delete")

    def options(self):
        self.tell("options")

    def head(self):
        self.set_header("X-Method", "head")


class Further(PlainHandler):
    SUPPORTED_METHODS = PlainHandler.SUPPORTED_METHODS + ("PROPFIND",)

    def propfind(self):
        self.write("found")


class GetOnly(PlainHandler):
    def get(self):
        self.write("got")


class PostOnly(PlainHandler):
    def post(self):
        self.write("posted")


# ---- Arguments ----

def brackets(values):
    return "".join(f"[{value}]" for value in values)


class Argument(PlainHandler):
    def get(self):
        self.write(brackets([self.get_argument("a")]))

    post = get


class ArgumentOr(PlainHandler):
    def get(self):
        self.write(brackets([self.get_argument("a", "none")]))

    post = get


class ArgumentRaw(PlainHandler):
    def get(self):
        self.write(brackets([self.get_argument("a", strip=False)]))


class QueryArgument(PlainHandler):
    def post(self):
        self.write(brackets([self.get_query_argument("a")]))


class BodyArgument(PlainHandler):
    def post(self):
        self.write(brackets([self.get_body_argument("a")]))

    put = post


class ArgumentList(PlainHandler):
    def get(self):
        self.write("all " + brackets(self.get_arguments("a")))
        self.write(" query " + brackets(self.get_query_arguments("a")))
        self.write(" body " + brackets(self.get_body_arguments("a")))
        self.write(" raw " + brackets(self.get_arguments("a", strip=False)))

    post = get


def tell_arguments(handler, arguments):
    """What was sent, by name in the order of first appearance."""
    for name, values in arguments.items():
        handler.write(f"{name}=")
        for value in values:
            handler.write(b"[" + value + b"]")
        handler.write("\n")


class Query(PlainHandler):
    def get(self):
        tell_arguments(self, self.request.query_arguments)


class FormContent(PlainHandler):
    def post(self):
        tell_arguments(self, self.request.body_arguments)
        for name, files in self.request.files.items():
            for file in files:
                self.write(f"file {name} [{file.filename}] {file.content_type} [")
                self.write(file.body)
                self.write("]\n")


# ---- Paths ----

class Groups(PlainHandler):
    def get(self, *groups):
        self.write(brackets(groups))


class OptionalGroup(PlainHandler):
    def get(self, part):
        self.write("none" if part is None else brackets([part]))


class NamedGroups(PlainHandler):
    def get(self, user, file):
        self.write(f"user {user} file {file}")


class Literal(PlainHandler):
    def initialize(self, text):
        self.text = text

    def get(self):
        self.write(self.text)


url = tornado.web.url
HANDLERS = [
    url("/request", Told),
    url("/body", Body),
    url("/field", Field),
    url("/cookies", CookieList),
    url("/upload", StreamedUpload),
    url("/methods", AllMethods),
    url("/further", Further),
    url("/get", GetOnly),
    url("/post", PostOnly),
    url("/argument", Argument),
    url("/argument_or", ArgumentOr),
    url("/argument_raw", ArgumentRaw),
    url("/query_argument", QueryArgument),
    url("/body_argument", BodyArgument),
    url("/arguments", ArgumentList),
    url("/query", Query),
    url("/form", FormContent),
    url("/one/([^/]+)", Groups, name="one"),
    url(r"/two/(\w+)/(.*)", Groups, name="two"),
    url(r"/maybe(?:/(\d+))?", OptionalGroup),
    url(r"/named/(?P<user>\w+)/(?P<file>.*)", NamedGroups, name="named"),
    url("/literal%20path", Literal, {"text": "encoded"}),
    url("/first/.*", Literal, {"text": "the first"}),
    url("/first/second", Literal, {"text": "the second"}, name="literal"),
    url("/anchored$", Literal, {"text": "anchored"}),
]
