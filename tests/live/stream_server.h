// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/web/live/event_stream_handler.h>
#include <eddy/web/live/event_stream_options.h>
#include <eddy/web/live/event_stream_route.h>

#include <tests/live/event_source.h>
#include <tests/web/http/manual_server.h>

namespace eddy_tests {

/// A test with clients in memory that read event streams.
class EventStreamServer : public ManualServerTest {
 protected:
  static std::string get(std::string_view path, std::string_view fields = {}) {
    std::string request = "GET ";
    request.append(path).append(" HTTP/1.1\r\nHost: a\r\n").append(fields).append("\r\n");
    return request;
  }
  /// A stream that has begun; what came behind its head is in begun_.
  eddy::testing::ManualPeer open(std::string_view path, std::string_view fields = {}) {
    if (server_ == nullptr) listen();
    eddy::testing::ManualPeer peer = connect(get(path, fields));
    const std::string answer = read(peer);
    head_ = answer.substr(0, answer.find("\r\n\r\n") + 4);
    begun_ = answer.substr(head_.size());
    EXPECT_THAT(head_, ::testing::StartsWith("HTTP/1.1 200 OK\r\n"));
    return peer;
  }
  template <class F>
  void add(std::string_view path, F&& function, const eddy::web::EventStreamOptions& options = {}) {
    app_.add(eddy::web::event_stream_route(path, std::forward<F>(function), {}, options));
  }

  std::string head_;
  std::string begun_;
};

}  // namespace eddy_tests
