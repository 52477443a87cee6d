# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Templates, and URLs by name."""

from case import *

LIST = """

<!DOCTYPE html>
<html>
<head><title>List</title></head>
<body>

<h1 title="List">List</h1>
<ul>

<li>it{}s</li>

<li>and no more</li>

</ul>

</body>
</html>
"""
APOSTROPHE = text("E1", "In hexadecimal, as Tornado since 6.4.", LIST.format("&#39;"), LIST.format("&#x27;"))

CASES = [
    case("list", "A page of a template that extends another.", get("/list?item=one&item=two")),
    case("list_empty", "A loop without anything.", get("/list")),
    case("list_escaped", "What is written is escaped, unless it is raw.", get("/list?title=%22%3Cb%3E%26&item=%3Ci%3E")),
    case("list_apostrophe", "Also apostrophes.", get("/list?item=it's"), APOSTROPHE),
    case("list_utf8", "UTF-8 stays.", get("/list?title=caf%C3%A9&item=%E2%82%AC")),
    case("reverse", "reverse_url() encodes its arguments.", get("/reverse"),
         text("W78", "What goes into one part of a path can't have a slash that divides it.",
              "/first/second\n/one/x%20y%2Bz/%C3%A9\n/two/a/b/c%3Fd%23e%25\n/two/1/2\n/named/user/a.b\n",
              "/first/second\n/one/x%20y%2Bz%2F%C3%A9\n/two/a/b/c%3Fd%23e%25\n/two/1/2\n/named/user/a.b\n")),
    case("reverse_unknown", "An unknown name is an error.", get("/reverse_unknown")),
    case("reverse_too_few", "So is an argument too few.", get("/reverse_too_few")),
]
