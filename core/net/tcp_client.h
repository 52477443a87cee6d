// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/net/address.h>
#include <eddy/core/net/client_layer.h>
#include <eddy/core/net/resolver.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0 {

/// How TcpClient connects.
///
///     ConnectOptions options;
///     options.timeout = 5s;
///     auto stream = co_await client.connect("example.com", 80, options);
struct ConnectOptions {
  // A constructor, and no fields to be named in braces: GCC 12 destroys aggregates that are made
  // within an expression with a co_await twice.
  ConnectOptions() = default;

  /// Only addresses of this family; unspecified: of any.
  Address::Family family = Address::Family::unspecified;
  /// For the whole of it: the name, the connection and what the layer exchanges. Zero: for ever.
  Duration timeout = std::chrono::seconds(20);
  /// The numeric address to connect from; addresses of another family are left out then. Empty: the
  /// system chooses.
  std::string source_address = {};
  /// The port to connect from; 0: the system chooses.
  std::uint16_t source_port = 0;
  /// How long one address has before the next is tried beside it (RFC 8305, 5).
  Duration attempt_delay = std::chrono::milliseconds(250);
  /// Of more addresses than these the rest is not tried.
  std::size_t max_addresses = 16;
  /// TLS, say: std::make_shared<tls::ClientContext>().
  std::shared_ptr<const ClientLayer> layer = {};
  /// What the layer takes the server to be called; empty: the host that is connected to.
  std::string server_name = {};
};

/// Makes connections to hosts.
///
///     TcpClient client;
///     std::unique_ptr<Stream> stream = co_await client.connect("example.com", 80);
///
/// A host with several addresses is reached by the one that answers first, without waiting long for
/// those that do not (Happy Eyeballs, RFC 8305): the families take turns, in the resolver's order;
/// each address has ConnectOptions::attempt_delay before the next one is tried beside it; one that
/// fails makes room for the next at once; the first connection there is counts, and all others are
/// closed.
///
/// Errors are std::system_error, with what happened to each address in the text:
///
///     connect to example.com:80: 192.0.2.1:80: Connection refused; [2001:db8::1]:80: Network is
///     unreachable
///     connect to example.com:80: nothing from 192.0.2.1:80 within 20 s: Connection timed out
///
/// code() is that of the last address to fail; std::errc::timed_out when the time was up; that of
/// the resolver or of the layer. A stop of the task that waits, and its destruction, close
/// everything.
///
/// Thread: the Loop's of the task that waits; the client itself belongs to no Loop. Lifetime:
/// connecting goes on when it is destroyed. Source: tornado.tcpclient.TCPClient.
class EDDY_API TcpClient {
 public:
  /// Null: a ThreadedResolver of its own.
  explicit TcpClient(std::shared_ptr<Resolver> resolver = nullptr);

  /// `host` is a name or a numeric address, without brackets.
  [[nodiscard]] Task<std::unique_ptr<Stream>> connect(std::string host, std::uint16_t port,
                                                      ConnectOptions options) const;
  [[nodiscard]] Task<std::unique_ptr<Stream>> connect(std::string host, std::uint16_t port) const {
    return connect(std::move(host), port, ConnectOptions());
  }
  /// To one address, which may be a Unix socket's. A layer is told Address::host(), or what
  /// `server_name` says.
  [[nodiscard]] Task<std::unique_ptr<Stream>> connect(Address address,
                                                      ConnectOptions options) const;
  [[nodiscard]] Task<std::unique_ptr<Stream>> connect(Address address) const {
    return connect(address, ConnectOptions());
  }

 private:
  std::shared_ptr<Resolver> resolver_;
};

}  // namespace eddy::inline v0
