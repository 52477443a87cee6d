// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/websocket/deflate_options.h>

namespace eddy::inline v0::web::internal {

/// What both sides have agreed upon for permessage-deflate. Source: RFC 7692, 7.1.
struct DeflateAgreement {
  bool server_takes_over = true;  // its context, from message to message
  bool client_takes_over = true;
  int server_window_bits = 15;
  int client_window_bits = 15;
  bool client_may_compress = true;  // not with a window that zlib has no compressor for
};

/// Throws std::invalid_argument, which names the option, for what zlib does not know.
EDDY_API void check(const DeflateOptions& options);

/// What a server answers to a client's Sec-WebSocket-Extensions: the first offer that it can keep
/// to. Offers with parameters that are malformed, unknown or repeated are declined, as are other
/// extensions; nullopt where nothing is left, which is no error.
struct AcceptedDeflate {
  DeflateAgreement agreement;
  std::string field;  // of the response
};
[[nodiscard]] EDDY_API std::optional<AcceptedDeflate> accept_deflate(std::string_view offers,
                                                                     const DeflateOptions& options);

/// What a client offers.
[[nodiscard]] EDDY_API std::string offer_deflate(const DeflateOptions& options);
/// What a server's answer to that means; nullopt where it is not an answer to it, on which the
/// client must close. For a server that has answered: without the field nothing was agreed upon.
[[nodiscard]] EDDY_API std::optional<DeflateAgreement> agreed_deflate(
    std::string_view answer, const DeflateOptions& options);

}  // namespace eddy::inline v0::web::internal
