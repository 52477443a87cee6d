// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <eddy/core/net/address.h>

/// What is known of a host's name without asking anybody.
namespace eddy::inline v0::internal {

/// In lower case, without a dot at the end: names that are the same become equal.
[[nodiscard]] std::string folded_name(std::string_view host);

/// The addresses of a host that is an address itself, or localhost; nothing for a name that has to
/// be looked up. Throws std::system_error for an impossible name, and for an address of another
/// family.
[[nodiscard]] std::optional<std::vector<Address>> known_addresses(const std::string& host,
                                                                  std::uint16_t port,
                                                                  Address::Family family);
/// `address` with another port; a Unix socket stays as it is.
[[nodiscard]] Address with_port(const Address& address, std::uint16_t port) noexcept;

}  // namespace eddy::inline v0::internal
