# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A program with eddy_target_templates(... WATCH), whose templates are changed while it runs.

  watch_test.py --tool=EDDY_TEMPLATE --source=DIR --include=DIR... --compiler=CXX --link=LIBRARY... [--page=SCRIPT]

SCRIPT, for Node, opens the page in a browser and says what it shows: then it is that which is looked at.
"""

import argparse
import http.client
import json
import pathlib
import re
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

PROJECT = """cmake_minimum_required(VERSION 3.16)
project(Shop CXX)
include("@SOURCE@/packaging/cmake/EddyTemplates.cmake")
set(EDDY_TEMPLATE "@TOOL@")
add_executable(shop shop.cc)
target_compile_features(shop PRIVATE cxx_std_20)
target_include_directories(shop PRIVATE @INCLUDES@)
target_link_libraries(shop PRIVATE @LINK@)
eddy_target_templates(shop FILES page.html WATCH)
eddy_target_templates(shop FILES note.html ROOT notes NAMESPACE notes WATCH)
"""

PROGRAM = """#include <eddy/core/core.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>
#include <notes/note.html.h>
#include <templates/page.html.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

struct Home : eddy::web::RequestHandler {
  void get() { render(templates::Page{}); }
};
struct Note : eddy::web::RequestHandler {
  void get() { render(notes::Note{}); }
};

int main(int, char** argv) {
  ::alarm(240);
  eddy::NativeLoop loop;
  eddy::web::Application app(eddy::web::Settings{.debug = true}, {eddy::web::route<Home>("/"), eddy::web::route<Note>("/note")});
  app.listen(loop, static_cast<unsigned short>(std::atoi(argv[1])));
  std::puts("begun");
  std::fflush(stdout);
  loop.run();
}
"""


def expect(condition, text):
    if not condition:
        sys.exit(f"watch_test: {text}")


def run(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    expect(done.returncode == 0, f"{command}: status {done.returncode}\n{done.stdout}")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Shop:
    def __init__(self, program, port):
        self.port = port
        self.process = subprocess.Popen([program, str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.begun()

    def begun(self):
        expect(select.select([self.process.stdout], [], [], 120)[0], "it has not begun within 120 s")
        line = self.process.stdout.readline()
        expect(line == "begun\n", f"it said {line!r}: {'' if line else self.process.stderr.read()}")

    def get(self, path="/"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, body, response.headers

    def news(self, query):
        """What a page that asks again and again is told, once it is asked for: nothing where the program has gone."""
        told = []

        def ask():
            deadline = time.monotonic() + 150
            while time.monotonic() < deadline:
                try:
                    answer = self.get("/_eddy/reload?" + query)
                except (OSError, http.client.HTTPException):
                    return told.append((205, "", {}))
                if answer[0] != 204:
                    return told.append(answer)

        thread = threading.Thread(target=ask)
        thread.start()

        def wait():
            thread.join(160)
            expect(told, "a page that waits was told nothing")
            return told[0]
        return wait


class Page:
    """The program's page in a browser, opened once."""

    def __init__(self, script, port):
        self.process = subprocess.Popen(["node", script, f"http://127.0.0.1:{port}/"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def shows(self, text):
        deadline = time.monotonic() + 120
        shown = "nothing"
        while time.monotonic() < deadline and select.select([self.process.stdout], [], [], 120)[0]:
            line = self.process.stdout.readline()
            expect(line, "the browser has ended")
            shown = json.loads(line)
            if text in shown:
                return
        expect(False, f"the page does not show {text!r}, but {shown!r}")

    def end(self):
        self.process.stdin.close()
        expect(self.process.wait(60) == 0, "the browser has not ended well")


def check_page(shop, page, script):
    """What its developer sees, who only writes the template."""
    browser = Page(script, shop.port)
    browser.shows("apples")
    page.write_text("{% extends base.html %}{% block b %}\n{{ pears }}{% end %}")
    browser.shows("page.html:2")
    page.write_text("{% extends base.html %}{% block b %}plums{% end %}")
    browser.shows("plums")
    shop.begun()
    browser.end()


def build(options, folder):
    """The program, and the template of its page."""
    templates = folder / "templates"
    templates.mkdir()
    quoted = [" ".join(f'"{path}"' for path in paths) for paths in (options.include, [name for name in options.link if name])]
    (folder / "CMakeLists.txt").write_text(
        PROJECT.replace("@SOURCE@", options.source).replace("@TOOL@", options.tool).replace("@INCLUDES@", quoted[0])
        .replace("@LINK@", quoted[1]))
    (folder / "shop.cc").write_text(PROGRAM)
    (templates / "base.html").write_text("<html><body>{% block b %}{% end %}</body></html>\n")
    page = templates / "page.html"
    page.write_text("{% extends base.html %}{% block b %}apples{% end %}")
    note = folder / "notes" / "note.html"
    note.parent.mkdir()
    note.write_text("due today")
    run("cmake", "-S", folder, "-B", folder / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
        f"-DCMAKE_CXX_COMPILER={options.compiler}")
    run("cmake", "--build", folder / "build")
    return folder / "build/shop", page


def check(options, folder):
    program, page = build(options, folder)
    shop = Shop(program, free_port())
    try:
        if options.page:
            check_page(shop, page, options.page)
        else:
            check_answers(shop, page, folder)
    finally:
        shop.process.kill()
        said = shop.process.stderr.read()
        shop.process.wait()
    expect("the program can't be built" in said and "page.html:2" in said, f"the log has: {said}")
    expect(".swp" not in said, f"what editors keep is no change: {said}")


def check_answers(shop, page, folder):
    templates = page.parent
    body = shop.get()[1]
    script = re.search(r'apples<script src="http://127.0.0.1:\d+(/_eddy/reload)" nonce="[^"]+" defer></script></body></html>', body)
    expect(script, f"the page has no script: {body}")
    status, script, headers = shop.get(script.group(1))
    expect(headers["Content-Type"].startswith("text/javascript"), "the script is one")
    instance = re.search(r'const id = "([0-9a-f]{16})";', script).group(1)

    # One that can't be built: the page is told why, and the program goes on.
    news = shop.news(instance + "-0")
    page.write_text("{% extends base.html %}{% block b %}\n{{ pears }}{% end %}")
    status, body, headers = news()
    expect(status == 200 and "page.html:2" in body and "pears" in body, f"{status}: {body}")
    problem = headers["Eddy-Problem"]
    expect(shop.get(f"/_eddy/reload?{instance}-0")[1] == body, "a page that comes later is told, too")
    expect("apples" in shop.get()[1], "the program goes on")

    # One that can.
    news = shop.news(f"{instance}-{problem}")
    page.write_text("{% extends base.html %}{% block b %}plums{% end %}")
    status, body, headers = news()
    expect(status == 205 or (status == 200 and body == ""), f"the problem is over: {status}, {body}")
    shop.begun()
    expect("plums" in shop.get()[1], "the new page is there")
    expect(shop.get(f"/_eddy/reload?{instance}-{problem}")[0] == 205, "old pages are to load anew")

    # Twice, the second time while the first is being built.
    page.write_text("{% extends base.html %}{% block b %}cherries{% end %}")
    deadline = time.monotonic() + 60
    made = folder / "build" / "eddy_templates/shop/templates/page.html.cc"
    while "cherries" not in made.read_text() and time.monotonic() < deadline:
        select.select([], [], [], 0.01)
    # Ninja takes what is written before it has seen eddy-template's end for what that has read.
    select.select([], [], [], 0.3)
    page.write_text("{% extends base.html %}{% block b %}berries{% end %}")
    shop.begun()
    expect("berries" in shop.get()[1], "what has changed during a build is built before the program begins anew")

    # What is only extended.
    (templates / "base.html").write_text("<html><body>new {% block b %}{% end %}</body></html>\n")
    shop.begun()
    expect("new berries" in shop.get()[1], "the new base is there")

    # One that includes another which is still to be written.
    instance = re.search(r'const id = "([0-9a-f]{16})";', shop.get("/_eddy/reload")[1]).group(1)
    news = shop.news(instance + "-0")
    page.write_text("{% extends base.html %}{% block b %}{% include part.html %}{% end %}")
    status, body, headers = news()
    expect(status == 200 and "part.html" in body, f"{status}: {body}")
    (templates / ".part.html.swp").write_text("an editor's")
    (templates / "part.html").write_text("grapes")
    shop.begun()
    expect("grapes" in shop.get()[1], "what is added is built")

    # Of a second folder.
    (folder / "notes/note.html").write_text("due tomorrow")
    shop.begun()
    expect(shop.get("/note")[1] == "due tomorrow", "templates of another call are watched, too")


def main():
    parser = argparse.ArgumentParser()
    for name in ("tool", "source", "compiler"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--include", action="append", required=True)
    parser.add_argument("--link", action="append", required=True)
    parser.add_argument("--page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eddy watch ") as folder:
        check(options, pathlib.Path(folder))


if __name__ == "__main__":
    main()
