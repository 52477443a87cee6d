// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <eddy/core/base/export.h>
#include <eddy/web/app/internal/number.h>
#include <eddy/web/http/file.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/request.h>
#include <eddy/web/http/response_stream.h>

namespace eddy::inline v0::web {

class Application;

namespace internal {
class Exchange;
struct HandlerAccess;
}  // namespace internal

/// Base of the classes that answer requests: one object for each. The HTTP methods that a handler
/// answers are members of these names, with one parameter for each group of the route's pattern or
/// none at all; they return nothing, or Task<void> where they have to wait:
///
///     struct Story : eddy::web::RequestHandler {
///       void get(int id) { write("story ", id); }
///       eddy::Task<void> post(int id);
///     };
///
/// The names are get, head, post, put, patch, options and del (DELETE). They are found when the
/// route is compiled, inherited ones too; one that can't be taken is a compile error. A method that
/// is not there is answered by 405 with Allow, but HEAD is answered by get() without the content.
///
/// `prepare` may be declared too, `void prepare()` or `Task<void> prepare()`: it runs before the
/// method, which is left out if it has finished the response.
///
/// A handler of large uploads takes the content while it arrives:
///
///     struct Upload : eddy::web::RequestHandler {
///       static constexpr bool stream_request_body = true;
///       void data_received(std::string_view piece) { ... }  // or Task<void>: the client waits
///       void post() { write("thanks"); }                    // after the last piece
///     };
///
/// `static constexpr std::size_t max_body_size` replaces the server's limit for bodies, and
/// `static constexpr bool cancel_on_disconnect = true` stops the tasks of all its methods when the
/// client has gone, not only those of GET and HEAD.
///
/// What has been written is sent when the method has returned, or its task has ended, or by
/// finish(). What a handler throws becomes an error page (HttpError: of its status; anything else:
/// 500) and one line in the log. After the client has gone, writing does nothing.
///
/// Thread: the Loop's. Ownership: the server makes and destroys it; nothing can be written in its
/// constructor. Source: tornado.web.RequestHandler.
class EDDY_API RequestHandler {
 public:
  RequestHandler() = default;
  RequestHandler(const RequestHandler&) = delete;
  RequestHandler& operator=(const RequestHandler&) = delete;
  virtual ~RequestHandler();

  /// Called before the method; see above. Not virtual: a handler's own is found by its name.
  void prepare() {}
  /// Called once, when the response has been handed over and the handler runs no more. Nothing can
  /// be sent any more, and what it throws is only logged.
  virtual void on_finish() {}
  /// Called at most once, when the client has gone while a method waits; see also
  /// ServerOptions::half_close. on_finish() comes in any case.
  virtual void on_connection_close() {}
  /// Sends the page for an error status; an overriding one writes its own.
  virtual void write_error(int status);

  [[nodiscard]] const Request& request() const;
  /// The application that this handler is a route of. Throws std::logic_error once that has been
  /// destroyed.
  [[nodiscard]] Application& app() const;

  /// 100 to 999. An empty reason is the status's own; one with control characters is dropped.
  void set_status(int status, std::string_view reason = {});
  [[nodiscard]] int status() const;

  /// Replaces what was set by that name. Throws std::invalid_argument where a name or value could
  /// not be sent (control characters). Content-Type is text/html; charset=UTF-8 unless it is set.
  void set_header(std::string_view name, std::string_view value);
  /// Adds a field beside those of the same name.
  void add_header(std::string_view name, std::string_view value);
  void clear_header(std::string_view name);

  /// Appends to the content: text, and numbers in decimal. Throws std::logic_error after finish().
  template <class... Parts>
  void write(const Parts&... parts) {
    (write_part(parts), ...);
  }

  /// `co_await flush()`: sends what has been written so far, at first behind status and header
  /// fields, and waits while the client is slow in taking it. See ResponseStream, which it is like.
  [[nodiscard]] internal::FlushAwaiter flush();
  /// Whether a flush() has sent status and header fields, so that they can't change any more.
  [[nodiscard]] bool headers_sent() const;

  // The next three make a response of their own: they throw std::logic_error when one has been
  // finished, or begun by flush().

  /// Ends the request by sending a file, or a part of it, as it lies on the disk; what was written
  /// is dropped. Content-Type is the handler's to set (see mime.h).
  void send_file(File file);
  void send_file(File file, std::uint64_t offset, std::uint64_t length);
  /// Ends the request by sending the client elsewhere: 302, or 301 for good.
  void redirect(std::string_view url, bool permanent = false);
  /// Ends the request with the error page of `status`; what was written before is dropped.
  void send_error(int status);
  /// The response is complete: it is sent, and the handler may go on without it. Throws
  /// std::logic_error if it was called before.
  void finish();
  void finish(std::string_view last_part);
  [[nodiscard]] bool finished() const;

 private:
  friend struct internal::HandlerAccess;

  [[nodiscard]] internal::Exchange& exchange() const;
  /// For `call`, which makes a response of its own. Throws std::logic_error when one is on its way.
  [[nodiscard]] internal::Exchange& unsent(const char* call) const;
  void append(std::string_view text);

  template <class Part>
  void write_part(const Part& part) {
    if constexpr (std::is_convertible_v<const Part&, std::string_view>) {
      append(part);
    } else {
      static_assert(
          std::is_arithmetic_v<Part> && !std::same_as<Part, bool> && !std::same_as<Part, char>,
          "write() takes text and numbers");
      append(internal::NumberText(static_cast<internal::WideNumber<Part>>(part)).text());
    }
  }

  internal::Exchange* exchange_ = nullptr;
};

}  // namespace eddy::inline v0::web
