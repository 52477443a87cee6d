// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/http/headers.h>

namespace eddy::inline v0::web::internal {

/// Fields that many responses have, made once: their lines, as they are sent, and where they are in
/// them. None of them is about framing, or Date.
struct KnownFields {
  /// Throws std::invalid_argument as Headers::add().
  void add(std::string_view name, std::string_view value) {
    Headers checked;
    checked.add(name, value);
    const auto at = static_cast<std::uint32_t>(lines.size());
    const auto name_size = static_cast<std::uint32_t>(name.size());
    lines.append(checked.lines());
    places.push_back({at, name_size, at + name_size + 2, static_cast<std::uint32_t>(value.size())});
  }
  [[nodiscard]] HeaderList list() const noexcept {
    return {lines.data(), places.data(), places.size()};
  }

  std::string lines;
  std::vector<FieldPlace> places;
};

}  // namespace eddy::inline v0::web::internal
