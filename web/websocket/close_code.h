// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

namespace eddy::inline v0::web {

/// Why a WebSocket is closed. Codes of the program's own are 4000 to 4999, registered ones 3000 to
/// 3999. Source: RFC 6455, 7.4, and the registry that it founds.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,  ///< the server ends, or the page is left
  protocol_error = 1002,
  unsupported_data = 1003,  ///< binary where text was wanted, say
  no_status = 1005,         ///< never sent: the peer's close had no code
  abnormal = 1006,          ///< never sent: the connection ended without a close
  invalid_payload = 1007,   ///< text that is no UTF-8, or data that can't be decompressed
  policy_violation = 1008,
  message_too_big = 1009,
  missing_extension = 1010,  ///< by a client alone
  internal_error = 1011,
  service_restart = 1012,
  try_again_later = 1013,
  bad_gateway = 1014,
  bad_tls = 1015,  ///< never sent
};

/// Whether a close frame may have this code.
constexpr bool may_be_sent(CloseCode code) noexcept {
  const auto number = static_cast<std::uint16_t>(code);
  if (number >= 3000 && number <= 4999) return true;
  return number >= 1000 && number <= 1014 && number != 1004 && code != CloseCode::no_status &&
         code != CloseCode::abnormal;
}

}  // namespace eddy::inline v0::web
