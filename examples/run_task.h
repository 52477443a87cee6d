// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdio>
#include <exception>
#include <utility>

#include <eddy/core/core.h>
#include <examples/host_loop.h>

namespace examples {

/// Runs the host until `task` has ended, which is all that the program is for, and gives the
/// program's status: what the task gives, or 1, and a line, for what it throws or where the host
/// was ended before.
inline int run_task(HostLoop& host, eddy::Task<int> task) {
  int status = 1;
  host.loop().spawn([](HostLoop& runs, eddy::Task<int> awaited, int& out) -> eddy::Task<void> {
    try {
      out = co_await std::move(awaited);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    runs.stop();
  }(host, std::move(task), status));
  host.run();
  return status;
}

}  // namespace examples
