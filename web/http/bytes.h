// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

namespace eddy::inline v0::web {

/// Bytes in a row that are no text: std::vector<std::byte>, std::span<const std::byte>,
/// std::array<std::byte, N>. Handlers write them as they are, and functions return them (as
/// application/octet-stream).
template <class T>
concept Bytes = requires(const T& value) {
  { value.data() } -> std::convertible_to<const std::byte*>;
  { value.size() } -> std::convertible_to<std::size_t>;
};

namespace internal {

/// The same bytes, as contents are kept; valid as long as they are.
template <Bytes T>
std::string_view view_of(const T& bytes) noexcept {
  const std::byte* const data = bytes.data();
  return {reinterpret_cast<const char*>(data), bytes.size()};
}

}  // namespace internal
}  // namespace eddy::inline v0::web
