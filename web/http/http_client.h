// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/limits.h>

namespace eddy::inline v0 {
class Loop;
}

namespace eddy::inline v0::web {

/// Why there is no response, where it is not the system that says so.
enum class ClientErrc : std::uint8_t {
  /// The URL, the method or a header field can't be sent. Nothing was.
  invalid_request = 1,
  /// What this client can't do yet: https, names of hosts, user names in URLs, CONNECT, Upgrade.
  unsupported,
  /// A limit of the request's was reached.
  timeout,
  /// The server has closed before the response was whole.
  closed,
  /// The response is no HTTP/1.x, or it is not clear where it ends.
  malformed,
  /// The head, or the content, is beyond its limit.
  too_large,
};

[[nodiscard]] EDDY_API const std::error_category& http_client_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(ClientErrc code) noexcept {
  return {static_cast<int>(code), http_client_category()};
}

/// What fetch throws for a ClientErrc, which code() is; the text names request and reason. Such
/// codes equal those of std::errc that mean the same: timeout equals timed_out. What the system
/// refuses (connection_refused, connection_reset) is a plain std::system_error.
/// Source: tornado.httpclient.HTTPClientError, without the status that it has for no response.
class EDDY_API HttpClientError : public std::system_error {
 public:
  HttpClientError(ClientErrc code, const std::string& what)
      : std::system_error(make_error_code(code), what) {}
};

/// A request to be sent:
///
///     ClientRequest request("http://127.0.0.1:8888/items", "PUT", "1");
///     request.headers.set("X-Item", "first");
///     co_await client.fetch(std::move(request));
struct ClientRequest {
  // A constructor, and no fields to be named in braces: GCC 12 destroys aggregates that are made
  // within an expression with a co_await twice.
  explicit ClientRequest(std::string url, std::string method = "GET", std::string body = {})
      : url(std::move(url)), method(std::move(method)), body(std::move(body)) {}

  /// "http://" and 127.0.0.1, another numeric address ("[::1]") or localhost (which is 127.0.0.1),
  /// perhaps with a port, and a path and query that are percent-encoded already. A Unix socket is
  /// "http://unix:/run/app.sock:/path", or "http://unix:@name:/path" without a file, as nginx and
  /// Server::url() have it. A fragment is not sent.
  std::string url;
  std::string method;
  /// Sent beside Host, User-Agent, Connection, Content-Length and, for a POST, Content-Type
  /// (application/x-www-form-urlencoded); but for Connection and Content-Length, those given here
  /// take their places. Transfer-Encoding is refused.
  Headers headers = {};
  std::string body;
  /// Makes the content while it is sent, in place of `body`: awaited for the next piece once the
  /// last one has been written, and no more behind an empty one, or where the server does not take
  /// the rest. What it throws is thrown by fetch, and the connection is closed. It is destroyed
  /// with the response at the latest. Tornado's `body_producer`.
  std::function<Task<std::string>()> body_producer = {};
  /// How many bytes that will make, where it is known: they are sent with a Content-Length, and
  /// more or fewer are an error, invalid_request. Otherwise they are sent in chunks.
  std::optional<std::uint64_t> body_length = {};
  /// To be connected; and until the response is whole, the former included. Zero: for ever.
  Duration connect_timeout = std::chrono::seconds(20);
  Duration request_timeout = std::chrono::seconds(20);
  /// Bytes of the response's content; more is too_large.
  std::size_t max_body = 100 * std::size_t{1024} * 1024;
};

/// A whole response, of any status.
struct ClientResponse {
  int status = 0;
  /// As it was sent; not for programs to judge by.
  std::string reason = {};
  Headers headers = {};
  /// Without the framing. Codings (Content-Encoding) are not undone; none is asked for.
  std::string body = {};
};

namespace internal {
class ClientExchange;
}

/// A response whose head has arrived, and whose content is read while it does.
///
/// Thread: the Loop's. Lifetime: may outlive its client. Destroying it closes the connection.
class EDDY_API StreamedResponse {
 public:
  explicit StreamedResponse(std::unique_ptr<internal::ClientExchange> exchange) noexcept;
  StreamedResponse(StreamedResponse&& other) noexcept;
  StreamedResponse& operator=(StreamedResponse&& other) noexcept;
  ~StreamedResponse();

  [[nodiscard]] int status() const noexcept;
  [[nodiscard]] const std::string& reason() const noexcept;
  [[nodiscard]] const Headers& headers() const noexcept;

  /// `co_await response.read()`: the next piece, valid until the next read(); empty at the end. The
  /// server is read no faster than pieces are taken. One read at a time; this must live meanwhile.
  /// Throws as fetch does, after which the connection is closed.
  ///
  ///     for (std::string_view piece; !(piece = co_await response.read()).empty();) use(piece);
  [[nodiscard]] Task<std::string_view> read();
  /// Fields behind chunked content, once read() has given the end; empty before.
  [[nodiscard]] HeaderList trailers() const noexcept;

 private:
  std::unique_ptr<internal::ClientExchange> exchange_;
};

/// A client for HTTP/1.1: one connection for each request, which closes behind the response.
///
///     HttpClient client(loop);
///     const ClientResponse response = co_await client.fetch("http://127.0.0.1:8888/");
///
/// It does not do yet: TLS, names of hosts, redirects (a 3xx is a response like any other), kept
/// connections, cookies, codings and proxies.
///
/// Interim responses (1xx) are passed over. The content of a request is sent while the response is
/// read, so that a server which answers early, or in step with what it is sent, is understood.
///
/// Errors: HttpClientError and std::system_error, with the connection closed. A stop of the task
/// that waits, and its destruction, close it too.
///
/// Thread: the Loop's, and in tasks of that Loop. Lifetime: fetches go on when it is destroyed.
/// Source: tornado.httpclient.AsyncHTTPClient.
class EDDY_API HttpClient {
 public:
  /// Of the limits those of heads and of the parts of chunked content count.
  explicit HttpClient(Loop& loop, const HttpLimits& limits = {}) noexcept
      : loop_(&loop), limits_(limits) {}

  /// Sends `request` and gives the whole response, whatever its status.
  [[nodiscard]] Task<ClientResponse> fetch(ClientRequest request) const;
  /// A GET.
  [[nodiscard]] Task<ClientResponse> fetch(std::string url) const;
  /// Sends `request` and gives the response as soon as its head is there.
  [[nodiscard]] Task<StreamedResponse> fetch_streamed(ClientRequest request) const;

 private:
  Loop* loop_;
  HttpLimits limits_;
};

}  // namespace eddy::inline v0::web

template <>
struct std::is_error_code_enum<eddy::web::ClientErrc> : std::true_type {};
