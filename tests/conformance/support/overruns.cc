// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/support/overruns.h>

#include <gtest/gtest.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

namespace eddy::inline v0::conformance {

namespace {

constexpr const char* kConfirming = "EDDY_CONFIRMS_OVERRUNS";
constexpr int kRunsAgain = 5;
constexpr int kMost = 3;

struct Overrun {
  std::string test;
  std::string what;
};

std::vector<Overrun>& overruns_to_confirm() {
  static std::vector<Overrun> overruns;
  return overruns;
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
  overruns_to_confirm().push_back(
      {std::string(test.test_suite_name()).append(".").append(test.name()), what});
}

int confirm_overruns(const char* program, int result) {
  const std::vector<Overrun>& overruns = overruns_to_confirm();
  if (result != 0 || overruns.empty()) return result;
  ::setenv(kConfirming, "1", 1);
  std::string filter;
  for (const Overrun& overrun : overruns) filter += (filter.empty() ? "" : ":") + overrun.test;
  int again = 0;
  for (int i = 0; i < kRunsAgain && again < kMost; ++i) {
    std::fflush(stdout);
    if (run_again(program, filter) != 0) ++again;
  }
  std::printf("an overrun came again in %d of %d runs\n", again, kRunsAgain);
  if (again == kMost) return 1;
  // tests/unpassed.py looks for these lines.
  for (const Overrun& overrun : overruns) {
    std::printf("an overrun that was not confirmed: %s: %s\n", overrun.test.c_str(),
                overrun.what.c_str());
  }
  return 0;
}

}  // namespace eddy::inline v0::conformance
