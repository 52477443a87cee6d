// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/websocket/internal/deflate_agreement.h>

namespace eddy::inline v0::web::internal {

/// What a server makes of a GET that wants to become a WebSocket. Where status is not 101, it is
/// refused by it and the text; a 426 has to have the fields Sec-WebSocket-Version: 13 and Upgrade:
/// websocket. Source: RFC 6455, 4.2; RFC 9110, 15.5.22.
struct HandshakeAnswer {
  int status = 101;
  std::string_view text = {};  // a literal
  std::string accept = {};     // Sec-WebSocket-Accept
};
/// `has_content`: something follows the head, which would be taken for frames.
[[nodiscard]] EDDY_API HandshakeAnswer answer_handshake(const HeaderList& request,
                                                        int version_minor, bool has_content);

/// The protocols that a client offers, in its order. Views into the fields. Of elements that are no
/// tokens there are none.
[[nodiscard]] EDDY_API std::vector<std::string_view> offered_subprotocols(
    const HeaderList& request);

/// Sec-WebSocket-Key of a new connection. Throws as random_bytes().
[[nodiscard]] EDDY_API std::string new_handshake_key();
/// What a client has asked for.
struct HandshakeOffer {
  std::string_view key;
  std::vector<std::string_view> subprotocols = {};
  const DeflateOptions* deflate = nullptr;  // null: no extension
};
/// What a server has made of it. With an error, a literal, the connection is none.
struct AgreedHandshake {
  std::string_view error = {};
  std::string_view subprotocol = {};  // a view into the field
  std::optional<DeflateAgreement> deflate = {};
};
/// Source: RFC 6455, 4.1.
[[nodiscard]] EDDY_API AgreedHandshake agreed_handshake(int status, const HeaderList& response,
                                                        const HandshakeOffer& offer);

}  // namespace eddy::inline v0::web::internal
