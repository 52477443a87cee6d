# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each rule of sources.py finds what it forbids, and leaves alone what it does not."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent / "sources.py"
FIRST = "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"


CMAKE = FIRST.replace("//", "#") + "project(\n  Eddy\n  VERSION 0.1.0)\n"


class Rules(unittest.TestCase):
    def findings(self, rule, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"CMakeLists.txt": CMAKE, **files}.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            done = subprocess.run(
                [sys.executable, SCRIPT, f"--root={folder}", rule], capture_output=True, text=True, check=False)
            self.assertEqual(done.stderr, "")
            self.assertEqual(done.returncode, 1 if done.stdout else 0)
            return done.stdout

    def forbids(self, rule, name, text):
        self.assertIn(name, self.findings(rule, {name: text}), f"{rule} should have found: {text}")

    def allows(self, rule, name, text):
        self.assertEqual(self.findings(rule, {name: text}), "")

    def test_licence(self):
        self.forbids("licence", "core/a.cc", "int a;\n")
        self.forbids("licence", "tests/go", "#!/usr/bin/env bash\ntrue\n")
        self.allows("licence", "core/a.cc", FIRST + "int a;\n")
        self.allows("licence", "docs/a.md", "# Words\n")

    def test_layering(self):
        for line in ("#include <eddy/web/web.h>", "#include <QObject>", "# include <glib.h>", "#include <ev.h>",
                     "#include <boost/asio.hpp>", "#include <QtCore/QObject>", "int http_port;", "struct HttpThing {};"):
            self.forbids("layering", "core/loop/a.cc", line + "\n")
        for line in ("#include <eddy/core/a.h>", "#include <string>", "// like http", 'const char* a = "http";'):
            self.allows("layering", "core/loop/a.cc", line + "\n")
        self.forbids("layering", "core/net/a.cc", "#include <openssl/ssl.h>\n")
        self.forbids("layering", "core/net/a.cc", "#include <eddy/tls/tls.h>\n")
        self.forbids("layering", "core/tls/a.cc", "#include <eddy/web/web.h>\n")
        for place in ("core/base/a.cc", "core/stacks/a.cc", "web/a.cc", "adapters/qt/a.cc"):
            self.forbids("layering", place, "#include <boost/stacktrace/stacktrace.hpp>\n")
        self.forbids("layering", "adapters/stacks/a.cc", "#include <QObject>\n")
        self.allows("layering", "adapters/stacks/a.cc", "#include <boost/stacktrace/stacktrace.hpp>\n")
        self.forbids("layering", "adapters/stacks/a.h", "#include <boost/stacktrace/stacktrace.hpp>\n")
        self.forbids("layering", "adapters/stacks/a.cc", "#include <boost/asio.hpp>\n")
        self.forbids("layering", "adapters/stacks/a.cc", "#include <eddy/web/web.h>\n")
        self.forbids("layering", "core/tls/a.h", "#include <openssl/ssl.h>\n")
        self.allows("layering", "core/tls/internal/a.h", "#include <openssl/ssl.h>\n#include <eddy/tls/b.h>\n")
        self.forbids("layering", "web/a.cc", "#include <eddy/tls/tls.h>\n")
        self.forbids("layering", "web/a.cc", "#include <eddy/qt/qt.h>\n")
        self.forbids("layering", "web/a.h", "#include <zlib.h>\n")
        self.allows("layering", "web/a.cc", "#include <zlib.h>\n#include <eddy/core/core.h>\n")
        self.forbids("layering", "adapters/glib/a.cc", "#include <eddy/qt/qt.h>\n")
        self.forbids("layering", "adapters/glib/a.h", "#include <QObject>\n")
        self.allows("layering", "adapters/glib/a.h", "#include <glib.h>\n#include <eddy/glib/b.h>\n")
        self.allows("layering", "adapters/asio/a.h", "#include <boost/asio/io_context.hpp>\n#include <asio/post.hpp>\n")

    def test_linux(self):
        for line in ("epoll_wait(a, b, 1, 0);", "x = EPOLLIN;", "eventfd(0, 0);", "accept4(a, b, c, 0);", "f(MSG_NOSIGNAL);",
                     "#include <sys/epoll.h>", "timerfd_create(a, b);", "preadv2(a, b, 1, 0, RWF_NOWAIT);"):
            self.forbids("linux", "core/net/a.cc", line + "\n")
            self.allows("linux", "core/net/linux/a.cc", line + "\n")
        self.allows("linux", "core/net/a.cc", "// epoll_wait and accept4 are elsewhere\n")
        self.allows("linux", "core/net/a.h", "int eventfd_writes;\n")

    def test_sockets(self):
        for line in ("::write(fd, a, 1);", "n = ::sendfile(a, b, c, d);", "  write(client_fd_, a, n);", "(void)::writev(a, b, c);"):
            self.forbids("sockets", "web/a.cc", line + "\n")
        for line in ("stream.write(fd, 1);", "void write(std::string_view a);", "write(text);", "stream->writev(fd, 1);",
                     "Stream::write(fd, 2);"):
            self.allows("sockets", "web/a.cc", line + "\n")

    def test_ending(self):
        for line in ("std::abort();", "::exit(1);", "_exit(0);", "std::terminate();", 'qFatal("a");', "setrlimit(a, &b);"):
            self.forbids("ending", "core/a.cc", line + "\n")
            self.allows("ending", "examples/a.cc", FIRST + line + "\n")
        self.allows("ending", "core/a.cc", "loop.exit(1); // abort() and exit()\nbool exits();\n")

    def test_umbrellas(self):
        web = {"web/web.h": "#include <eddy/web/http/a.h>\n", "web/http/a.h": "#include <eddy/web/http/b.h>\n",
               "web/http/b.h": "", "web/http/internal/c.h": ""}
        self.assertEqual(self.findings("umbrellas", web), "")
        self.assertIn("web/http/d.h", self.findings("umbrellas", {**web, "web/http/d.h": ""}))
        self.assertIn("core/tls/e.h", self.findings("umbrellas", {"core/tls/tls.h": "", "core/tls/e.h": ""}))
        qt = {"adapters/qt/qt.h": "", "adapters/qt/a.h": "", "adapters/qt/b.h": "",
              "adapters/qt/CMakeLists.txt": "eddy_add_library(\n  qt\n  HEADERS qt.h a.h\n  PRIVATE_HEADERS b.h)\n"}
        self.assertIn("adapters/qt/a.h", self.findings("umbrellas", qt))
        self.assertNotIn("adapters/qt/b.h", self.findings("umbrellas", qt))

    def test_abi(self):
        self.forbids("abi", "core/a.h", "namespace eddy::inline v1 {}\n")
        self.forbids("abi", "core/a.h", "namespace eddy {}\n")
        self.allows("abi", "core/a.h", "namespace eddy::inline v0::web {}\n")

    def test_includes(self):
        once = "#pragma once\n"
        self.forbids("includes", "core/a.h", once + '#include "b.h"\n')
        self.forbids("includes", "core/a.h", once + "#include <core/b.h>\n")
        self.forbids("includes", "core/a.h", "int a;\n")
        self.forbids("includes", "core/a.h", once + "using namespace std;\n")
        self.allows("includes", "core/a.h", once + "#include <eddy/core/b.h>\n")

    def test_sleeps(self):
        for line in ("std::this_thread::sleep_for(1ms);", "sleep_until(end);", "::usleep(5);", "sleep(1);", "sleep_at_least(a);"):
            for name in ("tests/web/a.cc", "tests/core/task/a.h", "tests/core/c/a.c"):
                self.forbids("sleeps", name, line + "\n")
            self.allows("sleeps", "tests/core/loop/a.cc", line + "\n")
            self.allows("sleeps", "core/a.cc", line + "\n")
        self.forbids("sleeps", "tests/examples/a.py", "time.sleep(0.1)\n")
        real, manual = "TEST(A, B) {\n  NativeLoop loop;\n  %s\n}\n", "TEST(A, C) {\n  ManualLoop loop;\n  %s\n}\n"
        for line in ("co_await eddy::sleep(1ms);", "loop.call_later(5ms, [] {});", "EXPECT_TRUE(client.silent_for(5ms));"):
            self.assertIn("tests/web/a.cc:3:", self.findings("sleeps", {"tests/web/a.cc": real % line}))
            self.assertIn("tests/web/a.cc:7:", self.findings("sleeps", {"tests/web/a.cc": manual % "" + real % line}))
            self.forbids("sleeps", "tests/web/a.cc", "struct Fixture {\n  NativeLoop loop;\n};\nvoid wait() {\n" + line + "\n}\n")
            self.allows("sleeps", "tests/web/a.cc", manual % line)
            self.allows("sleeps", "tests/web/a.cc", real % "" + manual % line)
        for line in ("// sleep_for(1ms)", "sleep_in(loop);", "loop.call_later(0s, [] {});", "client.silent_for(0ms);"):
            self.allows("sleeps", "tests/web/a.cc", real % line)

    def test_every_place_of_real_time_is_there(self):
        for name in re.findall(r'^    "(tests/[^"]+)": "', SCRIPT.read_text(), re.MULTILINE):
            self.assertTrue((SCRIPT.parents[2] / name).exists(), name)

    def test_paths(self):
        self.forbids("paths", "docs/a.md", "see /" + "work/main/x\n")
        self.forbids("paths", "docs/a.md", "see /" + "home/me/x\n")
        self.allows("paths", "docs/a.md", "see build/work/x and https://example.com/home/x\n")

    def test_scripts(self):
        self.forbids("scripts", "tests/a.py", "def (:\n")
        self.forbids("scripts", "tests/go", "#!/usr/bin/env bash\nrm -rf $1/\n")


unittest.main()
