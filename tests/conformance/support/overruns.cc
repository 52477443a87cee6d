// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/support/overruns.h>

#include <gtest/gtest.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace eddy::inline v0::conformance {

namespace {

constexpr const char* kConfirming = "EDDY_CONFIRMS_OVERRUNS";
constexpr int kRunsAgain = 5;
constexpr int kMost = 3;

/// As --gtest_filter takes them.
std::string& tests_to_confirm() {
  static std::string names;
  return names;
}

/// The exit status, or -1.
int run_again(const char* program, std::string filter) {
  std::string name(program);
  filter.insert(0, "--gtest_filter=");
  char* const arguments[] = {name.data(), filter.data(), nullptr};
  pid_t child = -1;
  if (::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments, environ) != 0) return -1;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

bool confirms_overruns() { return ::getenv(kConfirming) != nullptr; }

void note_overrun(const std::string& what) {
  if (confirms_overruns()) {
    ADD_FAILURE() << "again, so that it is no accident: " << what;
    return;
  }
  std::printf("an overrun, to be confirmed: %s\n", what.c_str());
  const ::testing::TestInfo& test = *::testing::UnitTest::GetInstance()->current_test_info();
  std::string& names = tests_to_confirm();
  if (!names.empty()) names += ':';
  names.append(test.test_suite_name()).append(".").append(test.name());
}

int confirm_overruns(const char* program, int result) {
  const std::string& names = tests_to_confirm();
  if (result != 0 || names.empty()) return result;
  ::setenv(kConfirming, "1", 1);
  int again = 0;
  for (int i = 0; i < kRunsAgain && again < kMost; ++i) {
    std::fflush(stdout);
    if (run_again(program, names) != 0) ++again;
  }
  std::printf("an overrun came again in %d of %d runs\n", again, kRunsAgain);
  return again < kMost ? 0 : 1;
}

}  // namespace eddy::inline v0::conformance
