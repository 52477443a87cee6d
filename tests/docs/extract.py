#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes the programs out of the guide, so that the build compiles and the tests run what a reader sees.

A block of the guide that begins with

    ```cpp name=posts needs=qt,glib packages=libuv run

is a whole program: it becomes OUT/posts.cc, is compiled with the named components and, with `run`, is run and must
end by itself with status 0. One that begins with ```python becomes OUT/posts.py, and is run with `run`. Every block of these
languages must either have a name or the word `part`: what is no whole program is the exception. A block that begins with

    ```html page=posts/row.html

becomes OUT/posts/templates/row.html, a template of that program, and one with ```cpp page=posts/row.h its header OUT/posts/row.h. Every other file
in OUT is removed: it is of a page that was another once. Prints one line a program:
file|components|packages|run or -|page.
"""

import pathlib
import re
import sys

FENCE = re.compile(r"^```(cpp|python)\b(.*)$")
BESIDE = re.compile(r"^```(html|cpp) page=(\w+)/([\w./]+)$")
SUFFIXES = {"cpp": ".cc", "python": ".py"}
COMMENTS = {"cpp": "//", "python": "#"}


def fail(page, line, what):
    sys.exit(f"{page}:{line}: {what}")


def options_of(page, line, language, text):
    options = {"language": language, "needs": "", "packages": "", "run": "-", "name": "", "part": False}
    for word in text.split():
        key, _, value = word.partition("=")
        if key in ("run", "part") and not value:
            options[key] = "run" if key == "run" else True
        elif key in ("name", "needs", "packages") and value:
            options[key] = value.replace(",", " ")
        else:
            fail(page, line, f"'{word}' is not a word of a program block; see tests/docs/extract.py")
    if bool(options["name"]) == options["part"]:
        fail(page, line, "a block of C++ or Python needs either name=... or the word part")
    return options


def blocks_of(page):
    body, options, begin = None, None, 0
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if body is None:
            match, beside = FENCE.match(line), BESIDE.match(line)
            if beside:
                folder = "/templates/" if beside.group(1) == "html" else "/"
                body, begin, options = [], number, {"beside": beside.group(2) + folder + beside.group(3)}
            elif match:
                body, begin, options = [], number, options_of(page, number, *match.groups())
        elif line == "```":
            yield begin, options, body
            body = None
        else:
            body.append(line)
    if body is not None:
        fail(page, begin, "the block has no end")


def write(target, text):
    """Written only when it changes, so that nothing is rebuilt for a changed sentence elsewhere."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or target.read_text() != text:
        target.write_text(text)


def main():
    root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    seen, written = set(), set()
    for page in sorted((root / "docs").rglob("*.md")):
        for begin, options, body in blocks_of(page):
            if "beside" in options:
                target = out / options["beside"]
                write(target, "\n".join(body) + "\n")
                written.add(target)
                continue
            name = options["name"]
            if not name:
                continue
            if name in seen:
                fail(page, begin, f"there is a program '{name}' already")
            seen.add(name)
            where = page.relative_to(root)
            # A comment, not a #line: g++ takes what is not in the main file for a header and warns of its local types.
            text = f"{COMMENTS[options['language']]} From {where}, line {begin + 1}\n" + "\n".join(body) + "\n"
            target = out / (name + SUFFIXES[options["language"]])
            write(target, text)
            written.add(target)
            print(f"{target.name}|{options['needs']}|{options['packages']}|{options['run']}|{where}")
    for path in list(out.rglob("*")):
        if path.is_file() and path not in written:
            path.unlink()


if __name__ == "__main__":
    main()
