# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What eddy-template and eddy_target_templates() do in a program's build.

  build_test.py --tool=EDDY_TEMPLATE --source=DIR --include=DIR... --compiler=CXX WAY

WAY is lines (a compiler's error is in the template's line), ninja or make (what is built anew when a file changes),
project (what eddy_target_templates() takes) or command (eddy-template's own options and errors).
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# A line of a template that no compiler takes, and what is around it: (files, line of the error).
WRONG = {
    "an expression": ({"page.html": "{% param int x %}\n\n<p>{{ x }}\n {{ x.size() }}</p>\n"}, "page.html:4"),
    "an unknown name": ({"page.html": "a\n{{ b }}\n{{ 1 }}\n"}, "page.html:2"),
    "a value without text": ({"page.html": "{% import <vector> %}\n{{ 1 }}\n{{\n std::vector<int>() }}\n"}, "page.html:4"),
    "a condition": ({"page.html": "\n{% if 1 %}{% elif nothing %}{% end %}\n"}, "page.html:2"),
    "a loop": ({"page.html": "\n\n{% for x in 5 %}{% end %}\n"}, "page.html:3"),
    "a while": ({"page.html": "{% while f() %}\n{% end %}\n"}, "page.html:1"),
    "an assignment": ({"page.html": "{% set a = 1 %}\n{% set a = \"text\" %}\n"}, "page.html:2"),
    "a value to set": ({"page.html": "\n{% set a = b %}\n"}, "page.html:2"),
    "a value to set that can't be copied": (
        {"page.html": "{% import <memory> %}{% param std::unique_ptr<int>& p %}\n{% set a = p %}\n"}, "page.html:2"),
    "an element that can't be copied": (
        {"page.html": "{% import <memory> %}{% import <vector> %}{% param std::vector<std::unique_ptr<int>>& all %}\n"
                      "{% for x in all %}\n{% if true %}{% set x = nullptr %}{% end %}{% end %}\n"},
        "page.html:2"),
    "a module": ({"page.html": "\n{% module 5 %}\n"}, "page.html:2"),
    "an applied function": ({"page.html": "\n{% apply f %}\n{% end %}\n"}, "page.html:2"),
    "an exception": ({"page.html": "{% try %}{% except\n Nothing as e %}{% end %}\n"}, "page.html:2"),
    "a type of a parameter": ({"page.html": "\n{% param Unknown x %}\n"}, "page.html:2"),
    "a header": ({"page.html": "\n{% import <no/such/header.h> %}\n"}, "page.html:2"),
    "an escaping function": ({"page.html": "{% autoescape f %}\n\n{{ 1 }}\n"}, "page.html:3"),
    "a name of a namespace": ({"page.html": "\n{% from std import no_such_name %}\n"}, "page.html:2"),
    "the base": (
        {"page.html": "{% extends base.html %}\n{% block b %}{{ 1 }}{% end %}\n", "base.html": "\n{{ x }}{% block b %}{% end %}"},
        "base.html:2"),
    "a block of the child": (
        {"page.html": "{% extends base.html %}\n\n{% block b %}{{ x }}{% end %}\n", "base.html": "{% block b %}{% end %}"},
        "page.html:3"),
    "an included file": ({"page.html": "\n{% include row.html %}", "row.html": "\n\n\n{{ x }}"}, "row.html:4"),
    "a parameter that an included file lacks": (
        {"page.html": "\n{% include row.html %}", "row.html": "{% param int x %}"}, "page.html:2"),
    "a parameter of another type": (
        {"page.html": "{% param int x %}\n\n{% include row.html %}", "row.html": "{% param const char* x %}"},
        "page.html:3"),
}

# A page with these parameters as a program may get it wrong, and the error. A number that is left out Clang leaves to
# the linker.
CALLED = "{% param std::string title %}{% param int count = 0 %}{% param const std::string& text %}{{ title }}{{ text }}"
CALLS = {
    "{.title = \"a\", .text = text}": None,
    "{.title = \"a\", .count = 2, .text = text}": None,
    "{.count = 2, .text = text}": "the parameter 'title' is left out",
    "{.title = \"a\", .text = text, .texts = 1}": "texts",
    "{.title = 1.5, .text = text}": "",
    "{.title = \"a\"}": "text|reference",
}

PROJECT = """cmake_minimum_required(VERSION 3.16)
project(Pages CXX)
include("@SOURCE@/packaging/cmake/EddyTemplates.cmake")
set(EDDY_TEMPLATE "@TOOL@")
add_library(pages OBJECT other.cc)
target_compile_features(pages PRIVATE cxx_std_20)
target_include_directories(pages PRIVATE @INCLUDES@)
eddy_target_templates(pages ROOT "my pages" FILES page.html sub/other.html)
"""


# Takes `tool` from PATH.
NAMED = """cmake_minimum_required(VERSION 3.16)
project(Pages CXX)
include("@SOURCE@/packaging/cmake/EddyTemplates.cmake")
set(EDDY_TEMPLATE @TOOL@)
add_library(pages OBJECT)
eddy_target_templates(pages FILES page.html)
add_subdirectory(sub)
"""


def expect(condition, text):
    if not condition:
        sys.exit(text)


def run(*command, fails=False, **more):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, check=False, **more)
    expect((done.returncode != 0) == fails, f"{command}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def check_lines(options, folder):
    for what, (files, place) in WRONG.items():
        root = folder / re.sub(r"\W", "_", what)
        write(root, files)
        run(options.tool, f"--root={root}", f"--out={root}/out/caf\u00e9?", "--include=caf\u00e9?", "page.html")
        errors = run(options.compiler, "-std=c++20", "-fsyntax-only", *[f"-I{path}" for path in options.include],
                     f"-I{root}/out", f"{root}/out/caf\u00e9?/page.html.cc", fails=True)
        first = next((line for line in errors.splitlines() if "error: " in line), "no error")
        expect(first.startswith(f"{root}/{place}:"), f"{what}: expected an error at {place}\n{errors}")


def check_calls(options, folder):
    write(folder, {"page.html": CALLED})
    run(options.tool, f"--root={folder}", f"--out={folder}/out", "page.html")
    for call, error in CALLS.items():
        write(folder, {"call.cc": f'#include "page.html.h"\nstd::string f(const std::string& text) '
                                  f"{{ return templates::Page{call}.render(); }}\n"})
        said = run(options.compiler, "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{folder}/out", "-c",
                   f"{folder}/call.cc", "-o", f"{folder}/call.o", fails=error is not None)
        first = next((line for line in said.splitlines() if "error: " in line), "")
        expect(error is None or (first and re.search(error, first)), f"{call}: expected an error of {error}\n{said}")


def check_rebuild(options, folder):
    """The folders' names have blanks, as users' have."""
    includes = " ".join(f'"{path}"' for path in options.include)
    project = PROJECT.replace("@SOURCE@", options.source).replace("@TOOL@", options.tool).replace("@INCLUDES@", includes)
    write(folder, {
        "CMakeLists.txt": project,
        "other.cc": '#include "my pages/page.html.h"\n#include "my pages/sub/other.html.h"\n'
                    "using my = templates::sub::Other; templates::Page page{.x = 1};\n",
        "my pages/base.html": "{% block b %}{% end %}",
        "my pages/page.html": "{% extends base.html %}{% param int x %}{% block b %}{{ x }}{% include row.html %}{% end %}",
        "my pages/row.html": "row",
        "my pages/sub/other.html": "{% extends ../base.html %}",
    })
    build = folder / "build"
    generator = {"ninja": "Ninja", "make": "Unix Makefiles"}[options.way]
    run("cmake", "-S", folder, "-B", build, "-G", generator, f"-DCMAKE_CXX_COMPILER={options.compiler}")

    def built(change=None, text=""):
        """What is compiled when a file has changed."""
        if change:
            (folder / "my pages" / change).write_text(text)
        said = run("cmake", "--build", build)
        return [name for name in ("page.html", "sub/other.html", "other.cc")
                if re.search(rf"Building .*/?{name}\b.*\.o|Building .*{name}\.cc\.o", said)]

    expect(built() == ["page.html", "sub/other.html", "other.cc"], "the first build makes everything")
    expect(built() == [], "without a change nothing is to do")
    expect(built("base.html", "new {% block b %}{% end %}") == ["page.html", "sub/other.html"], "what extends a file")
    expect(built("row.html", "new row") == ["page.html"], "what includes a file")
    expect(built("sub/other.html", "{% extends ../base.html %}{% param int n %}") == ["sub/other.html", "other.cc"],
           "a new parameter is everybody's affair")
    expect(built() == [], "nothing is left to do")
    (folder / "my pages/row.html").write_text("\n{% if %}")
    said = run("cmake", "--build", build, fails=True)
    expect(f"{folder}/my pages/row.html:2: " in said, said)
    expect(built("row.html", "good") == ["page.html"], "and mended")


def check_command(options, folder):
    outer, folder = folder, folder / "root"
    write(folder, {"page.html": "{{ x   }}  y  z", "../x.html": "outside"})
    common = (options.tool, f"--root={folder}", f"--out={folder}/out")
    expect("usage: " in run(options.tool, "--help"), "--help")
    for arguments, text in (
            (("--rot=x", "page.html"), "unknown option '--rot=x'"), ((), "which template?"),
            (("--namespace=a-b", "page.html"), "--namespace is a::b or empty, not 'a-b'"),
            (("--namespace=a::new", "page.html"), "--namespace is a::b or empty"),
            (("--namespace=::a", "page.html"), "--namespace is a::b or empty"),
            (("--autoescape=f(x)", "page.html"), "--autoescape is a function's name or None, not 'f(x)'"),
            (("--autoescape=", "page.html"), "--autoescape is a function's name or None"),
            (('--include=a"b', "page.html"), "can't stand in an #include"),
            (("--include=a\\b", "page.html"), "can't stand in an #include"),
            (("--include=a\nb", "page.html"), "can't stand in an #include"),
            (("a", "b"), "one template at a time"), (("--whitespace=x", "page.html"), "--whitespace is all"),
            (("404.html",), "404.html: the name can't become the name of a type in C++"),
            (("none.html",), "none.html: can't be read"), (("../x.html",), "lies outside"),
            (("sub/../../x.html",), "lies outside"), ((outer / "x.html",), "can't be read")):
        expect(text in run(*common, *arguments, fails=True), f"{arguments}: {text}")
    expect(not list(outer.rglob("x.html.*")), "what lies outside was compiled")
    run(*common, "--namespace=a::b", "--autoescape=None", "--whitespace=oneline", "page.html")
    source = (folder / "out/page.html.cc").read_text()
    expect("namespace a::b {" in source and "append_xhtml" not in source and '" y z"' in source, source)
    run(*common, "--namespace=", "--autoescape=a::f", "page.html")
    source = (folder / "out/page.html.cc").read_text()
    expect("\nnamespace {" not in source and "a::f(" in source, source)
    expect("--out is missing" in run(options.tool, f"--root={folder}", "page.html", fails=True), "--out")
    expect("--root is missing" in run(options.tool, f"--out={folder}", "page.html", fails=True), "--root")


def check_project(options, folder):
    tool = pathlib.Path(options.tool)
    project = NAMED.replace("@SOURCE@", options.source).replace("@TOOL@", tool.name)
    write(folder, {"CMakeLists.txt": project, "templates/page.html": "text", "sub/CMakeLists.txt": ""})
    build = folder / "build"
    configure = ("cmake", "-S", folder, "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={options.compiler}")
    run(*configure)
    made = "eddy_templates/pages/templates/page.html.cc"
    run("cmake", "--build", build, "--target", made, env={**os.environ, "PATH": f"{tool.parent}:{os.environ['PATH']}"})
    expect((build / made).exists(), f"there is no {made}")
    write(folder, {"sub/CMakeLists.txt": "eddy_target_templates(pages ROOT ../templates FILES page.html)\n"})
    said = " ".join(run(*configure, fails=True).split())
    expect(f"eddy_target_templates(pages): call it in {folder}, where the target was added" in said, said)
    for name in ("a#b.html", "a;b.html", "a[b.html", "a$b.html", 'a"b.html', "a\\b.html"):
        write(folder, {f"templates/{name}": "text", "sub/CMakeLists.txt": "",
                       "CMakeLists.txt": project + f"eddy_target_templates(pages FILES [==[{name}]==])\n"})
        said = " ".join(run(*configure, fails=True).split())
        expect(f"eddy_target_templates(pages): {folder}/templates/{name} needs another name" in said, said)


def main():
    parser = argparse.ArgumentParser()
    for name in ("tool", "source", "compiler"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--include", action="append", required=True)
    parser.add_argument("way", choices=("lines", "calls", "ninja", "make", "project", "command"))
    options = parser.parse_args()
    if shutil.which(options.compiler) is None:
        sys.exit(f"there is no {options.compiler}")
    with tempfile.TemporaryDirectory(prefix="eddy templates ") as folder:
        check = {"lines": check_lines, "calls": check_calls, "project": check_project, "command": check_command}
        check.get(options.way, check_rebuild)(options, pathlib.Path(folder))


if __name__ == "__main__":
    main()
