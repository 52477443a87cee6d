// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libFuzzer's entry to the target that EDDY_FUZZ_TARGET names. What it throws ends the program,
// which libFuzzer takes as a crash and keeps the input of.

#include <cstddef>
#include <cstdint>
#include <string>

#include <tests/fuzz/fuzz.h>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer gives the name
extern "C" __attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(
    const std::uint8_t* data, std::size_t size) {
  // A copy of exactly that size: AddressSanitizer sees a read of one byte more.
  const std::string input(reinterpret_cast<const char*>(data), size);
  eddy_tests::EDDY_FUZZ_TARGET(std::string_view(input));
  return 0;
}
