// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/internal/host_pattern.h>
#include <eddy/web/http/request.h>

namespace eddy::inline v0::web::internal {

/// Which hosts requests may be for: Settings::check_host and Settings::hosts, read once. Asked for
/// each request, without an allocation.
class EDDY_API HostPolicy {
 public:
  /// That of an application without settings.
  HostPolicy() = default;
  /// Throws std::invalid_argument for an entry that is no host, which it names.
  HostPolicy(bool check, const std::vector<std::string>& hosts);

  /// `from_this_machine` as of the Exchange.
  [[nodiscard]] bool allows(const Request& request, bool from_this_machine) const noexcept {
    if (!(from_this_machine ? checks_this_machine_ : checks_others_)) return true;
    return (from_this_machine && is_usual(request.host())) ||
           allows_unusual(request, from_this_machine);
  }
  /// Whether the request is for one of this machine's names or of Settings::hosts, checked or not.
  [[nodiscard]] bool names(const Request& request) const noexcept {
    return is_usual(request.host()) || allows_unusual(request, true);
  }

 private:
  /// What browsers on this machine call it, mostly.
  [[nodiscard]] static bool is_usual(std::string_view host) noexcept {
    constexpr std::size_t kSize = 9;
    const bool ends = host.size() == kSize || (host.size() > kSize && host[kSize] == ':');
    const std::string_view name = host.substr(0, kSize);
    return ends && (name == "127.0.0.1" || name == "localhost");
  }
  [[nodiscard]] bool allows_unusual(const Request& request, bool from_this_machine) const noexcept;

  std::vector<HostPattern> hosts_;
  bool checks_this_machine_ = true;
  bool checks_others_ = false;
};

}  // namespace eddy::inline v0::web::internal
