// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

namespace eddy::inline v0::web {

/// A type that is text without being a std::string_view. A program gives one of its own a function
/// in the type's namespace, that appends it as UTF-8:
///
///     void append_to(std::string& out, const Money& value);
///
/// Handlers write it, functions return it (as text/plain), and templates print it, escaped.
template <class T>
concept TextAppendable = requires(std::string& out, const T& value) {
  append_to(out, value);
};

}  // namespace eddy::inline v0::web
