# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a case of parity is, and the words that cases are written in."""

import dataclasses
import http.client
import importlib
import pathlib

SERVERS = ("plain", "coded", "hosts")
SUBJECTS = sorted(path.stem for path in (pathlib.Path(__file__).parent / "cases").glob("*.py"))


@dataclasses.dataclass(frozen=True)
class Difference:
    """What the two may answer differently: `theirs` and `ours` for each property (see parity_test.observe), and why
    ours is right."""
    of: str  # the item or defect that it is of; where only Debian's Tornado is older, the one of what has changed
    why: str
    properties: dict


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    sentence: str  # what Tornado does
    requests: list  # raw, sent at once
    differences: tuple
    server: str

    def listed(self):
        """All that may differ, by property."""
        return {name: values for difference in self.differences for name, values in difference.properties.items()}


def subject(name):
    """A module of cases: CASES, and a title in its docstring."""
    return importlib.import_module("cases." + name)


def case(name, sentence, request, *differences, server="plain"):
    requests = request if isinstance(request, list) else [request]
    return Case(name, sentence, [encoded(raw) for raw in requests], differences, server)


def differs(of, why, **properties):
    """`content_length=("3", None)`: by Tornado 3, by Eddy no such field."""
    return Difference(of, why, properties)


def encoded(text):
    return text if isinstance(text, bytes) else text.encode()


# ---- Requests ----

def ask(method, target, *fields, body=None, version="HTTP/1.1", host="h"):
    """Host, and Content-Length if there is a body, come by themselves."""
    lines = [encoded(f"{method} {target} {version}")]
    if host is not None:
        lines.append(encoded(f"Host: {host}"))
    lines += map(encoded, fields)
    content = b"" if body is None else encoded(body)
    if body is not None:
        lines.append(b"Content-Length: %d" % len(content))
    return b"\r\n".join(lines) + b"\r\n\r\n" + content


def get(target, *fields, **options):
    return ask("GET", target, *fields, **options)


def head(target, *fields, **options):
    return ask("HEAD", target, *fields, **options)


def post(target, *fields, body="", **options):
    return ask("POST", target, *fields, body=body, **options)


def form(target, body, *fields, **options):
    return post(target, "Content-Type: application/x-www-form-urlencoded", *fields, body=body, **options)


def multipart(target, *parts, end="--B--\r\n", boundary="B", preamble=""):
    """Each part: its header lines and its content."""
    body = encoded(preamble)
    for header, content in parts:
        body += b"--B\r\n" + encoded(header) + b"\r\n\r\n" + encoded(content) + b"\r\n"
    return post(target, f"Content-Type: multipart/form-data; boundary={boundary}", body=body + encoded(end))


def chunked(target, content, *fields):
    """`content` as it is sent, with the sizes of its chunks."""
    return ask("POST", target, "Transfer-Encoding: chunked", *fields) + encoded(content)


# ---- What several cases have ----

PLAIN = "text/plain; charset=UTF-8"
HTML = "text/html; charset=UTF-8"


def page(status, reason=None):
    title = f"{status}: {reason or http.client.responses[status]}"
    return f"<html><title>{title}</title><body>{title}</body></html>"


def pages(theirs, ours):
    """The properties in which two error pages differ."""
    texts = page(theirs), page(ours)
    return {"status": (theirs, ours), "body": texts, "content_length": tuple(str(len(text)) for text in texts)}


def allow(methods):
    """Of every 405."""
    return differs("D8", "A 405 says which methods there are (RFC 9110, 15.5.6).", allow=(None, methods))


def unknown_method(theirs=405):
    return differs("D8", "A method that the server does not know at all is a 501 (RFC 9110, 15.6.2).",
                   **pages(theirs, 501))


def bare(status=400, why=""):
    """Of a request that both refuse before any handler sees it."""
    changed = {} if status == 400 else {"status": (400, status)}
    whole = "A refusal is a whole response, which has a length and says that the connection ends (RFC 9112, 6.3, 9.6)."
    return differs("D5", f"{why} {whole}".lstrip(), content_length=(None, "0"), connection=(None, "close"), **changed)


def refused(of, why, body, status=400, kept=True, **others):
    """Of a request that Tornado serves by that text, and Eddy refuses before any handler sees it. `kept`: Tornado's
    connection lasts."""
    if kept:
        others["keeps"] = True, False
    return differs(of, why, status=(200, status), body=(body, ""), content_type=(PLAIN, None),
                   content_length=(str(len(body.encode())), "0"), connection=(None, "close"), **others)


def text(of, why, theirs, ours, **others):
    """Two texts."""
    properties = {"body": (theirs, ours)}
    if len(theirs.encode()) != len(ours.encode()):
        properties["content_length"] = (str(len(theirs.encode())), str(len(ours.encode())))
    return differs(of, why, **properties, **others)


SAYS_CLOSE = differs("H25", "To a client of HTTP/1.0, too, is said that the connection ends.",
                     connection=(None, "close"))
