# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The cookies of a request."""

from case import *


def sent(*fields):
    return get("/cookies", *(f"Cookie: {field}" for field in fields))


CASES = [
    case("one", "A cookie has a name and a value.", sent("a=b")),
    case("several", "There may be several.", sent("a=b; c=d; e=f")),
    case("none", "Or none.", sent()),
    case("empty", "Also in an empty field.", sent("")),
    case("empty_value", "A value may be empty.", sent("a=; b=c")),
    case("duplicates", "The last of a name wins.", sent("a=1; a=2")),
    case("equals_signs", "The first '=' separates.", sent("a=b=c=d")),
    case("blanks", "Blanks around names and values do not count.", sent("  a = b ;c=d  ")),
    case("no_blank", "Nor need there be any.", sent("a=b;c=d")),
    case("quoted", "Quotes around a value are taken off.", sent('a="b c"')),
    case("quoted_octal", "With escapes in octal.", sent(r'a="b\073\054\042c\\"')),
    case("quoted_half", "A quote alone is a character.", sent('a="b')),
    case("quoted_separator", "A ';' in quotes separates.", sent('a="b;c"; d=e')),
    case("no_equals_sign", "What has no '=' is no cookie.", sent("a; b=c")),
    case("no_name", "Nor what has no name.", sent("=a; b=c")),
    case("bad_name", "Nor what no cookie can be called.", sent("a b=1; c@d=2; e(f=3; g=h")),
    case("attribute_name", "Nor what is called as an attribute.", sent("path=/; a=b; Expires=never; secure=1")),
    case("case", "Names are told apart by case.", sent("a=1; A=2")),
    case("comma", "A comma belongs to the value.", sent("a=b,c=d")),
    case("percent", "Nothing is percent-decoded.", sent("a=%20b+c")),
    case("two_fields", "Two fields are joined by a comma.", sent("a=b", "c=d"),
         text("H16", "Two fields are two lists of cookies, as HTTP/2 clients send them (RFC 9113, 8.2.3).",
              "a=[b,c=d]\n",
              "a=[b]\nc=[d]\n")),
    case("json", "Quotes within a value are its own.", sent('a={"b":"c"}; d=e')),
    case("utf8", "UTF-8 in a value is taken for Latin-1.", sent("a=caf\u00e9"),
         text("H16", "Text is the bytes that came, in no encoding.", "a=[caf\u00c3\u00a9]\n", "a=[caf\u00e9]\n")),
    case("dollar", "A name with a dollar sign is as good as others.", sent("$Version=1; a=b")),
]
