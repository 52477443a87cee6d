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
    if member == "stream_request_body":
        return "static_assert(::eddy::web::internal::kStreamsBody<YourHandler>);"
    return f"static_assert(::eddy::web::internal::Names_{member}<YourHandler>);"


def probe(name, enumerations):
    if name.startswith(YOUR):
        return handler_probe(name.removeprefix(YOUR))
    full = f"::eddy::{name}"
    scope = full.rpartition("::")[0]
    if name in CALLS:
        return f"using Result = decltype(::std::declval<{scope}&>().{CALLS[name]});"
    owner = scope.rpartition("::")[2]
    if not owner[:1].isupper() or owner in enumerations:
        return f"using {full};"
    return f"struct Probe : {scope} {{ using {full}; }};"


def source_of(page, headers, enumerations):
    rows = tornado_page.read_rows(page.read_text())
    members = sorted({name.removeprefix(YOUR) for row in rows for name in row.ours if name.startswith(YOUR)})
    lines = ["// Made by tests/docs/tornado_probes.py.", *(f"#include <{header}>" for header in headers)]
    lines += ["struct YourHandler : ::eddy::web::RequestHandler {"]
    for member in members:
        if member == "stream_request_body":
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
