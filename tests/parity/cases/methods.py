# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Methods, and those that a handler has not."""

from case import *

HEAD = "HEAD is answered by get(), without the content, where there is no head() (RFC 9110, 9.3.2)."

CASES = [
    case("get", "GET is answered by get().", get("/methods")),
    case("post", "POST is answered by post().", post("/methods")),
    case("put", "PUT is answered by put().", ask("PUT", "/methods", body="x")),
    case("patch", "PATCH is answered by patch().", ask("PATCH", "/methods", body="x")),
    case("delete", "DELETE is answered by delete(), and needs no content.", ask("DELETE", "/methods")),
    case("options", "OPTIONS is answered by options(), if the handler has one.", ask("OPTIONS", "/methods")),
    case("head", "HEAD is answered by head(), if the handler has one.", head("/methods")),
    case("head_without_head", "HEAD is a 405 for a handler that has a get() and no head().", head("/get"),
         differs("D8", HEAD, status=(405, 200), content_length=("87", "3"), content_type=(HTML, PLAIN))),
    case("options_without_options", "OPTIONS is a 405 for a handler that has none.", ask("OPTIONS", "/get"),
         differs("D8", "OPTIONS is answered by Allow (RFC 9110, 9.3.7).", status=(405, 204), body=(page(405), ""),
                 allow=(None, "GET, HEAD, OPTIONS"), content_length=("87", None), content_type=(HTML, None))),
    case("post_to_get", "A method that the handler lacks is a 405.", post("/get"), allow("GET, HEAD, OPTIONS")),
    case("delete_to_get", "So is DELETE.", ask("DELETE", "/get"), allow("GET, HEAD, OPTIONS")),
    case("get_to_post", "So is GET.", get("/post"), allow("POST, OPTIONS")),
    case("head_to_post", "And HEAD, without the page.", head("/post"), allow("POST, OPTIONS")),
    case("further", "A method that the handler says that it has, is answered by its member.", ask("PROPFIND", "/further")),
    case("further_elsewhere", "Others lack it.", ask("PROPFIND", "/get"), allow("GET, HEAD, OPTIONS")),
    case("unknown", "A method that nobody knows is a 405.", ask("BREW", "/methods"), unknown_method()),
    case("lower_case", "Methods are told apart by case: get is unknown.", ask("get", "/methods"), unknown_method()),
    case("trace", "TRACE is among the unknown.", ask("TRACE", "/methods"), unknown_method()),
    case("unknown_on_no_path", "Also on a path that no route matches.", ask("BREW", "/nowhere"),
         differs("W61", "There is nothing there, whatever the method.", **pages(405, 404))),
    case("no_path", "A path that no route matches is a 404 with a page.", get("/nowhere")),
    case("head_on_no_path", "For HEAD it is a 404 without the page, but with its length.", head("/nowhere")),
    case("post_on_no_path", "For POST it is a 404, too.", post("/nowhere", body="a=b")),
    case("redirect_handler_post", "RedirectHandler answers GET alone.", post("/moved"), allow("GET, HEAD, OPTIONS")),
    case("redirect_handler_head", "RedirectHandler refuses HEAD.", head("/moved"),
         differs("W84", HEAD, status=(405, 301), content_length=("87", "0"), content_type=(HTML, None),
                 location=(None, "/new"))),
    case("error_handler_get", "ErrorHandler answers GET by its error.", get("/gone/away")),
    case("error_handler_post", "ErrorHandler answers POST by it.", post("/gone/away")),
    case("error_handler_head", "ErrorHandler answers HEAD by it.", head("/gone/away")),
    case("error_handler_unknown", "ErrorHandler answers an unknown method by it.", ask("BREW", "/gone/away"),
         differs("W83", "ErrorHandler's error is there for methods that nobody knows, too.", **pages(405, 410))),
]
