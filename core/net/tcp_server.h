// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/net/address.h>
#include <eddy/core/net/listen_options.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/net/stream_layer.h>

namespace eddy::inline v0 {

class Loop;

/// What becomes of those who connect when no descriptor is left for them.
struct ShedOptions {
  /// How many a second are turned away, about evenly spread; the others wait in the backlog. 0: all
  /// of them wait.
  unsigned per_second = 100;
  /// Written to each before it is closed, as far as the system takes it at once; nothing where a
  /// layer would have to be asked how.
  std::string farewell = {};
};

/// Listens, and hands over what connects.
///
/// When no descriptor is left, a descriptor that is kept in reserve is closed to turn a few away at
/// once (see ShedOptions), so that they learn of it; the others wait in the backlog. It looks again
/// ten times a second and whenever one of its connections has been closed, and uses no processor
/// time meanwhile.
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

  // ---- Listening. Each may be called several times, and has a form without exceptions, where
  // `error` is cleared on success ----

  /// Listens on 127.0.0.1 and, where the machine has it, on ::1, with the same port; 0 finds a free
  /// one. Throws std::system_error, as "listen on 127.0.0.1:8888: Address already in use".
  void listen(std::uint16_t port, const ListenOptions& options = {});
  void listen(std::uint16_t port, std::error_code& error, const ListenOptions& options = {});
  /// Listens on one numeric address ("0.0.0.0", "::", "192.0.2.1").
  void listen(std::string_view address, std::uint16_t port, const ListenOptions& options = {});
  void listen(std::string_view address, std::uint16_t port, std::error_code& error,
              const ListenOptions& options = {});

  /// Listens on a Unix socket: a path (an absolute one where the program changes its folder), or a
  /// name in Linux's abstract space, which begins with '@' or NUL. A socket's file that nobody
  /// answers on any more is replaced; any other file is an error (address_in_use, not_a_socket).
  /// The file is removed when the server stops, if it is still this server's; not in a forked child
  /// that only exits.
  void listen_unix(std::string_view path, const ListenOptions& options = {});
  void listen_unix(std::string_view path, std::error_code& error,
                   const ListenOptions& options = {});

  /// Listens with a socket that listens already and has been passed to this process, as by systemd
  /// (see inherited_listeners). Takes it over: it is made non-blocking and close-on-exec, and
  /// closed when the server stops. When it is no listening stream socket that is an error
  /// (wrong_protocol_type, not_a_socket, invalid_argument), and it stays the caller's.
  void adopt(int fd, const ListenOptions& options = {});
  void adopt(int fd, std::error_code& error, const ListenOptions& options = {});

  /// Where it listens, in the order of the calls.
  [[nodiscard]] const std::vector<Address>& addresses() const noexcept;
  /// Within `on_connection`: the address, of those, that the client connected to. Else empty. Valid
  /// until it returns.
  [[nodiscard]] const Address& accepting() const noexcept;
  /// Whether a layer encrypts what connects at addresses()[index].
  [[nodiscard]] bool secure(std::size_t index) const noexcept;
  /// Of the first address that has one; else 0.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Stops listening; idempotent.
  void stop() noexcept;

  // ---- Resting ----

  /// Accepts nothing until resume(): who connects waits in the backlog. Costs nothing meanwhile;
  /// listeners that are added rest too. Both are idempotent, and do not count.
  void pause() noexcept;
  void resume() noexcept;
  /// Whether accepting rests, by pause() or for want of descriptors.
  [[nodiscard]] bool paused() const noexcept;

  /// For when no descriptor is left.
  void set_shedding(ShedOptions options);
  /// Connections that have been turned away for want of a descriptor.
  [[nodiscard]] std::uint64_t shed() const noexcept;
  /// A descriptor may be free again: ends a rest for want of one at once.
  void retry_accept() noexcept;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace eddy::inline v0
