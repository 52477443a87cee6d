# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Requests that are malformed, or look so."""

from case import *

AMBIGUOUS = "What servers read differently is refused (RFC 9112, 11.2)."
HOST_SYNTAX = "A Host that is none is refused (RFC 9112, 3.2)."
FIELD_SYNTAX = "A field that is none is refused (RFC 9112, 5)."
TARGET_SYNTAX = "A target that is none is refused (RFC 9112, 3.2)."

HOST = b"Host: h\r\n"


def line(text):
    """A request of which only the first line is special."""
    return text + b"\r\n" + HOST + b"\r\n"


def told(version):
    return (f"method GET\npath /request\nquery \nversion {version}\nhost h\nhost_name h\nprotocol http\n"
            "remote_ip 127.0.0.1\nurl http://h/request\n")


CASES = [
    case("told", "What a request is, as a handler sees it.", get("/request?a=b&c", host="Example.COM:81")),
    case("told_1_0", "The same of HTTP/1.0.", get("/request", version="HTTP/1.0"), SAYS_CLOSE),
    case("version_2", "HTTP/2.0 is refused.", line(b"GET /get HTTP/2.0"),
         bare(505, "A version that is not spoken is a 505 (RFC 9110, 15.6.6).")),
    case("version_1_2", "HTTP/1.2 is served.", line(b"GET /request HTTP/1.2"),
         differs("D31", "HTTP/1.2 is answered as 1.1 is (RFC 9110, 2.5).", keeps=(False, True),
                 body=(told("HTTP/1.2"), told("HTTP/1.1")))),
    case("version_missing", "No version is refused.", line(b"GET /get"), bare()),
    case("version_lower_case", "A lower-case one is refused.", line(b"GET /get http/1.1"), bare()),
    case("version_other", "Another protocol is refused.", line(b"GET /get ICY/1.1"), bare()),
    case("version_long", "Two digits are refused.", line(b"GET /get HTTP/1.11"), bare()),
    case("two_blanks", "Two blanks are refused.", line(b"GET  /get HTTP/1.1"), bare()),
    case("tab", "A tab between them is refused.", line(b"GET\t/get HTTP/1.1"), bare()),
    case("blank_at_end", "A blank at the end is refused.", line(b"GET /get HTTP/1.1 "), bare()),
    case("blank_in_target", "So is one in the target.", line(b"GET /g et HTTP/1.1"), bare()),
    case("empty_line_before", "Empty lines before a request are refused.", b"\r\n\r\n" + get("/get"),
         differs("H7", "Empty lines before a request are passed over (RFC 9112, 2.2).", status=(400, 200),
                 body=("", "got"),
                 content_length=(None, "3"), content_type=(None, PLAIN), keeps=(False, True))),
    case("one_empty_line_before", "One is passed over.", b"\r\n" + get("/get")),
    case("blank_before", "Blanks before a request are refused.", b" " + get("/get"), bare()),
    case("line_feeds", "Lines may end by line feeds alone.", get("/get").replace(b"\r\n", b"\n"),
         refused("H7", AMBIGUOUS, "got")),
    case("method_no_token", "A method with other characters is an unknown method.", line(b"G@T /get HTTP/1.1"),
         differs("H7", "What is no method is malformed.", status=(405, 400), body=(page(405), ""),
                 content_length=("87", "0"),
                 content_type=(HTML, None), connection=(None, "close"), keeps=(True, False))),
    case("control_in_target", "A control character in the target is handed on.", line(b"GET /one/a\x01b HTTP/1.1"),
         refused("H7", TARGET_SYNTAX, "[a\x01b]")),
    case("nul_in_target", "And so is a NUL.", line(b"GET /one/a\x00b HTTP/1.1"),
         refused("H7", TARGET_SYNTAX, "[a\x00b]")),
    case("no_slash", "A target without a slash is a path that matches no route.", line(b"GET get HTTP/1.1"),
         differs("H7", TARGET_SYNTAX, status=(404, 400), body=(page(404), ""), content_length=("69", "0"),
                 content_type=(HTML, None), connection=(None, "close"), keeps=(True, False))),
    case("absolute_target", "So is a URL.", line(b"GET http://h/get HTTP/1.1"),
         differs("D3", "A server takes a target with a host (RFC 9112, 3.2.2).", status=(404, 200),
                 body=(page(404), "got"),
                 content_length=("69", "3"), content_type=(HTML, PLAIN))),
    case("asterisk", "So is '*'.", line(b"OPTIONS * HTTP/1.1"),
         differs("D8", "The server as a whole may be asked (RFC 9110, 9.3.7).", status=(404, 204), body=(page(404), ""),
                 allow=(None, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, PROPFIND"), content_length=("69", None),
                 content_type=(HTML, None))),
    case("connect", "CONNECT is an unknown method.", line(b"CONNECT h:80 HTTP/1.1"),
         differs("D8", "No server but a proxy knows CONNECT, and what follows might be anything.", status=(405, 501),
                 body=(page(405), ""),
                 content_length=("87", "0"), content_type=(HTML, None), connection=(None, "close"), keeps=(True, False))),
    case("no_host", "HTTP/1.1 without a Host is served.", get("/get", host=None),
         refused("H6", "HTTP/1.1 demands a Host (RFC 9112, 3.2).", "got")),
    case("no_host_1_0", "So is HTTP/1.0.", get("/get", host=None, version="HTTP/1.0"), SAYS_CLOSE),
    case("two_hosts", "Of two Hosts the list of both is taken.", get("/get", "Host: g"),
         refused("H6", HOST_SYNTAX, "got")),
    case("empty_host", "An empty Host is served.", get("/get", host=""), refused("D31", HOST_SYNTAX, "got")),
    case("host_with_blank", "So is one with a blank.", get("/get", host="a b"), refused("H6", HOST_SYNTAX, "got")),
    case("host_with_path", "One with a slash.", get("/get", host="a/b"), refused("H6", HOST_SYNTAX, "got")),
    case("host_with_user", "One with a user.", get("/get", host="u@h"), refused("H6", HOST_SYNTAX, "got")),
    case("host_comma", "One with a comma.", get("/get", host="a,b"), refused("H6", HOST_SYNTAX, "got")),
    case("host_port_no_number", "And one whose port is no number.", get("/get", host="h:port"),
         refused("H6", HOST_SYNTAX, "got")),
    case("no_colon", "A field without a colon is refused.", get("/get", "X-Test"), bare()),
    case("blank_before_colon", "A blank before the colon is taken for a part of the name.", get("/get", "X-Test : a"),
         refused("H3", FIELD_SYNTAX, "got")),
    case("empty_name", "A field without a name is passed over.", get("/get", ": a"),
         refused("H2", FIELD_SYNTAX, "got")),
    case("name_no_token", "So is a name with other characters.", get("/get", "X@Test: a"),
         refused("H2", FIELD_SYNTAX, "got")),
    case("folded", "A field may be folded.", get("/field", "X-Test: a", "  b"),
         refused("H3", AMBIGUOUS, "[a b]\nconsumed ")),
    case("folded_first", "But not the first one.", b"GET /get HTTP/1.1\r\n folded\r\nHost: h\r\n\r\n", bare()),
    case("control_in_field", "A control character in a field is handed on.", get("/field", b"X-Test: a\x01b"),
         refused("H2", FIELD_SYNTAX, "[a\x01b]\nconsumed ")),
    case("nul_in_field", "So is a NUL.", get("/field", b"X-Test: a\x00b"),
         refused("H2", FIELD_SYNTAX, "[a\x00b]\nconsumed ")),
    case("carriage_return_in_field", "And a carriage return.", get("/field", b"X-Test: a\rb"),
         refused("H2", AMBIGUOUS, "[a\rb]\nconsumed ")),
    case("header_too_large", "A head beyond the limit closes the connection.", get("/get", "X-Test: " + "x" * 5000),
         differs("D5", "It is a 431 (RFC 6585, 5).", status=(None, 431), body=(None, ""), content_length=(None, "0"),
                 connection=(None, "close"))),
    case("expect", "100-continue is answered before the content.",
         post("/body", "Expect: 100-continue", body="12345"),
         differs("D4", "Content that is there need not be asked for (RFC 9110, 10.1.1).", interim=([100], None))),
    case("expect_capitals", "In lower case alone.", post("/body", "Expect: 100-Continue", body="12345")),
    case("expect_other", "Other expectations are passed over.", post("/body", "Expect: wonders", body="12345"),
         refused("D4", "What can't be met is a 417 (RFC 9110, 10.1.1).", "5:12345", status=417)),
    case("garbage", "What is no HTTP at all is refused.", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", bare()),
]
