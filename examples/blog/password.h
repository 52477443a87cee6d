// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

/// Passwords as the system's own are kept (crypt(5), yescrypt). Both functions are slow, so that
/// guessing is, and belong on an executor.
namespace blog {

/// With a salt of its own. Throws std::system_error.
[[nodiscard]] std::string hash_password(const std::string& password);
/// False for a hash that is none, too.
[[nodiscard]] bool is_password(const std::string& password, const std::string& hash);

}  // namespace blog
