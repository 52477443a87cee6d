# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""redirect() and RedirectHandler."""

from case import *

UNTYPED = differs("W84", "There is no content to have a type.", content_type=(HTML, None))

CASES = [
    case("temporary", "redirect() is a 302 without content.", get("/redirect?to=/elsewhere")),
    case("permanent", "Or a 301.", get("/redirect?to=/elsewhere&permanent=yes")),
    case("see_other", "Or any status of redirection.", get("/redirect?to=/elsewhere&status=303")),
    case("temporary_307", "As 307.", get("/redirect?to=/elsewhere&status=307")),
    case("no_redirection", "Another status is an error: 500.", get("/redirect?to=/elsewhere&status=200")),
    case("status_299", "Just below as well.", get("/redirect?to=/elsewhere&status=299")),
    case("post", "From POST it is a 302, too.", post("/redirect?to=/elsewhere")),
    case("head", "HEAD is answered alike.", head("/redirect?to=/elsewhere")),
    case("relative", "The URL is sent as it was given: relative.", get("/redirect?to=next%3Fa%3D1")),
    case("absolute", "With a host.", get("/redirect?to=https://example.org/x%23y")),
    case("other_host", "Also without a scheme.", get("/redirect?to=//example.org/x")),
    case("empty", "Even empty.", get("/redirect?to=")),
    case("utf8", "In UTF-8 where it has more than ASCII.", get("/redirect?to=/caf%C3%A9")),
    case("line_end", "With a line end it is an error: 500.", get("/redirect?to=/a%0D%0AX-Evil:%201")),
    case("keeps_fields", "Fields that were set stay.", get("/redirect_with_fields")),
    case("handler", "RedirectHandler is a 301.", get("/moved"), UNTYPED),
    case("handler_temporary", "Or a 302.", get("/moved_for_now"), UNTYPED),
    case("handler_query", "The query goes along.", get("/moved?a=1&b=2&a=3"),
         UNTYPED,
         differs("W84", "The query goes along as it was sent.", location=("/new?a=1&a=3&b=2", "/new?a=1&b=2&a=3"))),
    case("handler_query_encoded", "Encoded anew.", get("/moved?a=x%20y&b=%C3%A9"),
         UNTYPED,
         differs("W84", "The query goes along as it was sent.",
                 location=("/new?a=x+y&b=%C3%A9", "/new?a=x%20y&b=%C3%A9"))),
    case("handler_query_blank", "Empty values, too.", get("/moved?a=&b=1"), UNTYPED),
    case("handler_query_added", "Behind that of the URL.", get("/moved_query?a=1"), UNTYPED),
    case("handler_query_own", "Which is kept without one.", get("/moved_query"), UNTYPED),
    case("handler_groups", "Groups are filled in by position.", get("/moved_parts/a/b/c"), UNTYPED),
    case("handler_groups_empty", "Empty ones as nothing.", get("/moved_parts//b"), UNTYPED),
    case("handler_groups_encoded", "Decoded.", get("/moved_parts/a%20b/c"),
         UNTYPED,
         differs("W84", "What was encoded stays so: a URL has no blanks.", location=("/new/c/a b", "/new/c/a%20b"))),
    case("handler_names", "Or by name.", get("/moved_names/2026-11"), UNTYPED),
    case("handler_names_query", "With the query.", get("/moved_names/2026-11?x=y"), UNTYPED),
    case("handler_host", "To another host.", get("/moved_host?a=1"), UNTYPED),
]
