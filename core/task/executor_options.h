// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

namespace eddy::inline v0 {

struct ExecutorOptions {
  /// Threads at most; 0: the number of processors plus 4, at most 32. They start as they are
  /// needed.
  std::size_t threads = 0;
  /// Functions that may wait for a thread; one more is refused with Errc::queue_full.
  std::size_t queue_limit = 1024;
};

}  // namespace eddy::inline v0
