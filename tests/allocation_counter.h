// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

/// Replaces operator new of the program whose one source includes this, and counts.
namespace eddy_tests {
inline std::size_t allocations = 0;
}  // namespace eddy_tests

// Not inlined, or GCC takes the pairs for mismatched ones.
// NOLINTBEGIN(misc-definitions-in-headers): one source includes it
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++eddy_tests::allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}
// NOLINTEND(misc-definitions-in-headers)
