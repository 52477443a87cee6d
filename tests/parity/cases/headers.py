# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Header fields that handlers set, and that requests have."""

from case import *

BYTES = "Text is the bytes that came, in no encoding."
LENGTH = "Nothing was sent yet, so there can be an error that the client understands, and the next request."

CASES = [
    case("set_add_clear", "set_header() replaces in any spelling, add_header() adds, clear_header() removes.", get("/headers")),
    case("default_type", "The content is HTML in UTF-8 unless a handler says otherwise.", get("/html")),
    case("own_type", "Or what it says.", get("/sized?size=3&type=text/csv")),
    case("no_type", "Also nothing.", get("/no_type")),
    case("latin", "Values may have Latin-1.", get("/latin")),
    case("utf8", "Text beyond Latin-1 can't be sent: the connection is closed.", get("/header?value=%E2%82%AC"),
         differs("W9", "Bytes are sent as they are (RFC 9110, 5.5).", status=(None, 200), body=(None, "set"),
                 content_length=(None, "3"),
                 content_type=(None, PLAIN), x_test=(None, "\u00e2\u0082\u00ac"), keeps=(False, True))),
    case("tab", "A tab within a value is an error: 500.", get("/header?value=a%09b"),
         differs("W9", "A tab may stand within a value (RFC 9110, 5.5).", status=(500, 200), body=(page(500), "set"),
                 content_length=("93", "3"),
                 content_type=(HTML, PLAIN), x_test=(None, "a\tb"))),
    case("line_feed", "A line feed within one is an error: 500.", get("/header?value=a%0AX-Evil:%20b")),
    case("carriage_return", "So is a carriage return.", get("/header?value=a%0Db")),
    case("blanks", "Blanks around it are not the value's.", get("/header?value=%20a%20"),
         differs("H2", "A value that could not arrive as it is can't be set.", status=(200, 500),
                 body=("set", page(500)),
                 content_length=("3", "93"), content_type=(PLAIN, HTML), x_test=("a", None))),
    case("bad_name", "Names are not looked at.", get("/header?name=X+Test&value=a"),
         differs("H2", "A name that no field can have (RFC 9110, 5.1) can't be set.", status=(200, 500),
                 body=("set", page(500)),
                 content_length=("3", "93"), content_type=(PLAIN, HTML), **{"x test": ("a", None)})),
    case("clear", "clear() begins anew.", get("/cleared")),
    case("length_right", "A Content-Length of the handler's is sent.", get("/length?length=5")),
    case("length_long", "One that is too long cuts the connection.", get("/length?length=9"),
         differs("H26", LENGTH, status=(200, 500), body=("12345", ""), content_length=("9", "0"),
                 content_type=(PLAIN, None),
                 whole=(False, None), keeps=(False, True))),
    case("length_short", "One that is too short, too.", get("/length?length=3"),
         differs("H26", LENGTH, status=(None, 500), body=(None, ""), content_length=(None, "0"), keeps=(False, True))),
    case("request_field", "Fields of the request, in any spelling.", get("/field", "x-tEsT: a b")),
    case("request_field_repeated", "All of them, in order.", get("/field", "X-Test: a", "X-Test: b,c", "X-Test: d")),
    case("request_field_blanks", "Without the blanks around.", get("/field", "X-Test: \t a \t ")),
    case("request_field_no_blank", "Which may be missing.", get("/field", "X-Test:a")),
    case("request_field_empty", "Empty ones.", get("/field", "X-Test:")),
    case("request_field_latin", "Of Latin-1.", get("/field", b"X-Test: caf\xe9"),
         differs("H3", BYTES, body=("[caf\u00e9]\nconsumed ", "[caf\\xe9]\nconsumed "), content_length=("17", "16"))),
    case("request_field_utf8", "UTF-8 in one is taken for Latin-1.", get("/field", "X-Test: café"),
         text("H3", BYTES, "[caf\u00c3\u00a9]\nconsumed ", "[caf\u00e9]\nconsumed ")),
    case("request_field_colon", "The first colon ends the name.", get("/field", "X-Test: a:b: c")),
    case("request_many_fields", "Many fields.", get("/field", *(f"X-{i}: {i}" for i in range(90)), "X-Test: a")),
]
