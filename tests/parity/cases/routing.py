# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Hosts, default host and default handler."""

from case import *

CASES = [
    case("everyone", "Routes of every host answer hosts that have none.", get("/", host="other.example"), server="hosts"),
    case("host", "Routes of a host answer its requests.", get("/", host="example.com"), server="hosts"),
    case("host_optional_part", "The pattern is a regular expression.", get("/", host="www.example.com"), server="hosts"),
    case("host_whole", "For the whole name.", get("/", host="aexample.com"), server="hosts"),
    case("host_longer", "To its end.", get("/", host="example.com.evil"), server="hosts"),
    case("host_port", "The port does not matter.", get("/", host="example.com:8080"), server="hosts"),
    case("host_case", "Nor does case.", get("/own", host="EXAMPLE.Com"), server="hosts"),
    case("host_dot", "A dot at the end makes another name.", get("/own", host="example.com."), server="hosts"),
    case("host_own", "A route that only this host has.", get("/own", host="example.com"), server="hosts"),
    case("host_left", "What a host has no route for is for those of every host.", get("/all", host="example.com"),
         server="hosts"),
    case("other_host", "Another host has not.", get("/own", host="a.example.org"), server="hosts"),
    case("wildcard_host", "A pattern for many hosts.", get("/", host="a.b.example.org"), server="hosts"),
    case("default_host", "What no route is for is tried with the routes of the default host.", get("/default", host="1.2.3.4"),
         server="hosts"),
    case("default_host_itself", "They answer it by its name, too.", get("/default", host="default.example"), server="hosts"),
    case("default_host_proxied", "But not what comes by a proxy.", get("/default", "X-Real-Ip: 1.1.1.1", host="1.2.3.4"),
         server="hosts"),
    case("no_host", "A request of HTTP/1.0 may have no host, and has the loopback address then.",
         get("/", version="HTTP/1.0", host=None), SAYS_CLOSE, server="hosts"),
    case("default_handler", "The default handler answers what no route is for.", get("/nowhere/at/all"), server="hosts"),
    case("default_handler_head", "It is a handler like others.", head("/nowhere"),
         differs("HEAD is answered by get(), without the content, where there is no head() (RFC 9110, 9.3.2).",
                 status=(405, 404),
                 content_length=("87", "21"), content_type=(HTML, PLAIN)), server="hosts"),
    case("default_handler_post", "And has no other methods than others.", post("/nowhere"),
         allow("GET, HEAD, OPTIONS"), server="hosts"),
    case("default_handler_unknown", "Nor unknown ones.", ask("BREW", "/nowhere"), unknown_method(), server="hosts"),
    case("ipv6_host", "An IPv6 address is a host.", get("/", host="[::1]:80"), server="hosts"),
    case("fallback", "FallbackHandler hands requests to a function.", get("/fallback/a/b?c")),
    case("fallback_post", "Of any method.", post("/fallback/a", body="x")),
    case("fallback_unknown", "Also of unknown ones.", ask("BREW", "/fallback/a"), unknown_method()),
]
