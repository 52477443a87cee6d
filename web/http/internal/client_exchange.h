// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <eddy/core/base/time.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/task/task.h>
#include <eddy/core/task/task_group.h>
#include <eddy/web/http/body_decoder.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/http_client.h>
#include <eddy/web/http/internal/client_url.h>
#include <eddy/web/http/limits.h>
#include <eddy/web/http/response_parser.h>

namespace eddy::inline v0::web::internal {

/// One request and its response, on a connection of their own. Destroying it closes that.
class ClientExchange {
 public:
  ClientExchange(Loop& loop, const HttpLimits& limits, ClientRequest request);
  ClientExchange(const ClientExchange&) = delete;
  ClientExchange& operator=(const ClientExchange&) = delete;

  /// Connects, begins to send, and returns when the head of the final response is there. Where it
  /// throws this is to be destroyed.
  [[nodiscard]] Task<void> begin();
  /// The next piece of content; empty at its end. Closes the connection there, and where it throws
  /// or is destroyed.
  [[nodiscard]] Task<std::string_view> read();
  /// The whole response, instead of read() and of what is below.
  [[nodiscard]] Task<ClientResponse> read_all();

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  [[nodiscard]] const Headers& headers() const noexcept { return headers_; }
  [[nodiscard]] HeaderList trailers() const noexcept { return decoder_.trailers(); }

 private:
  /// What the system gives a read; a multiple of a page.
  static constexpr std::size_t kReadBytes = 16 * 1024;

  /// `task` for as long as request_timeout lasts.
  template <class T>
  Task<T> in_time(Task<T> task);
  Task<void> connect();
  /// Sends what there is at once room for, and the rest while the response is read.
  void send();
  /// But for the first `sent` bytes of both.
  Task<void> send_rest(std::string head, std::string body, std::size_t sent);
  /// Sends the head, and what body_producer makes.
  Task<void> send_produced(std::string head);
  /// Sends `piece` from `begin` on. False where the server takes no more, whose answer may be
  /// there, or the connection can't, which is closed then.
  Task<bool> try_send(std::string piece, std::size_t begin = 0);
  Task<std::size_t> receive();
  Task<void> read_head();
  Task<std::string_view> read_piece();
  Task<ClientResponse> collect();
  /// The head is whole: its own copies of what the parser shows, and the content's framing.
  void take_head();
  [[noreturn]] void fail(ClientErrc code, std::string_view why);
  [[noreturn]] void fail(const ParseError& error);

  Loop& loop_;
  ClientRequest request_;
  ClientUrl url_;
  TimePoint deadline_;
  ResponseParser parser_;
  BodyDecoder decoder_;
  int status_ = 0;
  std::string reason_;
  Headers headers_;
  /// All of the head that is read, and what has come behind it.
  std::string head_;
  std::array<char, kReadBytes> piece_;
  /// What has been received and not been dealt with: in head_ or in piece_.
  std::string_view rest_;
  /// Why nothing more can be sent, where reading could not tell.
  std::error_code send_error_;
  /// What body_producer has thrown, or why what it has made can't be sent.
  std::exception_ptr producer_error_;
  std::unique_ptr<Stream> stream_;
  /// Sends the request; the last member, so that it ends before what it uses.
  TaskGroup sender_;
};

}  // namespace eddy::inline v0::web::internal
