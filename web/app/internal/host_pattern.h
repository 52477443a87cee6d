// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/net/address.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web::internal {

/// The host and the port of what has been found to be a host (see is_host), without the dot that a
/// name may end with, and without the colon of a port that is empty.
[[nodiscard]] EDDY_API HostAndPort split_host(std::string_view host) noexcept;

/// The address that a host is, with brackets or without; empty for a name.
[[nodiscard]] EDDY_API Address address_of_host(std::string_view host) noexcept;

/// Whether a host, as split_host() gives it, is a name that is never looked up elsewhere (RFC 6761,
/// 6.3), or an address that leads nowhere else.
[[nodiscard]] EDDY_API bool names_this_machine(std::string_view host) noexcept;

/// One host of a list: a name, all names below one ("*.example.org", not itself), or an address,
/// each with any port or with one.
class EDDY_API HostPattern {
 public:
  /// Throws std::invalid_argument, which says what is wrong with `text` but not whose it is.
  explicit HostPattern(std::string_view text);

  /// `host` as split_host() gives it; `default_port` is what no port stands for. Names are compared
  /// without regard to ASCII case, addresses by what they mean.
  [[nodiscard]] bool matches(const HostAndPort& host, std::uint16_t default_port) const noexcept;
  [[nodiscard]] bool has_port() const noexcept { return port_.has_value(); }

 private:
  /// Null, or what is wrong with the text.
  [[nodiscard]] const char* read(std::string_view text);

  // Of "*.example.org" what follows the star; empty for an address.
  std::string name_;
  Address address_;
  std::optional<std::uint16_t> port_;
  bool below_ = false;
};

}  // namespace eddy::inline v0::web::internal
