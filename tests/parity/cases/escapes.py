# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Text for HTML, URLs and JSON, and links in text."""

import urllib.parse

from case import *


def escaped(how, value):
    return get(f"/escape/{how}?text={urllib.parse.quote(value)}")


def linked(value, **options):
    query = urllib.parse.urlencode({"text": value, **options})
    return get(f"/linkify?{query}")


def concat(url, **options):
    return get("/url_concat?" + urllib.parse.urlencode({"url": url, **options}))


CASES = [
    case("xhtml", "Markup becomes references.", escaped("xhtml", '<a href="x">&amp; text</a>')),
    case("xhtml_apostrophe", "An apostrophe, too, in decimal.", escaped("xhtml", "it's"),
         text("E1", "In hexadecimal, as Tornado since 6.4.", "it&#39;s", "it&#x27;s")),
    case("xhtml_utf8", "Nothing else does.", escaped("xhtml", "caf\u00e9 \u20ac \U0001f600")),
    case("unescape", "References become characters again.",
         escaped("unescape", "&lt;a&gt; &amp;amp; &quot;&#39;&#x27;&eacute;&#8364;")),
    case("unescape_unknown", "Unknown ones stay.", escaped("unescape", "&nothing; &; & &#x; a&b")),
    case("url", "url_escape() encodes all but letters, digits and '-._~'.", escaped("url", "a b&c=d/e?f+g~h.i_j-k\u00e9%")),
    case("url_path", "With plus=False slashes stay.", escaped("url_path", "a b/c+d\u00e9")),
    case("unurl", "url_unescape() decodes.", escaped("unurl", "a+b%20c%2B%C3%A9")),
    case("unurl_path", "With plus=False '+' stays.", escaped("unurl_path", "a+b%20c%2B")),
    case("unurl_bad", "What is no encoding stays.", escaped("unurl", "100% %zz %4")),
    case("unurl_not_utf8", "What is not UTF-8 becomes a replacement.", escaped("unurl", "a%FFb%C3")),
    case("json", "Text as JSON.", escaped("json", 'a"b\\c\t/')),
    case("json_markup", "Which no '</script>' ends.", escaped("json", "</script><b>")),
    case("json_utf8", "In ASCII.", escaped("json", "caf\u00e9"),
         text("E2", "In UTF-8, which JSON is.", r'"caf\u00e9"', '"caf\u00e9"')),
    case("squeeze", "squeeze() makes one blank of each run.", escaped("squeeze", "  a \t\n b  c ")),
    case("linkify", "URLs in text become links.", linked("see http://example.com/a?b=c&d=e!")),
    case("linkify_www", "www. is a URL.", linked("at www.example.com, or so")),
    case("linkify_required", "Unless a protocol is required.", linked("at www.example.com", require_protocol="yes")),
    case("linkify_parentheses", "Parentheses belong to a URL in pairs.",
         linked("(http://example.com/a_(b)) and (www.example.com)")),
    case("linkify_markup", "Markup is escaped.", linked('<b>http://example.com/"x"</b>')),
    case("linkify_protocols", "Other protocols stay text.",
         linked("ftp://example.com javascript:alert(1) https://example.com")),
    case("linkify_permitted", "Unless they are permitted.", linked("ftp://example.com https://example.com", ftp="yes")),
    case("linkify_shorten", "Long URLs can be shortened.",
         linked("http://example.com/a/very/long/path/to/some/page.html and http://a.b/c", shorten="yes")),
    case("linkify_extra", "Attributes can be added.", linked("http://example.com", extra='rel="nofollow"')),
    case("linkify_punctuation", "Punctuation behind a URL is not its own.",
         linked("http://example.com/a. http://b.example/?; http://c.example/:")),
    case("url_concat", "url_concat() adds arguments.", concat("/path")),
    case("url_concat_query", "Behind those of the URL, which are encoded anew.", concat("/path?x=1&y=a b")),
    case("url_concat_fragment", "Before the fragment.", concat("http://example.com/path?x=1#part")),
    case("url_concat_blank", "Empty values stay.", concat("/path?x&y=")),
    case("url_concat_none", "No arguments.", concat("/path?x", empty="yes")),
    case("url_concat_utf8", "UTF-8 is encoded.", concat("/path?q=caf\u00e9")),
]
