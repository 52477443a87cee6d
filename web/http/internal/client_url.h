// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include <eddy/core/net/address.h>

namespace eddy::inline v0::web::internal {

/// Where a client connects to, and what it asks there.
struct ClientUrl {
  Address address;
  /// For the Host field.
  std::string host;
  /// The path and the query, as they are sent.
  std::string target;
};

/// Takes a URL apart, as ClientRequest::url has it. Throws HttpClientError.
[[nodiscard]] ClientUrl parse_client_url(std::string_view url);

}  // namespace eddy::inline v0::web::internal
