# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""prepare(), Finish, and what comes after finish()."""

from case import *

CASES = [
    case("finish_thrown", "Finish ends the request as it is.", get("/finishes")),
    case("finish_thrown_text", "With what it brings.", post("/finishes")),
    case("prepare", "prepare() runs before the method.", get("/prepared")),
    case("prepare_finish", "When it finishes the method is left out.", get("/prepared?prepare=finish")),
    case("prepare_throw", "Its errors are answered as the method's.", get("/prepared?prepare=throw")),
    case("prepare_redirect", "It may redirect.", get("/prepared?prepare=redirect")),
    case("prepare_finish_thrown", "Or throw Finish.", get("/prepared?prepare=finish_thrown")),
    case("prepare_form", "It sees the content of a form.", form("/prepared", "prepare=finish")),
    case("prepare_form_before_method", "Which the method sees, too.", form("/prepared", "prepare=no")),
    case("prepare_malformed_form", "A form is read before it, and one that is malformed is a 400.",
         post("/prepared", "Content-Type: multipart/form-data", body="--B--\r\n")),
    case("prepare_other_method", "It runs also where the method is missing.", ask("PUT", "/prepared", body=""),
         allow("GET, HEAD, POST, OPTIONS")),
    case("prepare_form_of_other_method", "And may answer there.",
         ask("PUT", "/prepared", "Content-Type: application/x-www-form-urlencoded", body="prepare=finish"),
         allow("GET, HEAD, POST, OPTIONS"),
         differs("W2", "A method that is missing is refused before there is a handler to prepare.", status=(200, 405),
                 body=("prepared", page(405)), content_length=("8", "87"), x_prepared=("PUT", None))),
    case("prepare_head", "It can answer for methods that are missing.", head("/prepared?prepare=finish")),
    case("prepare_awaits", "It may await.", get("/awaits_prepared")),
    case("prepare_flushes", "And begin the answer.", get("/prepared_in_pieces")),
    case("finish_twice", "A second finish() is an error that only the log tells.", get("/twice/finish")),
    case("write_after_finish", "So is write() behind it.", get("/twice/write")),
    case("redirect_after_finish", "And redirect().", get("/twice/redirect")),
    case("argument_missing_in_prepare", "The next request is none the worse for it.",
         [get("/fails"), get("/get")]),
]
