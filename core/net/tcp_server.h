// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/net/address.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/net/stream_layer.h>

namespace eddy::inline v0 {

class Loop;

struct ListenOptions {
  /// Connections that the system may hold before they are accepted.
  int backlog = 1024;
  /// What each connection is wrapped in, the first nearest to the network.
  std::vector<std::shared_ptr<StreamLayer>> layers = {};
};

/// Listens, and hands over what connects.
///
/// When no descriptor is left it stops accepting, uses no processor time meanwhile, and looks again
/// ten times a second and whenever one of its connections has been closed; who connects meanwhile
/// waits in the backlog.
///
/// Thread: the Loop's. Destroying it, at any moment, stops listening; connections are their
/// owner's. May outlive the Loop. Source: tornado.tcpserver.TCPServer.
class EDDY_API TcpServer {
 public:
  using OnConnection = UniqueFunction<void(std::unique_ptr<Stream> stream)>;

  /// `on_connection` is called once for each connection, as one step; what it throws is reported
  /// and closes that connection. It may destroy this server.
  TcpServer(Loop& loop, OnConnection on_connection);
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;
  ~TcpServer();

  /// Listens on 127.0.0.1 and, where the machine has it, on ::1, with the same port; 0 finds a free
  /// one. Throws std::system_error, as "listen on 127.0.0.1:8888: Address already in use".
  void listen(std::uint16_t port, const ListenOptions& options = {});
  /// Listens on one numeric address ("0.0.0.0", "::", "192.0.2.1"). May be called several times.
  void listen(std::string_view address, std::uint16_t port, const ListenOptions& options = {});
  /// The same without exceptions; `error` is cleared on success.
  void listen(std::uint16_t port, std::error_code& error, const ListenOptions& options = {});
  void listen(std::string_view address, std::uint16_t port, std::error_code& error,
              const ListenOptions& options = {});

  /// Where it listens; the first is where url() of a web server points.
  [[nodiscard]] const std::vector<Address>& addresses() const noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Stops listening; idempotent.
  void stop() noexcept;
  /// Whether accepting has paused for want of descriptors.
  [[nodiscard]] bool paused() const noexcept;
  /// A descriptor may be free again: ends a pause at once.
  void retry_accept() noexcept;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace eddy::inline v0
