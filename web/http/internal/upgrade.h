// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <optional>

#include <eddy/core/net/stream.h>
#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/internal/connection_home.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/outgoing.h>

namespace eddy::inline v0::web::internal {

/// What is left of a connection whose last word in HTTP was a 101 (Switching Protocols).
struct UpgradedConnection {
  std::shared_ptr<ConnectionHome> home;
  std::unique_ptr<Stream> stream;
  /// Its place among its address's connections; to be given to ConnectionHome::removed() in the
  /// end.
  AddressCount counted;
  /// What the client has sent behind its request.
  ByteBuffer input;
  /// The 101, as far as the client has not taken it.
  Outgoing outgoing;
  /// The request, which has been answered; nothing at a client's end.
  std::optional<ExchangePin> exchange;
};

/// Takes a connection over from HTTP. Source: RFC 9110, 7.8 and 15.2.2.
class Upgrade {
 public:
  Upgrade() = default;
  Upgrade(const Upgrade&) = delete;
  Upgrade& operator=(const Upgrade&) = delete;
  /// Also where nothing came of it: the client has gone, or something else was answered.
  virtual ~Upgrade() = default;
  /// Called once, by the loop. Owns itself from now on, and is to be in the home's list
  /// (ConnectionHome::adopt) until it has gone.
  virtual void begin(UpgradedConnection connection) noexcept = 0;
};

}  // namespace eddy::inline v0::web::internal
