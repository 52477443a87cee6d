// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>

namespace eddy::inline v0::web::internal {

/// What a server makes of a request that wants to become a WebSocket. Where status is not 101, it
/// is refused by it and the text. Source: RFC 6455, 4.2.
struct HandshakeAnswer {
  int status = 101;
  std::string_view text = {};  // a literal
  std::string accept = {};     // Sec-WebSocket-Accept
};
[[nodiscard]] EDDY_API HandshakeAnswer answer_handshake(const HeaderList& request,
                                                        int version_minor);

/// The protocols that a client offers, in its order. Views into the fields. Of elements that are no
/// tokens there are none.
[[nodiscard]] EDDY_API std::vector<std::string_view> offered_subprotocols(
    const HeaderList& request);

/// Sec-WebSocket-Key of a new connection. Throws as random_bytes().
[[nodiscard]] EDDY_API std::string new_handshake_key();
/// Why a server's answer to a request with that key is none; "" where it is one. A literal. Of
/// extensions and subprotocols it says nothing. Source: RFC 6455, 4.1.
[[nodiscard]] EDDY_API std::string_view why_no_websocket(int status, const HeaderList& response,
                                                         std::string_view key);

}  // namespace eddy::inline v0::web::internal
