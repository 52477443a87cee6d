// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/request.h>
#include <eddy/web/http/request_body.h>
#include <eddy/web/http/response_stream.h>

namespace eddy::inline v0::web {

/// Answers one request step by step: the other form of a handler for HttpServer, for what keeps
/// state between the steps and for frameworks of other kinds on Eddy's server.
///
///     struct Counter : MessageDelegate {
///       Task<void> headers_received(const Request&, ResponseStream& response) override {
///         response_ = &response;
///         co_return;
///       }
///       Task<void> data_received(std::string_view piece) override {
///         bytes_ += piece.size();
///         co_return;
///       }
///       Task<void> finish() override {
///         response_->write(std::to_string(bytes_));
///         co_return;
///       }
///       ...
///     };
///     HttpServer server(loop, [] { return std::make_unique<Counter>(); });
///
/// The steps come in this order, each when the one before has ended, so that the client is read no
/// faster than its content is dealt with. The response ends with ResponseStream::finish() or behind
/// the last step; the steps after a finished response are left out. What a step throws becomes an
/// error page, where no head has been sent.
///
/// Thread: the Loop's. Ownership: made for each request by the server's function, destroyed when
/// the request is over, at the latest with the server; a step that waits then is destroyed with it.
/// Source: tornado.httputil.HTTPMessageDelegate.
class EDDY_API MessageDelegate {
 public:
  MessageDelegate() = default;
  MessageDelegate(const MessageDelegate&) = delete;
  MessageDelegate& operator=(const MessageDelegate&) = delete;
  virtual ~MessageDelegate();

  /// The head is there. Both references are valid as long as this object.
  virtual Task<void> headers_received(const Request& request, ResponseStream& response) = 0;
  /// Behind headers_received(), before anything of the content is read: how large it may be, and
  /// how long it may take. `control` is valid as long as this object.
  virtual void body_begins(RequestBodyControl& /*control*/) {}
  /// The next piece of the content, never empty; valid until the task has ended.
  virtual Task<void> data_received(std::string_view piece) = 0;
  /// The content is complete, or there was none.
  virtual Task<void> finish() = 0;
  /// The client has gone while a step waits; at most once. For other methods than GET and HEAD the
  /// steps go on, unheard.
  virtual void on_connection_close() {}
};

}  // namespace eddy::inline v0::web
