# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Content: text, bytes, JSON, pieces."""

from case import *

COMPACT = "The same JSON without blanks."

CASES = [
    case("parts", "Several writes make one content.", get("/written")),
    case("parts_head", "Of which HEAD has the length.", head("/written")),
    case("empty", "No write: length 0.", get("/empty")),
    case("bytes", "Any bytes.", get("/bytes")),
    case("big", "A megabyte.", get("/sized?size=1000000")),
    case("awaited", "What is written before and behind an await.", get("/awaited")),
    case("json", "A dict becomes JSON.", get("/json/one"), text("W12", COMPACT, '{"answer": 42}', '{"answer":42}')),
    case("json_markup", "Which no '</script>' ends.", get("/json/markup"),
         text("W12", "Without blanks; nor does '<script' hide that end.", r'{"html": "<script><\/script>"}',
              r'{"html":"\u003cscript><\/script>"}')),
    case("json_text", "In ASCII.", get("/json/text"),
         text("W12", COMPACT, r'{"text": "caf\u00e9 \ud83d\ude00 \"\\\n\u0001"}',
              r'{"text":"caf\u00e9 \ud83d\ude00 \"\\\n\u0001"}')),
    case("json_several", "In the order of the members.", get("/json/several"),
         text("W12", COMPACT, '{"b": null, "a": true, "c": [1, 2.5]}', '{"b":null,"a":true,"c":[1,2.5]}')),
    case("json_list", "A list is refused: 500.", get("/json/list"),
         differs("W11", "No browser of today lets another site read a list.", status=(500, 200),
                 body=(page(500), "[1,2]"),
                 content_length=("93", "5"), content_type=(HTML, "application/json; charset=UTF-8"))),
    case("json_finish", "finish() takes a dict as well.", get("/json/finished"),
         text("W12", COMPACT, '{"finished": "yes"}', '{"finished":"yes"}')),
    case("stream", "What is flushed goes in chunks, and fields that come later don't.", get("/stream")),
    case("stream_head", "HEAD gets none of it.", head("/stream")),
    case("stream_1_0", "HTTP/1.0 knows no chunks: the connection ends it.", get("/stream", version="HTTP/1.0"), SAYS_CLOSE),
    case("stream_of_length", "With a length it needs none either.", get("/stream_of_length")),
    case("stream_of_length_1_0", "Nor for HTTP/1.0.", get("/stream_of_length", version="HTTP/1.0"), SAYS_CLOSE),
    case("stream_status", "The first flush sends the status.", get("/streamed_status")),
    case("stream_big", "Large streams.", get("/stream_big")),
    case("stream_then_next", "The connection goes on behind the last chunk.", [get("/stream"), get("/get")]),
    case("upload", "Content that a handler takes in pieces, with a length.", post("/upload", body="12345")),
    case("upload_chunked", "Or in chunks.",
         ask("POST", "/upload", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
    case("upload_empty", "Or none.", post("/upload", body="")),
    case("upload_argument", "Arguments of the query are there.", post("/upload?a=1", body="b=2")),
    case("upload_get", "It answers 405 for what it lacks.", get("/upload"), allow("POST, OPTIONS")),
]
