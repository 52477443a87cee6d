// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace eddy::inline v0::web::internal {

/// Appends to a text that will have `limit` bytes at most: its room doubles, but not beyond that.
/// (A string's own reserve() doubles, too.)
inline void append_within(std::string& out, std::string_view text, std::uint64_t limit) {
  const std::size_t size = out.size() + text.size();
  if (size > out.capacity()) {
    const std::uint64_t doubled = std::min(2 * std::uint64_t{out.capacity()}, limit);
    std::string larger;
    larger.reserve(std::max(size, static_cast<std::size_t>(doubled)));
    larger.append(out);
    out.swap(larger);
  }
  out.append(text);
}

/// What a text has beside its own object: none where it is short.
inline std::size_t heap_bytes(const std::string& text) noexcept {
  return text.capacity() > std::string().capacity() ? text.capacity() : 0;
}

}  // namespace eddy::inline v0::web::internal
