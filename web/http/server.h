// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/net/address.h>
#include <eddy/core/net/stream_layer.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/function_service.h>
#include <eddy/web/http/limits.h>

namespace eddy::inline v0::web {

namespace internal {
class ServerCore;
}

struct ServerOptions {
  /// Bounds on what a client may send.
  HttpLimits limits = {};
  /// Connections that the system may hold before they are accepted.
  int backlog = 1024;
  /// What each connection is wrapped in, the first nearest to the network: TLS, for one.
  std::vector<std::shared_ptr<StreamLayer>> layers = {};
  /// Bytes of responses that a connection holds for a client that does not read. With that many,
  /// its next request is not begun and nothing more is read from it, until they have been taken.
  std::size_t output_bytes = 64 * 1024;
};

/// What a Server has done and holds. Each figure costs an addition where it is counted.
struct ServerStats {
  /// Connections that are open now, and all that there have been.
  std::size_t connections = 0;
  std::uint64_t accepted = 0;
  /// Requests that were handed to the handler.
  std::uint64_t requests = 0;
  /// Messages that were refused as malformed or too large.
  std::uint64_t refused = 0;
};

/// An HTTP/1.1 server on some addresses: keep-alive, and pipelined requests answered in order, with
/// one send for all responses of one read.
///
/// Thread: the Loop's. Lifetime: may be destroyed at any moment, from within a handler too: it
/// stops listening and closes its connections; handlers that wait are destroyed, and those that are
/// on the stack go on without a client. May outlive the Loop, stopped. Source:
/// tornado.httpserver.HTTPServer.
class EDDY_API Server {
 public:
  /// `service` answers the requests; see HttpServer and Application for what makes one.
  Server(Loop& loop, std::shared_ptr<internal::HttpService> service,
         const ServerOptions& options = {});
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Listens on 127.0.0.1 and, where the machine has it, on ::1, with the same port; 0 finds a free
  /// one. Throws std::system_error, as "listen on 127.0.0.1:8888: Address already in use".
  void listen(std::uint16_t port);
  /// Listens on one numeric address; "0.0.0.0" and "::" open it to the network. May be called
  /// several times.
  void listen(std::string_view address, std::uint16_t port);
  /// The same without exceptions; `error` is cleared on success.
  void listen(std::uint16_t port, std::error_code& error);
  void listen(std::string_view address, std::uint16_t port, std::error_code& error);

  /// Where it listens, or did.
  [[nodiscard]] const std::vector<Address>& addresses() const noexcept;
  /// Of the first address; 0 if there is none.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// What a browser on this machine opens: "http://127.0.0.1:8888", or https where a layer
  /// encrypts. Empty without an address.
  [[nodiscard]] std::string url() const;

  /// Stops listening and closes idle connections; requests that have arrived are answered, and
  /// their connections closed behind the answer. Idempotent.
  void stop() noexcept;

  [[nodiscard]] ServerStats stats() const noexcept;

 private:
  std::shared_ptr<internal::ServerCore> core_;
};

/// A server whose every request goes to one function, without an Application: from const Request&
/// (or nothing) to text, a Response, nothing, or a Task of one of these. What it throws is answered
/// by an error page, as in an Application.
///
///     HttpServer server(loop, [](const Request& request) { return request.target(); });
///     server.listen(8888);
///
/// Thread, lifetime and the rest as of Server.
class EDDY_API HttpServer : public Server {
 public:
  template <class F>
  requires(!std::is_convertible_v<F, std::shared_ptr<internal::HttpService>>)
      HttpServer(Loop& loop, F&& handler, const ServerOptions& options = {})
      : Server(
            loop,
            std::make_shared<internal::FunctionService<std::decay_t<F>>>(std::forward<F>(handler)),
            options) {}
};

}  // namespace eddy::inline v0::web
