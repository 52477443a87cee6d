# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes Eddy into a small program in one way, builds it and runs it. See CMakeLists.txt beside this file.

  check.py --source=DIR --work=DIR --kind=static|shared --components=a,b --parts=c,d --compiler=CXX WAY

WAY is install (into a prefix that is then moved: installed files must not know where they were), find_package, pkg_config,
add_subdirectory, fetch_content, missing_component, missing_template_compiler, version or options.
"""

import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

CONSUMER = pathlib.Path(__file__).resolve().parent / "consumer"


def run(*command, expect_failure=False, **more):
    """Runs a command and returns what it printed; ends the test, showing it, when it fails."""
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        stdin=subprocess.DEVNULL, **more)
    if (done.returncode != 0) != expect_failure:
        what = "should have failed" if expect_failure else f"failed with status {done.returncode}"
        sys.exit(f"{shlex.join(str(word) for word in command)}\n{done.stdout}\n{what}")
    return done.stdout


def expect(condition, text):
    if not condition:
        sys.exit(text)


class Check:
    def __init__(self, options):
        self.source = pathlib.Path(options.source)
        self.work = pathlib.Path(options.work)
        self.shared = options.kind == "shared"
        self.components = [name for name in options.components.split(",") if name]
        self.parts = options.parts.split(",")
        self.compiler = options.compiler
        self.prefix = self.work / "prefix"

    def fresh(self, name):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def configure(self, source, build, *options, **more):
        launcher = shutil.which("ccache")
        launcher = f"env;CCACHE_BASEDIR={self.source};{launcher}" if launcher else ""
        return run(
            "cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={self.compiler}",
            f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}", "-DCMAKE_CXX_FLAGS=-O0", "-DCMAKE_BUILD_TYPE=None",
            f"-DBUILD_SHARED_LIBS={'ON' if self.shared else 'OFF'}", *options, **more)

    def parts_of_build(self):
        """Exactly the components, and parts of web, that the build beside has."""
        names = ["tls", "stacks", "asio", "asio_standalone", "qt", "glib", "libev", "testing", "brotli", "zstd"]
        there = self.components + self.parts
        return [f"-DEDDY_{name.upper()}={'ON' if name in there else 'OFF'}" for name in names] + [
            f"-DEDDY_{name}=OFF" for name in ("CONFORMANCE", "BUILD_TESTS", "BUILD_EXAMPLES")]

    def run_consumers(self, folder, **more):
        for name in self.components:
            said = run(folder / f"consumer_{name}", timeout=30, **more)
            expect(said.strip().endswith(" called"), f"consumer_{name} said: {said}")

    def libraries(self):
        return sorted(self.prefix.glob("lib*/**/libeddy-*"))

    # Ways.

    def install(self):
        build = self.fresh("install")
        moved_from = self.work / "prefix_before"
        shutil.rmtree(moved_from, ignore_errors=True)
        shutil.rmtree(self.prefix, ignore_errors=True)
        self.configure(self.source, build, *self.parts_of_build(), f"-DCMAKE_INSTALL_PREFIX={moved_from}")
        run("cmake", "--build", build)
        run("cmake", "--install", build)
        moved_from.rename(self.prefix)
        for file in self.prefix.rglob("*"):
            expect(not file.is_symlink() or self.shared, f"{file} is a link in a static installation")
            if file.suffix in (".cmake", ".pc", ".h"):
                expect(str(self.work) not in file.read_text(), f"{file} names the folder it was made in")
        if self.shared:
            self.check_shared_libraries()

    def check_shared_libraries(self):
        version = re.search(r"VERSION (\d+)\.(\d+)\.\d+", (self.source / "CMakeLists.txt").read_text())
        major, minor = version.groups()
        abi = major if major != "0" else f"{major}.{minor}"
        for library in self.libraries():
            if library.is_symlink() or library.suffix == ".a":  # those of tests are always static
                continue
            soname = re.search(r"SONAME.*\[(.*)\]", run("readelf", "-d", library)).group(1)
            expect(soname.endswith(f".so.{abi}"), f"{library}: SONAME is {soname}, expected .so.{abi}")
            for line in run("nm", "-DC", "--defined-only", library).splitlines():
                kind, name = re.match(r"\S+ (\S) (.*)", line).groups()
                # The functions of eddy.h have no namespace.
                of_c = re.fullmatch(r"eddy_(loop|remote)_\w+", name)
                of_language = library.name.startswith("libeddy-stacks") and name == "__cxa_throw"
                expect(kind in "wWVvui" or of_c or of_language or f"eddy::v{major}::" in name, f"{library} exports {name}")

    def find_package(self):
        build = self.fresh("find_package")
        self.configure(
            CONSUMER, build, "-DWAY=find_package", f"-DCOMPONENTS={';'.join(self.components)}",
            f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        self.run_consumers(build)

    def add_subdirectory(self, way="add_subdirectory"):
        build = self.fresh(way)
        self.configure(
            CONSUMER, build, f"-DWAY={way}", f"-DCOMPONENTS={';'.join(self.components)}",
            f"-DEDDY_SOURCE={self.source}", *self.parts_of_build())
        run("cmake", "--build", build)
        self.run_consumers(build)

    def fetch_content(self):
        self.add_subdirectory("fetch_content")

    def pkg_config(self):
        folder = self.fresh("pkg_config")
        library_dir = self.libraries()[0].parent
        environment = dict(os.environ, PKG_CONFIG_PATH=str(library_dir / "pkgconfig"))
        for name in self.components:
            packages = [f"eddy-{name.replace('_', '-')}"]
            defines = [f"-DUSE_{name.upper()}"]
            if "web" in self.components:
                packages.append("eddy-web")
                defines.append("-DUSE_WEB")
            # The program's own host library, which it had before it met Eddy.
            packages += {"qt": ["Qt6Core"], "glib": ["glib-2.0"]}.get(name, [])
            libraries = {"libev": ["-lev"]}.get(name, [])
            flags = run("pkg-config", "--cflags", "--libs", *packages, env=environment).split()
            # -fPIC: what Qt asks of every program that uses it.
            run(self.compiler, "-std=c++20", "-fPIC", CONSUMER / "main.cc", *defines, "-o",
                folder / f"consumer_{name}", *flags, *libraries)
        self.run_consumers(folder, env=dict(os.environ, LD_LIBRARY_PATH=str(library_dir)))

    def project(self, name, text):
        """A project of one call of find_package; returns (source, build)."""
        source = self.fresh(name)
        (source / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.23)\nproject(Ask LANGUAGES CXX)\n" + text)
        return source, source / "build"

    def copy_of_prefix(self, name):
        copy = self.work / name
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.prefix, copy, symlinks=True)
        return copy

    def missing_component(self):
        where = f"-DCMAKE_PREFIX_PATH={self.prefix}"
        said = self.configure(
            *self.project("ask_unknown", "find_package(Eddy REQUIRED COMPONENTS core teapot)\n"), where,
            expect_failure=True)
        expect("no component 'teapot'" in said, f"the message does not name the component: {said}")
        self.configure(
            *self.project(
                "ask_optional",
                "find_package(Eddy REQUIRED COMPONENTS core OPTIONAL_COMPONENTS teapot)\n"
                "if(Eddy_teapot_FOUND OR NOT Eddy_core_FOUND OR NOT TARGET eddy::core)\n"
                "  message(FATAL_ERROR \"components are not told right\")\nendif()\n"), where)
        self.configure(
            *self.project(
                "ask_small_letters",
                "find_package(eddy REQUIRED)\nif(NOT TARGET eddy::core)\n  message(FATAL_ERROR none)\nendif()\n"), where)
        # As if Qt had not been there when this was built.
        without_qt = self.copy_of_prefix("prefix_without_qt")
        config = next(without_qt.rglob("eddy-config.cmake"))
        config.write_text(re.sub(
            r"set\(eddy_built (.*)\)",
            lambda match: f"set(eddy_built {';'.join(set(match.group(1).split(';')) - {'qt'})})", config.read_text()))
        said = self.configure(
            *self.project("ask_unbuilt", "find_package(Eddy REQUIRED COMPONENTS qt)\n"),
            f"-DCMAKE_PREFIX_PATH={without_qt}", expect_failure=True)
        said = " ".join(said.split())
        expect("EDDY_QT=ON" in said and "qt6-base-dev" in said, f"the message does not say what to do: {said}")

    def missing_template_compiler(self):
        """As in the sysroot of another machine, which needs no programs."""
        prefix = self.copy_of_prefix("prefix_without_template")
        (prefix / "bin/eddy-template").unlink()
        where = f"-DCMAKE_PREFIX_PATH={prefix}"
        find = "find_package(Eddy REQUIRED COMPONENTS web)\n"
        self.configure(*self.project("ask_web", find), where)
        use = find + ("add_library(pages OBJECT)\ntarget_link_libraries(pages PRIVATE eddy::web)\n"
                      "eddy_target_templates(pages FILES page.html)\n")
        source, build = self.project("ask_templates", use)
        shutil.copytree(CONSUMER / "templates", source / "templates")
        said = " ".join(self.configure(source, build, where, expect_failure=True).split())
        expect("installed without: set EDDY_TEMPLATE to one" in said, f"the message does not say what to do: {said}")
        self.configure(source, build, where, f"-DEDDY_TEMPLATE={self.prefix}/bin/eddy-template")
        run("cmake", "--build", build)

    def options(self):
        """AUTO leaves out an adapter whose library is not there and says so, ON is an error that names the package, and
        OFF does not look for it."""
        off = self.parts_of_build()
        nowhere = {
            "qt": (["-DCMAKE_DISABLE_FIND_PACKAGE_Qt6=ON"], "qt6-base-dev"),
            "asio": (["-DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON"], "libboost1.81-dev"),
            "asio_standalone": (["-DEDDY_ASIO_INCLUDE_DIR=OFF"], "libasio-dev"),
            "glib": ([], "libglib2.0-dev"),
            "libev": (["-DEDDY_LIBEV_INCLUDE_DIR=OFF"], "libev-dev"),
            "tls": (["-DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON"], "libssl-dev"),
            "stacks": (["-DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON"], "libboost-stacktrace1.81-dev"),
        }
        for name, (hidden, package) in nowhere.items():
            environment = dict(os.environ)
            if name == "glib":
                # It is found by pkg-config alone, as PCRE2 is, which stays.
                modules = self.fresh("modules")
                where = run("pkg-config", "--variable=pcfiledir", "libpcre2-8").strip()
                shutil.copy(f"{where}/libpcre2-8.pc", modules)
                environment["PKG_CONFIG_LIBDIR"] = str(modules)
            for wish in ("ON", "AUTO", "OFF"):
                said = " ".join(self.configure(
                    self.source, self.fresh("build"), *off, *hidden, f"-DEDDY_{name.upper()}={wish}",
                    expect_failure=wish == "ON", env=environment).split())
                named = f"(Debian package {package})" in said
                expect(named == (wish != "OFF"), f"EDDY_{name.upper()}={wish} does not say what it should: {said}")

    def version(self):
        where = f"-DCMAKE_PREFIX_PATH={self.prefix}"
        version = re.search(r"VERSION (\d+)\.(\d+)\.(\d+)", (self.source / "CMakeLists.txt").read_text())
        major, minor, patch = version.groups()
        self.configure(
            *self.project("ask_this", f"find_package(Eddy {major}.{minor} REQUIRED COMPONENTS core)\n"
                          f"if(NOT Eddy_VERSION STREQUAL \"{major}.{minor}.{patch}\")\n"
                          "  message(FATAL_ERROR ${Eddy_VERSION})\nendif()\n"), where)
        self.configure(
            *self.project("ask_next", f"find_package(Eddy {major}.{int(minor) + 1} REQUIRED)\n"), where,
            expect_failure=True)


def main():
    parser = argparse.ArgumentParser()
    for name in ("source", "work", "kind", "components", "parts", "compiler"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("way")
    options = parser.parse_args()
    getattr(Check(options), options.way)()


main()
