// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
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
#include <eddy/core/net/listen_options.h>
#include <eddy/core/task/sync_waiter.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/content_coding.h>
#include <eddy/web/http/forwarded.h>
#include <eddy/web/http/internal/delegate_service.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/limits.h>

namespace eddy::inline v0 {
class StreamLayer;
}

namespace eddy::inline v0::web {

namespace internal {
class ServerCore;
}

struct ServerOptions {
  /// Bounds on what a client may send.
  HttpLimits limits = {};
  /// How long it may take.
  HttpTimeouts timeouts = {};
  /// Connections that the system may hold before they are accepted.
  int backlog = 1024;
  /// What each connection is wrapped in, the first nearest to the network: TLS, for one.
  std::vector<std::shared_ptr<StreamLayer>> layers = {};
  /// Bytes of responses that a connection holds for a client that does not read. With that many,
  /// its next request is not begun and nothing more is read from it, until they have been taken.
  std::size_t output_bytes = 64 * 1024;
  /// Connections at a time; 0: as many as there are descriptors. Who comes beyond that waits to be
  /// accepted. And those of one address; who comes beyond that is closed at once. Of a proxy that
  /// speaks the PROXY protocol it is the client's, known with the first bytes; behind other proxies
  /// all clients have the proxy's. Those of Unix sockets are not counted.
  std::size_t connections = 0;
  std::size_t connections_per_address = 0;
  /// Requests on one connection, which closes behind the last; 0: any number.
  std::uint32_t requests_per_connection = 0;
  /// Bytes that buffers hold for all clients together: heads and bodies that are not whole yet,
  /// responses that are not taken. A connection that needs more then is answered by 503, or cut.
  std::size_t buffered_bytes = 256 * 1024 * 1024;
  /// The end of a client's input means that it has gone, and stops the handler of its GET or HEAD.
  /// True: it means only that no more requests come, as for a client that closes its sending side
  /// and waits for the answer.
  bool half_close = false;
  /// Whose word is taken on who the client is: proxies in front of this server.
  TrustedProxies trusted_proxies = {};
  /// True: Request::protocol() is "https" also where this server's own connections are not
  /// encrypted, because TLS ends at a proxy in front of it that does not say so. Source:
  /// HTTPServer's protocol.
  bool https = false;
  /// Responses are compressed for clients that take it; see CompressionOptions. Files are sent as
  /// they are.
  CompressionOptions compression = {};
  /// The content of requests that says Content-Encoding: gzip or deflate is decoded, and the field
  /// is called X-Consumed-Content-Encoding then; other codings are the handler's business. What
  /// comes out is bounded as what comes in, by limits.body_bytes or the route's own limit, and by
  /// how many times more it is (0: no bound; the first 64 KiB are free): beyond that it is a 413.
  /// Source: HTTPServer's decompress_request.
  bool decompress_request = false;
  std::uint32_t decompression_ratio = 100;
  /// One line of log for each request, "200 GET /path (127.0.0.1) 0.31ms", in the category
  /// "eddy.access": info, from 400 on warning, from 500 on error. Costs nothing where the Loop's
  /// log takes no such level (LoopOptions::log_level).
  bool access_log = true;
};

/// What a Server has done and holds. Each figure costs an addition where it is counted.
struct ServerStats {
  /// Connections that are open now, and all that there have been.
  std::size_t connections = 0;
  std::uint64_t accepted = 0;
  /// Requests that were handed to the handler.
  std::uint64_t requests = 0;
  /// Messages that were refused as malformed, too large or too slow.
  std::uint64_t refused = 0;
  /// Connections that a timeout has ended, and those that a bound on connections or on buffered
  /// bytes has.
  std::uint64_t timeouts = 0;
  std::uint64_t shed = 0;
  /// Bytes of buffers that are held for clients now.
  std::size_t buffered_bytes = 0;
};

/// What became of the connections of a server that was drained.
struct DrainReport {
  /// Idle, and closed at once.
  std::size_t idle = 0;
  /// Closed behind the response that was under way.
  std::size_t finished = 0;
  /// Cut when the time was up.
  std::size_t forced = 0;
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

  // ---- Listening. Each may be called several times, and has a form without exceptions, where
  // `error` is cleared on success. Backlog and layers are the server's where `options` has none
  // ----

  /// Listens on 127.0.0.1 and, where the machine has it, on ::1, with the same port; 0 finds a free
  /// one. Throws std::system_error, as "listen on 127.0.0.1:8888: Address already in use".
  void listen(std::uint16_t port, const ListenOptions& options = {});
  void listen(std::uint16_t port, std::error_code& error, const ListenOptions& options = {});
  /// Listens on one numeric address; "0.0.0.0" and "::" open it to the network.
  void listen(std::string_view address, std::uint16_t port, const ListenOptions& options = {});
  void listen(std::string_view address, std::uint16_t port, std::error_code& error,
              const ListenOptions& options = {});
  /// Listens on a Unix socket: a path, or an abstract name ("@name"). See TcpServer::listen_unix
  /// for its file.
  void listen_unix(std::string_view path, const ListenOptions& options = {});
  void listen_unix(std::string_view path, std::error_code& error,
                   const ListenOptions& options = {});
  /// Listens with a socket that was passed to this process (see inherited_listeners), and takes it
  /// over; in case of an error it stays the caller's.
  void adopt(int fd, const ListenOptions& options = {});
  void adopt(int fd, std::error_code& error, const ListenOptions& options = {});

  /// Where it listens, or did.
  [[nodiscard]] const std::vector<Address>& addresses() const noexcept;
  /// Of the first address that has one; else 0.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// What a browser on this machine opens: "http://127.0.0.1:8888", or https where a layer of that
  /// address encrypts. Where there are Unix sockets only, "http://unix:/run/app.sock", as nginx's
  /// proxy_pass has it. Empty without an address.
  [[nodiscard]] std::string url() const;

  /// Stops listening and closes idle connections; requests that have arrived are answered, and
  /// their connections closed behind the answer. Idempotent.
  void stop() noexcept;
  /// `co_await server.drain(10s)`: stops listening, closes idle connections, answers what is under
  /// way, requests that are being sent included, with Connection: close, waits for that until
  /// `limit`, and cuts what is left. Idempotent. The Server may be destroyed meanwhile.
  template <class Rep, class Period>
  [[nodiscard]] Task<DrainReport> drain(std::chrono::duration<Rep, Period> limit) {
    return drain_until(eddy::internal::to_limit(limit).value());
  }

  [[nodiscard]] ServerStats stats() const noexcept;

 private:
  [[nodiscard]] Task<DrainReport> drain_until(Duration limit);

  std::shared_ptr<internal::ServerCore> core_;
};

/// A server whose every request goes to one function, without an Application. It takes any of const
/// Request&, RequestBody& (the content piece by piece) and ResponseStream&, and gives text, a
/// Response, nothing, or a Task of one of these. What it throws is answered by an error page, as in
/// an Application.
///
///     HttpServer server(loop, [](const Request& request) { return request.target(); });
///     server.listen(8888);
///
/// Or it gives a std::unique_ptr to a MessageDelegate, which answers the request step by step.
///
/// Thread, lifetime and the rest as of Server.
class EDDY_API HttpServer : public Server {
 public:
  template <class F>
  requires(!std::is_convertible_v<F, std::shared_ptr<internal::HttpService>>)
      HttpServer(Loop& loop, F&& handler, const ServerOptions& options = {})
      : Server(loop, internal::make_service<std::decay_t<F>>(std::forward<F>(handler)), options) {}
};

}  // namespace eddy::inline v0::web
