# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What examples/run, tests/run, tests/fuzz/run and packaging/setup say and do before they build anything.

dpkg-query, apt-get, id and cmake are stand-ins here, which a case tells what machine to play; each prints its
call into a file, so that a case sees what would have been done.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

STAND_INS = {
    "dpkg-query": """
echo dpkg-query >>"$CALLS"
for package in $INSTALLED; do echo "installed $package "; done
""",
    "apt-get": """
echo "apt-get $*" >>"$CALLS"
for package in $REFUSED; do case " $* " in *" $package "*) exit 100 ;; esac; done
""",
    "id": 'echo "$USER_ID"\n',
    "cmake": 'echo cmake >>"$CALLS"; exit 1\n',
}
BASE = "g++ cmake ninja-build pkg-config zlib1g-dev libpcre2-dev"


class Commands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name, text in STAND_INS.items():
            path = self.folder / name
            path.write_text("#!/bin/bash\n" + text)
            path.chmod(0o755)

    def run_on(self, *command, installed=BASE, refused="", user=0):
        """Runs a command of the repository on a machine with these packages; sets self.calls."""
        calls = self.folder / "calls"
        calls.write_text("")
        environment = dict(
            os.environ, PATH=f"{self.folder}:{os.environ['PATH']}", CALLS=str(calls), INSTALLED=installed,
            REFUSED=refused, USER_ID=str(user))
        done = subprocess.run(
            [str(ROOT / command[0]), *command[1:]], env=environment, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, timeout=60)
        self.calls = calls.read_text().splitlines()
        self.said = done.stdout + done.stderr
        return done.returncode

    def test_nothing_missing_touches_no_network(self):
        self.assertEqual(self.run_on("packaging/setup", "base"), 0)
        self.assertEqual(self.calls, ["dpkg-query"])

    def test_root_installs_only_what_is_missing_and_removes_nothing(self):
        self.assertEqual(self.run_on("packaging/setup", "base", "libev"), 0)
        self.assertEqual(self.calls, [
            "dpkg-query", "apt-get update -q",
            "apt-get install -q -y --no-remove --no-install-recommends libev-dev"])

    def test_refused_package_does_not_hold_up_the_others(self):
        self.assertEqual(self.run_on("packaging/setup", "qt", "libev", refused="libev-dev"), 1)
        self.assertIn("apt-get install -q -y --no-remove --no-install-recommends qt6-base-dev", self.calls)

    def test_not_root_gets_one_line_and_nothing_is_configured(self):
        for command in (("examples/run", "hello", "--host=libev"), ("tests/run",)):
            self.assertEqual(self.run_on(*command, user=1000), 1)
            self.assertEqual(self.calls, ["dpkg-query"])
            lines = [line for line in self.said.splitlines() if "apt-get install" in line]
            self.assertEqual(len(lines), 1)
            self.assertTrue(lines[0].startswith("apt-get install --no-remove --no-install-recommends "))
            self.assertIn("libev-dev", lines[0])
            self.assertNotIn("sudo", self.said)

    def test_fuzzers_need_clang_and_its_runtime(self):
        self.assertEqual(self.run_on("tests/fuzz/run", "1", "range", installed=BASE + " ccache mold", user=1000), 1)
        self.assertIn("apt-get install --no-remove --no-install-recommends clang libclang-rt-dev", self.said)
        self.assertNotIn("cmake", self.calls)

    def test_native_example_asks_for_no_host_library(self):
        self.run_on("examples/run", "hello", user=1000)
        self.assertNotIn("apt-get", self.said)

    def test_asio_takes_the_boost_that_is_there(self):
        self.assertEqual(self.run_on("packaging/setup", "asio", installed="libboost1.83-dev"), 0)
        self.assertEqual(self.calls, ["dpkg-query"])
        self.run_on("packaging/setup", "asio")
        self.assertIn("libboost1.81-dev", self.calls[-1])

    def test_old_boost_stays_and_standalone_asio_comes(self):
        self.assertEqual(self.run_on("packaging/setup", "asio", installed="libboost1.74-dev"), 0)
        self.assertIn("the Asio adapter is built on libasio-dev", self.said)
        self.assertTrue(self.calls[-1].endswith(" libasio-dev"))

    def test_unknown_host_example_port_and_preset(self):
        for command, said in ((("examples/run", "teapot"), "there are: "),
                              (("examples/run", "hello", "--host=vms"), "native qt glib asio libev"),
                              (("examples/run", "hello", "--port=70000"), "not a port"),
                              (("examples/run", "hello", "--port=x"), "not a port"),
                              (("examples/run", "hello", "--host", "qt"), "--host=HOST"),
                              (("examples/run", "hello", "--host="), "--host=HOST"),
                              (("examples/run", "hello", "--port", "80"), "--port=N"),
                              (("examples/run", "hello", "--port="), "--port=N"),
                              (("tests/run", "--preset=none"), "there are: dev"),
                              (("tests/fuzz/run", "teapot"), "there are: chunked"),
                              (("tests/fuzz/run", "0"), "no number of seconds"),
                              (("tests/fuzz/run", "2x", "range"), "no number of seconds"),
                              (("packaging/setup", "teapot"), "no package group")):
            self.assertEqual(self.run_on(*command), 2, command)
            self.assertIn(said, self.said)
            self.assertNotIn("cmake", self.calls)


    def run_tests_of_a_copy(self, *arguments, left_out="", status=0, refused="", results="<testsuite/>"):
        """tests/run in a copy of the repository, where a build and ctest are stand-ins that end well or as they are told."""
        copy = self.folder / "copy"
        for path in ("tests/run", "tests/unpassed.py", "packaging/setup", "CMakePresets.json"):
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, copy / path)
        build = copy / "build" / "dev"
        build.mkdir(parents=True, exist_ok=True)
        (build / "tests_left_out.txt").write_text(left_out)
        (self.folder / "results").write_text(results)
        ctest = f'echo ctest >>"$CALLS"; cp {self.folder}/results {build}/tests.xml; exit {status}\n'
        for name, text in (("cmake", "exit 0\n"), ("ctest", ctest)):
            (self.folder / name).write_text("#!/bin/bash\n" + text)
            (self.folder / name).chmod(0o755)
        result = self.run_on(str(copy / "tests" / "run"), *arguments, refused=refused)
        unpassed = build / "unpassed.txt"
        self.unpassed = unpassed.read_text() if unpassed.exists() else ""
        return result

    def test_tests_that_are_left_out_are_no_success(self):
        qt = "qt_adapter_test: eddy::qt is not built (Qt 6.2 Core or newer was not found (Debian package qt6-base-dev))\n"
        self.assertEqual(self.run_tests_of_a_copy(left_out=qt), 1)
        self.assertIn(qt, self.said)
        self.assertIn("ctest", self.calls)
        self.assertEqual(self.run_tests_of_a_copy("--allow-missing", left_out=qt), 0)
        self.assertIn(qt, self.said)
        self.assertEqual(self.run_tests_of_a_copy(refused="libev-dev"), 1)
        self.assertEqual(self.run_tests_of_a_copy("--allow-missing", refused="libev-dev"), 0)

    def test_tests_that_a_preset_refuses_are_no_lack(self):
        self.assertEqual(self.run_tests_of_a_copy(left_out="qt_adapter_test: eddy::qt is not built (EDDY_QT is OFF)\n"), 0)

    def test_failed_tests_fail_whatever_is_allowed(self):
        self.assertEqual(self.run_tests_of_a_copy("--allow-missing", status=8, results=""), 8)
        self.assertEqual(self.unpassed, "No test ran to its end.\n")

    def test_what_did_not_pass_is_kept_for_a_summary(self):
        results = """<testsuite>
          <testcase name="good"><system-out>fine</system-out></testcase>
          <testcase name="bad"><failure message="Failed"/><system-out>before
a.cc:1: Failure
Expected: this</system-out></testcase>
          <testcase name="slow"><failure message="Timeout"/><system-out>last words</system-out></testcase>
          <testcase name="lacking"><skipped message="SKIP_RETURN_CODE=4"/><system-out>a.cc:2: Skipped
no disk
[  SKIPPED ]</system-out></testcase></testsuite>"""
        self.run_tests_of_a_copy(status=8, results=results)
        self.assertEqual(
            self.unpassed, "  bad (Failed)\n    a.cc:1: Failure\n    Expected: this\n  slow (Timeout)\n    last words\n")
        self.assertEqual(self.run_tests_of_a_copy(results=results.replace("failure", "passed")), 1)
        self.assertIn("  lacking: no disk\n", self.unpassed)
        self.assertEqual(self.run_tests_of_a_copy(), 0)
        self.assertEqual(self.unpassed, "")

    def test_overruns_that_were_not_confirmed_are_told_and_no_failure(self):
        said = "an overrun that was not confirmed: Asio/GateTest.A: 1 of 9 dispatches"
        results = f"""<testsuite>
          <testcase name="conformance_asio.Asio/GateTest.A"><system-out>an overrun, to be confirmed: x
{said}
done</system-out></testcase>
          <testcase name="conformance_overruns.happens_once"><system-out>{said.replace("GateTest.A", "On.Purpose")}
</system-out></testcase></testsuite>"""
        self.assertEqual(self.run_tests_of_a_copy(results=results), 0)
        self.assertIn("no failure:\n  Asio/GateTest.A: 1 of 9 dispatches\n", self.said)
        self.assertNotIn("On.Purpose", self.said)
        self.assertNotIn("to be confirmed", self.said)
        self.run_tests_of_a_copy()
        self.assertNotIn("no failure", self.said)


unittest.main()
