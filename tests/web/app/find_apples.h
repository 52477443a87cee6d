// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace stacks_test {

/// Throws std::out_of_range, unless `number` is zero.
[[gnu::noinline]] int find_apples(int number);

}  // namespace stacks_test
