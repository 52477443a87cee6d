# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compressed answers and requests."""

import gzip
import zlib

from case import *

NO_VARY = differs("W87", "What nobody gets in another form does not vary.", vary=("Accept-Encoding", None))

TEXT = b"a=" + b"1234567890" * 200
GZIP = "Accept-Encoding: gzip"


def coded(name, sentence, request, *differences):
    return case(name, sentence, request, *differences, server="coded")


def gzipped(target, body, *fields):
    return post(target, "Content-Encoding: gzip", *fields, body=gzip.compress(body, mtime=0))


CASES = [
    coded("compressed", "Text of 1024 bytes is compressed for who accepts gzip.", get("/sized?size=1024", GZIP)),
    coded("small", "A byte less is not.", get("/sized?size=1023", GZIP)),
    coded("not_accepted", "Nor for who does not.", get("/sized?size=2000")),
    coded("other_coding", "Or accepts others.", get("/sized?size=2000", "Accept-Encoding: deflate, br")),
    coded("among_others", "gzip among others.", get("/sized?size=2000", "Accept-Encoding: deflate, gzip;q=0.5, br")),
    coded("refused", "A quality of 0 is overlooked.", get("/sized?size=2000", "Accept-Encoding: gzip;q=0"),
         differs("D35", "A quality of 0 means no (RFC 9110, 12.4.2).", content_encoding=("gzip", None),
                 content_length=("35", "2000"))),
    coded("any", "'*' is no gzip.", get("/sized?size=2000", "Accept-Encoding: *"),
         differs("D35", "'*' means any coding (RFC 9110, 12.5.3).", content_encoding=(None, "gzip"),
                 content_length=("2000", "35"))),
    coded("capitals", "Nor is GZIP.", get("/sized?size=2000", "Accept-Encoding: GZIP"),
         differs("D35", "Codings are the same in any case (RFC 9110, 8.4.1).", content_encoding=(None, "gzip"),
                 content_length=("2000", "35"))),
    coded("x_gzip", "But x-gzip is.", get("/sized?size=2000", "Accept-Encoding: x-gzip")),
    coded("json_type", "JSON is compressed.", get("/sized?size=2000&type=application/json", GZIP)),
    coded("json_charset", "With a charset as well.", get("/sized?size=2000&type=application/json%3B+charset%3DUTF-8", GZIP)),
    coded("script", "Scripts are.", get("/sized?size=2000&type=application/javascript", GZIP)),
    coded("svg", "Vector graphics are.", get("/sized?size=2000&type=image/svg%2Bxml", GZIP)),
    coded("picture", "Pictures are not.", get("/sized?size=2000&type=image/png", GZIP), NO_VARY),
    coded("octets", "Nor is what has no type.", get("/sized?size=2000&type=application/octet-stream", GZIP), NO_VARY),
    coded("coded_already", "Nor what has a coding already.", get("/sized?size=2000&coding=br", GZIP), NO_VARY),
    coded("vary", "Vary gets a name more.", get("/sized?size=2000&vary=Cookie", GZIP)),
    coded("vary_small", "Also where nothing is compressed.", get("/sized?size=20&vary=Cookie", GZIP)),
    coded("head", "HEAD is told the length of what would be sent.", head("/sized?size=2000", GZIP),
         differs("W87", "Nothing is compressed to learn its length (RFC 9110, 8.6).", content_length=("35", None))),
    coded("stream", "What is streamed is compressed whatever its size.", get("/stream", GZIP)),
    coded("stream_head", "HEAD of a stream is told the coding.", head("/stream", GZIP)),
    coded("stream_of_length", "A stream loses its length.", get("/stream_of_length", GZIP)),
    coded("no_content", "204 has no content, and a Vary.", get("/status?code=204", GZIP), NO_VARY),
    coded("not_modified", "So has 304.", get("/status?code=304", GZIP)),
    coded("error", "Error pages are too small.", get("/nowhere", GZIP)),
    coded("redirect", "Redirections have nothing to compress.", get("/redirect?to=/x", GZIP)),
    coded("old_version", "HTTP/1.0 is served alike.", get("/sized?size=2000", GZIP, version="HTTP/1.0"), SAYS_CLOSE),
    coded("request", "A gzip request is decoded.", gzipped("/body", b"12345")),
    coded("request_form", "And may be a form.", gzipped("/form", TEXT, "Content-Type: application/x-www-form-urlencoded")),
    coded("request_field", "The coding is told by another field.",
          gzipped("/field", b"12345").replace(b"POST", b"GET")),
    coded("request_broken", "What is no gzip closes the connection.", post("/body", "Content-Encoding: gzip", body="12345"),
         differs("H27", "A client learns what is wrong.", status=(None, 400), body=(None, ""),
                 content_length=(None, "0"),
                  connection=(None, "close"))),
    coded("request_cut", "What ends too early is taken for whole.",
         post("/body", "Content-Encoding: gzip", body=gzip.compress(TEXT, mtime=0)[:-10]),
         refused("H27", "Half a content is not what was sent.", "1818:a=" + "1234567890" * 181 + "123456",
                 vary=("Accept-Encoding", None))),
    coded("request_capitals", "GZIP is gzip.",
          post("/body", "Content-Encoding: GZIP", body=gzip.compress(b"12345", mtime=0))),
    coded("request_deflate", "deflate is handed on as it is.",
         post("/field", "Content-Encoding: deflate", body=zlib.compress(b"12345")).replace(b"POST", b"GET"),
         text("H27", "deflate is decoded, too.", "\nconsumed ", "\nconsumed deflate")),
    case("request_not_decoded", "Without decompress_request the bytes are handed on.",
         post("/body", "Content-Encoding: gzip", body="12345")),
]
