#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a source that compiles if the C++ names of docs/from-tornado.md exist and are public.

  tornado_probes.py SOURCE_ROOT OUT.cc HEADER...

For each name it has one using-declaration, which takes functions with overloads, templates, types and members alike. The
compiler's error names the name, in its line of the page.
"""

import pathlib
import re
import sys

import tornado_page

YOUR = "YourHandler::"
# What a handler class says by a constant of that name, and where Eddy finds it.
CONSTANTS = {"authenticated": "kAuthenticated", "stream_request_body": "kStreamsBody"}
# Class templates whose members the page names.
ARGUMENTS = {"web::UserHandler": "<int>", "web::BasicWebSocketHandler": "<::eddy::web::RequestHandler>"}
# Members that have a private overload, which a using-declaration would name too.
CALLS = {
    "web::RequestHandler::send_error": "send_error(404)",
    "web::Route::when": "when([](const ::eddy::web::Request&) { return true; })",
}


def scoped_enumerations(root):
    headers = [path for part in ("core", "web") for path in (root / part).rglob("*.h")]
    return {name for path in headers for name in re.findall(r"^\s*enum class (?:EDDY_API )?(\w+)", path.read_text(), re.M)}


def handler_probe(member):
    """Whether Eddy looks for a member of that name in a handler class."""
    if member in CONSTANTS:
        return f"static_assert(::eddy::web::internal::{CONSTANTS[member]}<YourHandler>);"
    return f"static_assert(::eddy::web::internal::Names_{member}<YourHandler>);"


def probe(name, enumerations):
    if name.startswith(YOUR):
        return handler_probe(name.removeprefix(YOUR))
    scope, _, member = name.rpartition("::")
    owner = scope.rpartition("::")[2]
    scope = f"::eddy::{scope}{ARGUMENTS.get(scope, '')}".removesuffix("::")
    if name in CALLS:
        return f"using Result = decltype(::std::declval<{scope}&>().{CALLS[name]});"
    if not owner[:1].isupper() or owner in enumerations:
        return f"using {scope}::{member};"
    return f"struct Probe : {scope} {{ using {scope}::{member}; }};"


def source_of(page, headers, enumerations):
    rows = tornado_page.read_rows(page.read_text())
    members = sorted({name.removeprefix(YOUR) for row in rows for name in row.ours if name.startswith(YOUR)})
    lines = ["// Made by tests/docs/tornado_probes.py.", *(f"#include <{header}>" for header in headers)]
    lines += ["struct YourHandler : ::eddy::web::RequestHandler {"]
    for member in members:
        if member in CONSTANTS:
            lines.append(f"  static constexpr bool {member} = true;")
        else:
            lines.append(f"  void {member}() {{}}")
    lines.append("};")
    count = 0
    for row in rows:
        for name in tornado_page.our_names(row):
            count += 1
            lines.append(f'#line {row.line} "{page.as_posix()}"')
            lines.append(f"namespace probe_{count} {{ {probe(name, enumerations)} }}")
    return "\n".join(lines) + "\n"


def main():
    root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    text = source_of(root / "docs/from-tornado.md", sys.argv[3:], scoped_enumerations(root))
    if not out.exists() or out.read_text() != text:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text)


if __name__ == "__main__":
    try:
        main()
    except tornado_page.PageError as error:
        sys.exit(f"docs/from-tornado.md:{error}")
