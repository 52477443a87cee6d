# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""clang-format and clang-tidy over the repository.

  lint.py format [--fix]            every C++ file against .clang-format
  lint.py tidy [--build=DIR] [FILES...]   every compiled source against .clang-tidy; any finding is an error

tidy reads compile_commands.json of build/dev. What passed is remembered (lint_memory.py), so that a second run looks
only at what changed.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

from lint_memory import Memory

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUFFIXES = (".h", ".cc", ".c")
CLANG_TIDY = ("clang-tidy", "--quiet", "--extra-arg=-Wno-unknown-warning-option")


def repository_files():
    """The files git knows or would add, as paths relative to the top; without git, all outside build/."""
    git = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False)
    if git.returncode == 0:
        names = git.stdout.splitlines()
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
        names = [name for name in names if not name.startswith(("build/", ".git/"))]
    return sorted(name for name in names if (ROOT / name).is_file())


def format_all(fix):
    files = [name for name in repository_files() if name.endswith(SUFFIXES)]
    if not files:
        return 0
    mode = ["-i"] if fix else ["--dry-run", "-Werror"]
    return subprocess.run(["clang-format", *mode, *files], cwd=ROOT, check=False).returncode


def compile_commands(build):
    """The entries of each source of the repository: clang-tidy looks at one that is compiled for several hosts by each."""
    database = json.loads((build / "compile_commands.json").read_text())
    entries = {}
    for entry in database:
        source = os.path.relpath(os.path.join(entry["directory"], entry["file"]), ROOT)
        if not source.startswith((".", "build/")):
            entries.setdefault(source, []).append(entry)
    return entries


def judge():
    """What clang-tidy's judgement follows from beside the sources: its version, how it is called, all rules."""
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True).stdout
    rules = [name for name in repository_files() if pathlib.Path(name).name == ".clang-tidy"]
    return "\0".join([version, *CLANG_TIDY, *(text for name in rules for text in (name, (ROOT / name).read_text()))])


def tidy_one(source, build):
    start = time.monotonic()
    run = subprocess.run(
        [*CLANG_TIDY, "-p", str(build), str(ROOT / source)], cwd=ROOT, capture_output=True, text=True, check=False)
    return source, run.returncode, run.stdout + (run.stderr if run.returncode else ""), time.monotonic() - start


def tidy_all(build, wanted):
    if not (build / "compile_commands.json").exists():
        print(f"lint.py: {build} has no compile_commands.json; run tests/run first", file=sys.stderr)
        return 1
    commands = compile_commands(build)
    if wanted:
        commands = {source: entries for source, entries in commands.items() if source in wanted}
    memory = Memory(ROOT, build, judge())
    keys = {source: memory.key_of(entries) for source, entries in commands.items()}
    todo = [source for source in commands if not memory.knows(keys[source])]
    print(f"clang-tidy: {len(todo)} of {len(commands)} sources to look at", flush=True)
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = [pool.submit(tidy_one, source, build) for source in todo]
        for future in concurrent.futures.as_completed(futures):
            source, status, output, seconds = future.result()
            print(f"{'ok    ' if status == 0 else 'FAILED'} {seconds:5.1f} s  {source}", flush=True)
            if status == 0:
                memory.remember(keys[source], commands[source])
            else:
                failures += 1
                print(output, flush=True)
    memory.forget_old()
    return 1 if failures else 0


def main():
    arguments = sys.argv[1:]
    build = ROOT / "build" / "dev"
    for argument in list(arguments):
        if argument.startswith("--build="):
            build = pathlib.Path(argument.removeprefix("--build=")).resolve()
            arguments.remove(argument)
    if arguments in (["format"], ["format", "--fix"]):
        return format_all(arguments[1:] == ["--fix"])
    if arguments[:1] == ["tidy"]:
        return tidy_all(build, set(arguments[1:]))
    print(__doc__, file=sys.stderr)
    return 2


sys.exit(main())
