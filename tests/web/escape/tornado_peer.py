# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tornado's answers, for tornado_test.cc: each line of the input is the name of a function and its argument in
hexadecimal, each line of the output its result in hexadecimal."""

import html
import html.entities
import re
import sys

from tornado import escape


def xhtml_escape(text):
    # Tornado 6.4 and later write the apostrophe as html.escape does. A '&' of the text itself is "&amp;" by now.
    return escape.xhtml_escape(text).replace("&#39;", "&#x27;")


# The names that Eddy knows, by the rule in its documentation.
NAMES = set(html.entities.name2codepoint)
NAMES |= {name[:-1] for name, text in html.entities.html5.items() if name.endswith(";") and len(text) == 1 and text < "\x80"}


def xhtml_unescape(text):
    """Tornado 6.4's, which is html.unescape, without what Eddy leaves as it is."""

    def character(match):
        name = match.group(1)
        if not name.startswith("#"):
            return html.unescape(match.group()) if name in NAMES else match.group()
        # Python leaves out what HTML only frowns upon: control characters and noncharacters.
        number = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
        return html.unescape(match.group()) or chr(number)

    return re.sub(r"&(#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z0-9]+);", character, text)


def linkify(argument):
    """Of shorten|require_protocol|protocols|attributes|text."""
    shorten, require_protocol, protocols, attributes, text = argument.split("|", 4)
    linked = escape.linkify(
        text,
        shorten=bool(shorten),
        require_protocol=bool(require_protocol),
        permitted_protocols=protocols.split(",") if protocols else ["http", "https"],
        extra_params=attributes,
    )
    # Tornado may cut a character reference in two; Eddy leaves out what is left of it.
    return re.sub(r"&[a-z]*\.\.\.</a>", "...</a>", linked.replace("&#39;", "&#x27;"))


FUNCTIONS = {
    "linkify": linkify,
    "xhtml_escape": xhtml_escape,
    "xhtml_unescape": xhtml_unescape,
    "html_names": lambda _: "".join("&" + name for name in sorted(html.entities.html5) if name.endswith(";")),
    "json_string": escape.json_encode,
    "json_decode": escape.json_decode,
    "squeeze": escape.squeeze,
    "url_escape": escape.url_escape,
    "url_escape_path": lambda text: escape.url_escape(text, plus=False),
    "url_unescape": escape.url_unescape,
    "url_unescape_path": lambda text: escape.url_unescape(text, plus=False),
    "replace_invalid_utf8": lambda data: data.decode("utf-8", "replace"),
}
OF_BYTES = {"replace_invalid_utf8"}


def main():
    for line in sys.stdin:
        name, _, argument = line.rstrip("\n").partition(" ")
        data = bytes.fromhex(argument)
        result = FUNCTIONS[name](data if name in OF_BYTES else data.decode())
        print(result.encode("utf-8", "surrogatepass").hex())


main()
