# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long a connection lasts, and what is said of it."""

from case import *

KEEPS = differs("H25", "Tokens of Connection are the same in any case (RFC 9110, 7.6.1).",
                connection=("Keep-Alive", "keep-alive"))
LISTED = differs("D2", "close counts wherever it stands in the list (RFC 9110, 7.6.1).", connection=(None, "close"),
                 keeps=(True, False))

CASES = [
    case("kept", "A connection of HTTP/1.1 lasts.", get("/get")),
    case("keep_alive", "Also where the client asks for it.", get("/get", "Connection: keep-alive")),
    case("close", "Unless the client wants it closed.", get("/get", "Connection: close")),
    case("close_capitals", "In any case.", get("/get", "Connection: Close")),
    case("close_in_list", "In a list it is overlooked.", get("/get", "Connection: close, x"), LISTED),
    case("close_second", "As the second of two fields, too.", get("/get", "Connection: x", "Connection: close"), LISTED),
    case("close_error", "Behind an error as well.", get("/nowhere", "Connection: close")),
    case("error_kept", "An error ends no connection.", get("/nowhere")),
    case("failure_kept", "Nor does an exception.", get("/fails")),
    case("close_head", "Behind HEAD.", head("/written", "Connection: close")),
    case("close_stream", "Behind chunks.", get("/stream", "Connection: close")),
    case("close_no_content", "Behind a 204.", get("/status?code=204", "Connection: close")),
    case("http_1_0", "A connection of HTTP/1.0 is closed.", get("/get", version="HTTP/1.0"), SAYS_CLOSE),
    case("http_1_0_kept", "Unless the client asks for more.", get("/get", "Connection: keep-alive", version="HTTP/1.0"), KEEPS),
    case("http_1_0_kept_capitals", "In any case.", get("/get", "Connection: Keep-Alive", version="HTTP/1.0"), KEEPS),
    case("http_1_0_kept_post", "Also with content.", post("/body", "Connection: keep-alive", body="abc", version="HTTP/1.0"),
         KEEPS),
    case("http_1_0_kept_post_empty", "But only where that has a length.",
         ask("POST", "/body", "Connection: keep-alive", version="HTTP/1.0"),
         KEEPS, differs("H25", "What is said is done.", keeps=(False, True))),
    case("http_1_0_kept_error", "Also behind an error.", get("/nowhere", "Connection: keep-alive", version="HTTP/1.0"), KEEPS),
    case("pipelined", "Requests that come at once are answered in order.", [get("/get"), get("/empty"), get("/nowhere")]),
    case("pipelined_methods", "Of different methods.", [head("/written"), post("/body", body="abc"), get("/written")]),
    case("pipelined_awaiting", "The next waits for one that awaits.", [get("/awaited"), get("/stream"), get("/get")]),
    case("pipelined_close", "Behind the last nothing is answered.", [get("/get", "Connection: close"), get("/get")]),
]
