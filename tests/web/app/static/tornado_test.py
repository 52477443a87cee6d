# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The same requests to Tornado's StaticFileHandler and to Eddy's StaticFiles, over the same folder.

Status, header fields and content must be the same, but for the differences that a request lists with its reason; one that
is listed and not there is an error too. What both answer there is in tornado_differences.txt, and must stay so. Date and
Server are not compared. Each server's entity tag stands as TAG, since one hashes the content and the other looks at the
file's state; what separates several ranges stands as BOUNDARY, and Expires as LATER.

    tornado_test.py PROGRAM [--write]    # server.cc; --write makes tornado_differences.txt anew
"""

import itertools
import logging
import os
import pathlib
import re
import sys
import tempfile

import tornado.httpserver
import tornado.web

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from http_peers import ProgramServers, TornadoServers, exchange

DIFFERENCES = pathlib.Path(__file__).resolve().parent / "tornado_differences.txt"
# Files have this time: Sun, 09 Sep 2001 01:46:40 GMT.
TIME = 1_000_000_000
THEN = "Sun, 09 Sep 2001 01:46:40 GMT"
BEFORE = "Sun, 09 Sep 2001 01:46:39 GMT"
AFTER = "Sun, 09 Sep 2001 01:46:41 GMT"

# Reasons of differences.
VERSION = "a version that is not the content's is not kept; Tornado keeps whatever has a v, for ten years"
HEAD_RANGE = "a Range means something for GET alone (RFC 9110, 14.2)"
MULTIPART = "several ranges are answered by several, not by the whole (RFC 9110, 14.6)"
IF_RANGE = "a part of another state is of no use to the client (RFC 9110, 13.1.5)"
IF_MATCH = "If-Match and If-Unmodified-Since are looked at (RFC 9110, 13.1.1 and 13.1.4)"
QUERY = "a redirect keeps the query"
MALFORMED = "a Range whose end lies before its beginning is malformed, and passed over (RFC 9110, 14.1.1)"
ALLOW = "a 405 says which methods there are (RFC 9110, 15.5.6)"
OPTIONS = "OPTIONS is answered by Allow (RFC 9110, 9.3.7)"
SLASHES = "two slashes are as good as one, as for the file system; to Tornado what follows is an absolute path"
UNTYPED = "there is no content to have a type"


def all_of(reason, *names):
    return dict.fromkeys(names, reason)


def case(target, method="GET", fields=None, **differences):
    """`differences`: status, body, or a field's name with '_' for '-'; the value is the reason."""
    return method, target, fields or {}, {name.replace("_", "-"): why for name, why in differences.items()}


CASES = [
    case("/s/file.txt"),
    case("/s/file.txt", "HEAD"),
    case("/s/page.html"),
    case("/s/empty.txt"),
    case("/s/a%20b.css"),
    case("/s/archive.tar.gz"),
    case("/s/archive.bz2"),
    case("/s/x.unknown"),
    case("/s/sub/index.html"),
    case("/s//file.txt",
         **all_of(SLASHES, "status", "body", "content_length", "content_type", "accept_ranges", "etag", "last_modified")),
    case("/s/sub/../file.txt"),
    case("/s/none.txt"),
    case("/s/none.txt", "HEAD"),
    case("/s/file.txt/more"),
    case("/s/a%00b"),
    case("/s/sub"),
    case("/s/sub/"),
    case("/s/../x"),
    case("/s/..%2f..%2fetc%2fpasswd"),
    case("/s/file.txt", "POST", {"Content-Length": "0"}, allow=ALLOW),
    case("/s/file.txt", "OPTIONS", **all_of(OPTIONS, "status", "body", "allow", "content_length", "content_type")),
    case("/d/sub/"),
    case("/d/sub", content_type=UNTYPED),
    case("/d/sub?a=1&b=2", content_type=UNTYPED, location=QUERY),
    case("/d/empty/"),
    case("//d/sub"),
    # Versions.
    case("/s/file.txt?v=0", cache_control=VERSION, expires=VERSION),
    case("/s/file.txt?w=0"),
    case("/s/file.txt?v=", cache_control=VERSION, expires=VERSION),
    # Conditions.
    case("/s/app.js", "GET", {"If-None-Match": "TAG"}),
    case("/s/app.js", "HEAD", {"If-None-Match": "TAG"}),
    case("/s/app.js", "GET", {"If-None-Match": "W/TAG"}),
    case("/s/app.js", "GET", {"If-None-Match": '"a", TAG'}),
    case("/s/app.js", "GET", {"If-None-Match": "*"}),
    case("/s/app.js", "GET", {"If-None-Match": '"a"'}),
    case("/s/app.js", "GET", {"If-None-Match": '"a"', "If-Modified-Since": THEN}),
    case("/s/app.js", "GET", {"If-Modified-Since": THEN}),
    case("/s/app.js", "GET", {"If-Modified-Since": AFTER}),
    case("/s/app.js", "GET", {"If-Modified-Since": BEFORE}),
    case("/s/app.js", "GET", {"If-Modified-Since": "yesterday"}),
    case("/s/app.js", "GET", {"If-Modified-Since": "Sunday, 09-Sep-01 01:46:40 GMT"}),
    case("/s/app.js", "GET", {"If-Modified-Since": "Sun Sep  9 01:46:40 2001"}),
    case("/s/app.js", "GET", {"If-Match": "TAG"}),
    case("/s/app.js", "GET", {"If-Match": '"a"'},
         **all_of(IF_MATCH, "status", "body", "content_length", "content_type")),
    case("/s/app.js", "GET", {"If-Unmodified-Since": BEFORE},
         **all_of(IF_MATCH, "status", "body", "content_length", "content_type")),
    # Ranges.
    case("/s/file.txt", "GET", {"Range": "bytes=2-4"}),
    case("/s/file.txt", "GET", {"Range": "bytes=7-"}),
    case("/s/file.txt", "GET", {"Range": "bytes=-3"}),
    case("/s/file.txt", "GET", {"Range": "bytes=-99"}),
    case("/s/file.txt", "GET", {"Range": "bytes=8-99"}),
    case("/s/file.txt", "GET", {"Range": "bytes=0-9"}),
    case("/s/file.txt", "GET", {"Range": "bytes=0-"}),
    case("/s/file.txt", "GET", {"Range": "bytes=10-"}),
    case("/s/file.txt", "GET", {"Range": "bytes=99-100"}),
    case("/s/file.txt", "GET", {"Range": "bytes=-0"}),
    case("/s/file.txt", "GET", {"Range": "bytes=5-4"},
         **all_of(MALFORMED, "status", "body", "content_length", "content_range")),
    case("/s/file.txt", "GET", {"Range": "bytes=x-"}),
    case("/s/file.txt", "GET", {"Range": "lines=1-2"}),
    case("/s/empty.txt", "GET", {"Range": "bytes=0-"}),
    case("/s/file.txt", "HEAD", {"Range": "bytes=2-4"},
         **all_of(HEAD_RANGE, "status", "content_length", "content_range")),
    case("/s/app.js", "GET", {"Range": "bytes=0-9,100-199"},
         **all_of(MULTIPART, "status", "body", "content_length", "content_type")),
    case("/s/app.js", "GET", {"Range": "bytes=0-9", "If-None-Match": "TAG"}),
    case("/s/app.js", "GET", {"Range": "bytes=0-9", "If-Range": "TAG"}),
    case("/s/app.js", "GET", {"Range": "bytes=0-9", "If-Range": THEN}),
    case("/s/app.js", "GET", {"Range": "bytes=0-9", "If-Range": '"a"'},
         **all_of(IF_RANGE, "status", "body", "content_length", "content_range")),
    case("/s/app.js", "GET", {"Range": "bytes=0-9", "If-Range": AFTER},
         **all_of(IF_RANGE, "status", "body", "content_length", "content_range")),
]


def make_folder(folder):
    os.mkdir(folder + "/sub")
    os.mkdir(folder + "/empty")
    long = "".join(f"{i} " for i in range(1000))
    for name, text in {
            "file.txt": "0123456789", "page.html": "<p>page</p>", "app.js": long, "empty.txt": "", "a b.css": "a{}",
            "archive.tar.gz": "packed", "archive.bz2": "packed", "x.unknown": "?", "sub/index.html": "index"}.items():
        with open(f"{folder}/{name}", "w", encoding="ascii") as file:
            file.write(text)
        os.utime(f"{folder}/{name}", (TIME, TIME))


def servers(folder):
    logging.getLogger("tornado.general").setLevel(logging.ERROR)
    app = tornado.web.Application([
        (r"/s/(.*)", tornado.web.StaticFileHandler, {"path": folder}),
        (r"/d/(.*)", tornado.web.StaticFileHandler, {"path": folder, "default_filename": "index.html"})],
        log_function=lambda handler: None)
    return [tornado.httpserver.HTTPServer(app)]


def ask(port, method, target, fields):
    """(status, fields, body)"""
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    (answer,), _ = exchange(port, [head.encode("latin-1") + b"\r\n"])
    assert all(len(values) == 1 for values in answer.fields.values()), answer.fields
    return answer.status, {name: values[0] for name, values in answer.fields.items()}, answer.body


def answer_of(port, method, target, fields, tag):
    fields = {name: value.replace("TAG", tag) for name, value in fields.items()}
    status, received, body = ask(port, method, target, fields)
    for name in ("date", "server", "connection"):
        received.pop(name, None)
    if "etag" in received:
        received["etag"] = "TAG"
    if "expires" in received:
        received["expires"] = "LATER"
    boundary = re.search("boundary=(.+)", received.get("content-type", ""))
    if boundary:
        body = body.replace(boundary.group(1).encode(), b"BOUNDARY")
        received["content-type"] = received["content-type"].replace(boundary.group(1), "BOUNDARY")
    return {"status": status, "body": body, **received}


def lines_of(method, target, fields, differences, theirs, ours):
    """What tornado_differences.txt says of a request."""
    yield " ".join([method, target, *(f"{name}={value}" for name, value in fields.items())])
    for name, why in sorted(differences.items()):
        yield f"  {name}: {why}"
        yield f"    Tornado {theirs.get(name)!r}"
        yield f"    Eddy    {ours.get(name)!r}"


def check(ports, seen):
    """Adds what the two answer differently to `seen`."""
    failures = 0
    tags = [ask(port, "GET", "/s/app.js", {})[1]["etag"] for port in ports]
    for method, target, fields, differences in CASES:
        theirs, ours = (answer_of(port, method, target, fields, tag) for port, tag in zip(ports, tags))
        found = {name for name in {**theirs, **ours} if theirs.get(name) != ours.get(name)}
        if differences:
            seen.extend(lines_of(method, target, fields, differences, theirs, ours))
        if found == set(differences):
            continue
        failures += 1
        print(f"{method} {target} {fields}")
        for name in sorted(found ^ set(differences)):
            listed = " (listed)" if name in differences else ""
            print(f"  {name}{listed}: Tornado {theirs.get(name)!r:.200} Eddy {ours.get(name)!r:.200}")
    return failures


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder += "/root"
        os.mkdir(folder)
        make_folder(folder)
        with TornadoServers(lambda: servers(folder)) as theirs, ProgramServers([sys.argv[1], folder]) as ours:
            seen = []
            failures = check((*theirs, *ours), seen)
    text = "\n".join(seen) + "\n"
    if sys.argv[2:] == ["--write"]:
        DIFFERENCES.write_text(text)
    for expected, got in itertools.zip_longest(DIFFERENCES.read_text().splitlines(), seen):
        if expected != got:
            failures += 1
            print(f"{DIFFERENCES.name} has\n{expected}\nbut now it is\n{got}")
            break
    print(f"{len(CASES)} requests, {failures} with differences that are not listed")
    return 1 if failures else 0


sys.exit(main())
