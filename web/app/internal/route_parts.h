// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/web/app/internal/router.h>
#include <eddy/web/http/internal/exchange.h>

namespace eddy::inline v0::web::internal {

/// What a request's route captured of its path, as it was sent: matched anew for the few that ask
/// beside the method's parameters, so that nobody else keeps it. Views of the request's path, valid
/// as long as that.
class RouteParts {
 public:
  explicit RouteParts(Exchange& exchange) noexcept
      : entry_(static_cast<const RouteEntry*>(exchange.subject)) {
    // What matched before matches again.
    if (entry_ != nullptr) (void)entry_->pattern.match(exchange.request().path(), parts_);
  }

  [[nodiscard]] std::size_t count() const noexcept { return parts_.count; }
  /// Null data for a group that took no part.
  [[nodiscard]] std::string_view operator[](std::size_t group) const noexcept {
    return parts_.part[group].text();
  }
  [[nodiscard]] std::optional<std::size_t> group(std::string_view name) const noexcept {
    if (entry_ == nullptr) return std::nullopt;
    return entry_->pattern.group_of(name);
  }
  [[nodiscard]] std::string route() const {
    return entry_ != nullptr ? describe(entry_->definition) : std::string("no route");
  }

 private:
  const RouteEntry* entry_;
  PathParts parts_;
};

}  // namespace eddy::inline v0::web::internal
