# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rules about the sources that no compiler checks.  sources.py RULE, or without one all of them.

  licence   every source says its licence in its first lines
  layering  core knows no host and no HTTP, web no adapter and no host, an adapter only its own; public headers of
            core and web include no third party's header; core/tls alone in core knows OpenSSL
  linux     what only Linux has stands only in core/loop/linux and core/net/linux
  sockets   nothing writes to a descriptor but by the wrappers there: a vanished peer must not raise SIGPIPE
  ending    nothing ends the process, or changes its limits or its locale
  abi       the inline namespace is that of the project's version
  includes  Eddy's headers are included as <eddy/...>, also in the tree; headers say #pragma once
  umbrellas web.h, tls.h and stacks.h lead to every public header of theirs
  sleeps    no test above core/loop waits for real time to pass, but those that say why
  paths     nothing names a place on one machine
  scripts   shellcheck finds nothing; Python parses

--root=DIR looks at another tree than this one.
"""

import ast
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LICENCE = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
LIBRARIES = ("core/", "web/", "adapters/", "tests/testing/")
LINUX_FOLDERS = ("core/loop/linux/", "core/net/linux/")

HOST_HEADERS = {
    "asio": r"boost/|asio\.hpp|asio/",
    "qt": r"Q[A-Z]|Qt[A-Z]\w*/|q[a-z]+\.h",
    "glib": r"glib|gio/|gobject/",
    "libev": r"ev\.h|ev\+\+\.h",
}
# Third parties that sources may use and public headers may not.
LIBRARY_HEADERS = r"boost/|zlib\.h|pcre2|openssl/|nlohmann/|curl/|ares|brotli/|zstd"
# Headers for who has that library, which no other header includes.
OPTIONAL_HEADERS = {"web/http/nlohmann_json.h"}


def files():
    git = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False)
    if git.returncode == 0:
        names = git.stdout.splitlines()
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
        names = [name for name in names if not name.startswith(("build/", ".git/"))]
    return sorted(name for name in names if (ROOT / name).is_file())


def read(name):
    return (ROOT / name).read_text(errors="replace")


def blanked(match):
    """Comments and strings become as many line ends as they had, so that line numbers stay right."""
    text = match.group(0)
    return text if text.startswith(("#", "<")) else '""' + "\n" * text.count("\n")


def code(name):
    """A C++ file without comments and string contents; includes are kept."""
    pattern = (r'^[ \t]*#[ \t]*include[^\n]*|R"([^(\s]*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/'
               r'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'')
    return re.sub(pattern, lambda m: m.group(0) if "include" in m.group(0)[:40] and "#" in m.group(0)[:20]
                  else blanked(m), read(name), flags=re.MULTILINE)


def cxx(prefixes=LIBRARIES):
    return [name for name in files() if name.startswith(prefixes) and name.endswith((".h", ".cc", ".h.in"))]


def findings(names, pattern, message, text=code):
    compiled = re.compile(pattern, re.MULTILINE)
    for name in names:
        content = text(name)
        for match in compiled.finditer(content):
            line = content.count("\n", 0, match.start(0) + len(match.group(0)) - len(match.group(0).lstrip())) + 1
            yield f"{name}:{line}: {message}: {match.group(0).strip()}"


def include_of(headers):
    return r'^[ \t]*#[ \t]*include[ \t]*[<"](' + headers + ")"


def check_licence():
    suffixes = (".h", ".cc", ".c", ".in", ".py", ".cmake", ".txt", ".supp", ".sh", ".js", ".ui", ".qml", ".css", ".html")
    for name in files():
        text = read(name)
        is_source = name.endswith(suffixes) or text.startswith("#!") or pathlib.Path(name).name.startswith(".clang")
        if name.endswith(".txt") and pathlib.Path(name).name != "CMakeLists.txt":
            is_source = False  # data
        if not is_source:
            continue
        lines = text.splitlines()[:2] if text.startswith("#!") else text.splitlines()[:1]
        if not any(LICENCE in line for line in lines):
            yield f"{name}:1: the first line must say {LICENCE}"


def check_layering():
    any_host = "|".join(HOST_HEADERS.values())
    tls = cxx(("core/tls/",))
    core = [name for name in cxx(("core/",)) if name not in tls]
    yield from findings(core, include_of(any_host + "|eddy/(?!core/)|openssl/"), "core knows only itself")
    yield from findings(tls, include_of(any_host + "|eddy/(?!core/|tls/)"), "TLS knows core and OpenSSL")
    yield from findings(cxx(("core/",)), r"(?i)\bhttps?\w*", "core knows no HTTP")
    yield from findings(cxx(("web/",)), include_of(any_host + "|eddy/(?!core/|web/)"), "web knows only core")
    headers = [name for name in cxx(("core/", "web/")) if name.endswith(".h") and
               not name.startswith("core/tls/internal/") and name not in OPTIONAL_HEADERS]
    yield from findings(headers, include_of(LIBRARY_HEADERS), "a header of core or web shows a third party's")
    for own in HOST_HEADERS:
        others = "|".join(pattern for name, pattern in HOST_HEADERS.items() if name != own)
        yield from findings(
            cxx((f"adapters/{own}/",)), include_of(others + rf"|eddy/(?!core/|web/|{own}/)"),
            "an adapter knows core, web's public types and its own host")
    hosts = any_host.replace("boost/", "boost/(?!stacktrace/)")
    yield from findings(cxx(("adapters/stacks/",)), include_of(hosts + "|eddy/(?!core/|stacks/)"),
                        "what keeps stacks knows core and Boost.Stacktrace")
    yield from findings([name for name in cxx(("adapters/stacks/",)) if name.endswith(".h")], include_of(LIBRARY_HEADERS),
                        "its header shows a third party's")
    yield from findings(cxx(("tests/testing/",)), include_of(any_host), "test support knows no host")


def check_linux():
    names = [name for name in cxx(("core/", "web/", "adapters/")) if not name.startswith(LINUX_FOLDERS)]
    tokens = (r"\bepoll_\w+|\bEPOLL\w+|\beventfd(?:_\w+)?\b(?=\s*\()|\bEFD_\w+|\btimerfd_\w+|\bTFD_\w+|\bpidfd_\w+|\baccept4\b"
              r"|\bMSG_NOSIGNAL\b|\bsignalfd\b|\bSYS_\w+|\bpreadv2\b|\bRWF_\w+")
    yield from findings(names, tokens, "only core/loop/linux and core/net/linux may say this")
    yield from findings(names, include_of(r"sys/(epoll|eventfd|timerfd|signalfd|pidfd|sendfile|syscall)\.h|linux/"),
                        "only core/loop/linux and core/net/linux may include this")


def check_sockets():
    # A test client of tests/testing is a peer with a socket of its own, no part of the library.
    names = [name for name in cxx(("core/", "web/", "adapters/")) if not name.startswith(LINUX_FOLDERS)]
    calls = r"(write|writev|pwrite|pwritev|send|sendto|sendmsg|sendmmsg|sendfile|splice|dprintf)"
    yield from findings(names, r"(?<![\w>])::" + calls + r"\s*\(", "use the wrappers of core/net/linux")
    yield from findings(names, r"(?<![\w.>:~])" + calls + r"\s*\(\s*\w*(fd|descriptor|sock)\w*\s*,",
                        "use the wrappers of core/net/linux")


def check_ending():
    calls = r"(?:abort|exit|_exit|_Exit|quick_exit|terminate|qFatal|g_error|g_abort|setrlimit|prctl|setlocale)"
    yield from findings(cxx(("core/", "web/", "adapters/")), r"(?<![\w.>])(?:std)?(?:::)?\b" + calls + r"\s*\(",
                        "a library ends nobody's process and changes nothing that is the whole process's")


def check_abi():
    major = re.search(r"^\s*VERSION (\d+)\.\d+\.\d+", read("CMakeLists.txt"), re.MULTILINE).group(1)
    for name in cxx():
        for match in re.finditer(r"\binline (?:namespace )?(v\d+)\b", code(name)):
            if match.group(1) != f"v{major}":
                yield f"{name}: inline namespace {match.group(1)}, but the version is {major}.x"
        if re.search(r"\bnamespace eddy\b(?!::inline v\d)", code(name)):
            yield f"{name}: namespace eddy is opened without its inline namespace v{major}"


def check_includes():
    # examples/ and tests/ have helpers of their own, which are included from the top of the tree.
    names = cxx(LIBRARIES + ("tests/", "examples/"))
    # A third party's adapter includes its own headers as it likes.
    own = [name for name in names if not name.startswith("tests/conformance/third_party/")]
    yield from findings(own, r'^[ \t]*#[ \t]*include[ \t]*"[^"]*"', "write #include <eddy/...>", read)
    yield from findings(names, include_of("core/|web/|adapters/"), "write #include <eddy/...>")
    yield from findings([n for n in names if n.endswith(".h")], r"^using namespace\b(?! std::\w*literals)", "not in a header")
    for name in names:
        if name.endswith((".h", ".h.in")) and not re.search(r"^#pragma once$", read(name), re.MULTILINE):
            yield f"{name}:1: has no #pragma once"


# Component, its folder, and public headers that its umbrella leaves to who wants them.
COMPONENTS = (("core", "core/",
               {"core/base/thrown_at.h", "core/loop/autoreload.h", "core/loop/file_watcher.h", "core/loop/shared_core.h", "core/net/compact_address.h", "core/net/open_beneath.h", "core/net/page_cache.h", "core/eddy.h",
                "core/net/proxy_protocol.h", "core/task/priority_queue.h"}),
              ("web", "web/",
               {"web/app/further_method.h", "web/app/origin.h", "web/app/security_headers.h", "web/app/settings.h", "web/app/signed_value.h",
                "web/app/static_files.h", "web/app/stock_handlers.h", "web/app/user_handler.h", "web/app/xsrf_token.h",
                "web/escape/linkify.h",
                "web/http/body_decoder.h", "web/http/byte_ranges.h", "web/http/conditions.h", "web/http/etag.h",
                "web/http/http_client.h", "web/http/http_date.h", "web/http/json_encode.h", "web/http/mime.h",
                "web/http/multipart_files.h", "web/http/nlohmann_json.h", "web/http/parameters.h", "web/http/quality.h",
                "web/http/range.h", "web/http/representation.h",
                "web/http/response_parser.h", "web/http/response_writer.h", "web/http/set_cookie.h",
                "web/live/channel.h", "web/live/channels.h", "web/live/remote_channel.h", "web/live/remote_send.h",
                "web/live/event_stream.h", "web/live/event_stream_handler.h", "web/live/event_stream_options.h",
                "web/live/event_stream_route.h", "web/live/message_buffer.h", "web/live/server_sent_event.h",
                "web/template/output.h", "web/template/page_resources.h", "web/template/template_watch.h",
                "web/websocket/close_code.h", "web/websocket/deflate_options.h", "web/websocket/message.h", "web/websocket/remote_websocket.h",
                "web/websocket/websocket.h", "web/websocket/websocket_connect.h", "web/websocket/websocket_handler.h", "web/websocket/websocket_options.h",
                "web/websocket/websocket_route.h"}),
              ("tls", "core/tls/", set()),
              ("stacks", "adapters/stacks/", set()),
              ("testing", "tests/testing/", {"tests/testing/app_test.h"}),
              ("qt", "adapters/qt/", {"adapters/qt/qt_values.h"}),
              *((name, f"adapters/{name}/", set()) for name in ("asio", "glib", "libev")))


def public_headers(folder):
    """Those that are installed, as the folder's CMakeLists.txt names them, or all where it names none."""
    headers = {name for name in cxx((folder,)) if name.endswith(".h") and "/internal/" not in name}
    lists = folder + "CMakeLists.txt"
    text = read(lists) if (ROOT / lists).is_file() else ""
    listed = re.search(r"^  HEADERS\s([^)]*?)\s(?=[A-Z_]{4,}\b)", text, re.MULTILINE)
    return {folder + name for name in listed.group(1).split()} & headers if listed else headers


def check_umbrellas():
    places = {f"eddy/{component}/": folder for component, folder, _ in COMPONENTS}
    for component, folder, left_out in COMPONENTS:
        public = public_headers(folder)
        umbrella = f"{folder}{component}.h"
        reached, rest = set(), [umbrella] if umbrella in public else []
        while rest:
            name = rest.pop()
            reached.add(name)
            for include in re.findall(r"^#[ \t]*include <(eddy/[^>]+)>", read(name), re.MULTILINE):
                place = next((place + include[len(own):] for own, place in places.items() if include.startswith(own)), None)
                if place is not None and (ROOT / place).is_file() and place not in reached:
                    rest.append(place)
        for name in sorted(public - reached - left_out):
            yield f"{name}: {umbrella} does not lead to it"


# Where real time may pass, and why. A folder is all that is in it.
REAL_TIME = {
    "tests/core/loop/": "the loop itself, whose timers and wake-ups are the system's here",
    "tests/conformance/": "hosts, which have clocks of their own",
    "tests/adapters/": "hosts, which have clocks of their own",
    "tests/bench/": "measures, and tests nothing",
    "tests/core/net/listening_test.cc": "that a real descriptor does not make the loop spin is seen in time only",
    "tests/core/net/shedding_test.cc": "as listening_test.cc, at the limit of descriptors",
    "tests/core/testing/test_client_test.cc": "the client's deadlines, which are the system's",
    "tests/core/temp_file.h": "nothing tells when the kernel has let go of a page; only as long as it has not",
    "tests/web/http/abuse_test.cc": "strangers who are slow on purpose, for as long as it is told",
    "tests/examples/program.py": "looks at another process until something is so, which nothing tells",
}
SLEEP = (r"\b(?:std::this_thread::)?sleep_(?:for|until|at_least)\s*\(|(?<![\w:])(?:::)?(?:u|nano|clock_nano)sleep\s*\("
         r"|(?<![\w:.])(?:::)?sleep\s*\(\s*\d+\s*\)|\btime\.sleep\s*\(")
# Where the loop is a real one, its time is too.
REAL_LOOP = r"\b(?:Native|Embedded|Thread)Loop\b"
LOOP_TIME = r"\b(?:sleep|call_later|call_at|silent_for)\s*\((?!\s*0)"


def at_real_loops(name):
    """The code for which the loop is a real one: all of a file that has no manual one, else case by case."""
    text = code(name)
    if not re.search(REAL_LOOP, text):
        return ""
    if not re.search(r"\bManual", text):
        return text
    kept, at = "", 0
    for case in re.finditer(r"^TEST(?:.|\n)*?^}", text, re.MULTILINE):
        real = re.search(REAL_LOOP, case.group(0))
        kept += "\n" * text.count("\n", at, case.start())
        kept += case.group(0) if real else "\n" * case.group(0).count("\n")
        at = case.end()
    return kept


def check_sleeps():
    names = [name for name in files() if name.startswith("tests/") and not name.startswith((*REAL_TIME, "tests/repo/"))]
    sources = [name for name in names if name.endswith((".h", ".cc", ".c"))]
    message = "a test waits for no real time, but for an event or by the manual clock (or see REAL_TIME of sources.py)"
    yield from findings(sources, SLEEP, message)
    yield from findings([name for name in names if name.endswith(".py")], SLEEP, message, read)
    yield from findings(sources, LOOP_TIME, message, at_real_loops)


def check_paths():
    texts = [name for name in files() if "\0" not in read(name) and name != "tests/repo/sources.py"]
    yield from findings(texts, r"(?<![\w.\-/$}])/(work|home|root|mnt|build)/[\w.]+", "a place on one machine", read)
    yield from findings(texts, r"\.\./shared\b", "outside the repository", read)


def check_scripts():
    shell = [name for name in files() if read(name).startswith("#!") and "bash" in read(name).splitlines()[0]]
    done = subprocess.run(
        ["shellcheck", "-x", "-P", "SCRIPTDIR", "-P", ".", *shell], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        yield done.stdout + done.stderr
    for name in files():
        if name.endswith(".py") or read(name).startswith("#!/usr/bin/env python3"):
            try:
                ast.parse(read(name), name)
            except SyntaxError as error:
                yield f"{name}:{error.lineno}: {error.msg}"


RULES = {name.removeprefix("check_"): function for name, function in list(globals().items()) if
         name.startswith("check_")}


def main():
    global ROOT
    arguments = sys.argv[1:]
    if arguments and arguments[0].startswith("--root="):
        ROOT = pathlib.Path(arguments.pop(0).removeprefix("--root=")).resolve()
    wanted = arguments or list(RULES)
    if any(rule not in RULES for rule in wanted):
        sys.exit(__doc__)
    found = [line for rule in wanted for line in RULES[rule]()]
    for line in found:
        print(line)
    return 1 if found else 0


sys.exit(main())
