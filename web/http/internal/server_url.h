// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web::internal {

/// The parts of a URL that a client connects by.
struct ServerUrl {
  bool secure = false;
  /// A name or an address, without brackets.
  std::string host = {};
  std::uint16_t port = 0;
  /// The same as a Host field and CONNECT have them; the port is left out where it is the scheme's.
  std::string authority = {};
  std::string host_and_port = {};
  /// The path and the query.
  std::string target = {};
  /// Of "user:password@" what an Authorization field has; empty for none.
  std::string authorization = {};
};

/// Takes "ws://..." or "wss://..." apart, where `schemes` is "ws", or "http://..." where it is
/// "http". Throws std::invalid_argument, which names the URL, without a password.
/// Source: RFC 6455, 3; RFC 3986, 3.2.
[[nodiscard]] EDDY_API ServerUrl parse_server_url(std::string_view url, std::string_view scheme);

/// `url` as it may be shown: without what stands before an '@'.
[[nodiscard]] EDDY_API std::string url_without_user(std::string_view url);

}  // namespace eddy::inline v0::web::internal
