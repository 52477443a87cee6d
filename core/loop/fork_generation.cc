// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/fork_generation.h>

#include <pthread.h>

#include <atomic>

namespace eddy::inline v0::internal {

namespace {

std::atomic<std::uint32_t> generation{0};
std::atomic<std::uint32_t> made{0};

bool register_handler() noexcept {
  return pthread_atfork(
             nullptr, [] { made.fetch_add(1, std::memory_order_relaxed); },
             [] { generation.fetch_add(1, std::memory_order_relaxed); }) == 0;
}

}  // namespace

std::uint32_t fork_generation() noexcept {
  static const bool registered = register_handler();
  (void)registered;
  return generation.load(std::memory_order_relaxed);
}

std::uint32_t forks_made() noexcept { return made.load(std::memory_order_relaxed); }

}  // namespace eddy::inline v0::internal
