// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <stdexcept>
#include <string>

namespace eddy_tests {

/// What the Error says that `call` throws; other exceptions go on.
template <class Error = std::invalid_argument>
std::string error_of(auto call) {
  try {
    (void)call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace eddy_tests
