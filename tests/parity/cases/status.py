# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Status and content that goes with it."""

from case import *

DROPPED = "What was written for a status that has no content is dropped, as it is for HEAD."

CASES = [
    case("created", "set_status() sets the status.", get("/status?code=201&text=made")),
    case("teapot", "Any that has a name.", get("/status?code=418&text=tea"),
         differs("H22", "Nobody has that status (RFC 9110, 15.5.19).", reason=(None, "Unknown"))),
    case("unknown", "One without a name is Unknown.", get("/status?code=299&text=x")),
    case("reason", "With a reason.", get("/status?code=404&reason=Nothing+here&text=x")),
    case("reason_latin", "Of Latin-1.", get("/status?code=404&reason=caf%C3%A9&text=x")),
    case("reason_line_end", "A reason that can't be sent is Unknown.", get("/status?code=404&reason=a%0D%0AX-Evil:%20b&text=x"),
         differs("W10", "A reason that is dropped is the status's own.", reason=("Unknown", None))),
    case("no_content", "204 has no content, type or length.", get("/status?code=204")),
    case("no_content_written", "Content for it is an error: 500.", get("/status?code=204&text=x"),
         differs("W14", DROPPED, status=(500, 204), body=(page(500), ""), content_length=("93", None),
                 content_type=(HTML, None))),
    case("not_modified", "304 has no content, type or length.", get("/status?code=304")),
    case("not_modified_written", "Content for it is an error.", get("/status?code=304&text=x"),
         differs("W14", DROPPED, status=(500, 304), body=(page(500), ""), content_length=("93", None),
                 content_type=(HTML, None))),
    case("reset_content", "205 is like others.", get("/status?code=205")),
    case("head", "HEAD has the length of the content that it does not get.", head("/status?code=200&text=12345")),
    case("head_no_content", "For 204 there is none.", head("/status?code=204")),
    case("head_not_found", "For 404 there is.", head("/status?code=404&text=123")),
    case("three_digits", "599 is the last.", get("/status?code=599&text=x")),
]
