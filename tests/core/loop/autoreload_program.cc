// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// autoreload_program FILE: says that it has begun, and begins anew when it or FILE has changed; see
// autoreload_test.py.
#include <eddy/core/core.h>
#include <eddy/core/loop/autoreload.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>

int main(int argc, char** argv) {
  ::alarm(60);
  eddy::NativeLoop loop;
  loop.set_log_level(eddy::LogLevel::info);
  eddy::Autoreload reload(loop);
  reload.watch(argv[argc - 1]);
  reload.add_reload_hook([] { throw std::runtime_error("a hook's error"); });
  reload.add_reload_hook([] {
    std::puts("hook");
    std::fflush(stdout);
  });
  // Not where it began: it is to begin there again.
  if (::chdir("/") != 0) return 1;
  std::printf("begun %d", static_cast<int>(::getpid()));
  for (int i = 1; i < argc; ++i) std::printf(" %s", argv[i]);
  std::puts("");
  std::fflush(stdout);
  loop.run();
}
