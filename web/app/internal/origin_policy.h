// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/internal/host_pattern.h>
#include <eddy/web/http/request.h>

namespace eddy::inline v0::web::internal {

/// What the request says its page's origin is, if it does.
[[nodiscard]] EDDY_API std::optional<std::string_view> origin_of(const Request& request) noexcept;

/// Which pages may send requests that change something: those of the site, and Settings::origins,
/// read once. See check_origin().
class EDDY_API OriginPolicy {
 public:
  OriginPolicy() = default;
  /// Throws std::invalid_argument for an entry that is no origin, which it names.
  explicit OriginPolicy(const std::vector<std::string>& origins);

  [[nodiscard]] bool allows(const Request& request) const noexcept;

 private:
  /// An origin of the web, whose host may be a pattern; or any other, such as `null`, as it is.
  struct Pattern {
    std::string scheme_or_all;
    std::optional<HostPattern> host;
  };

  [[nodiscard]] static Pattern read(std::string_view text);
  [[nodiscard]] bool lists(std::string_view origin) const noexcept;

  std::vector<Pattern> origins_;
};

}  // namespace eddy::inline v0::web::internal
