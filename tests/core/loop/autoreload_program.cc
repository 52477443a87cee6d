// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// autoreload_program FILE: says that it has begun, and begins anew when it or FILE has changed; see
// autoreload_test.py.
#include <eddy/core/core.h>
#include <eddy/core/loop/autoreload.h>
#include <eddy/core/loop/file_watcher.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  ::alarm(60);
  sigset_t all;
  ::sigfillset(&all);
  sigset_t before;
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  if (::sigismember(&before, SIGTERM) == 1) std::puts("SIGTERM is blocked");
  // As a program that is linked once more while it starts.
  if (::access("replace_me", F_OK) == 0) std::filesystem::rename("replace_me", argv[0]);
  eddy::NativeLoop loop;
  loop.set_log_level(eddy::LogLevel::info);
  eddy::Autoreload reload(loop);
  reload.watch(argv[argc - 1]);
  const auto guard = loop.hold();  // it keeps nothing running by itself
  reload.add_reload_hook([] { throw std::runtime_error("a hook's error"); });
  const std::string text = "a hook that adds a hook, and then uses what it has captured";
  reload.add_reload_hook([&reload, text] {
    for (int i = 0; i < 100; ++i) reload.add_reload_hook([] {});
    if (text.size() != 59) std::abort();
  });
  reload.add_reload_hook([] {
    std::puts("hook");
    std::fflush(stdout);
  });
  if (::access("fork", F_OK) == 0 && ::fork() == 0) {
    std::puts("child");
    std::fflush(stdout);
    loop.run();
  }
  std::optional<eddy::FileWatcher> released;
  if (::access("hold", F_OK) == 0) {
    eddy::Autoreload::hold();
    released.emplace(
        loop, [](const std::string& /*path*/) { eddy::Autoreload::release(); }, 10ms);
    released->watch("release");
  }
  // Not where it began: it is to begin there again.
  if (::chdir("/") != 0) return 1;
  std::printf("begun %d", static_cast<int>(::getpid()));
  for (int i = 1; i < argc; ++i) std::printf(" %s", argv[i]);
  std::puts("");
  std::fflush(stdout);
  loop.run();
}
