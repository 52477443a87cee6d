// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <eddy/web/websocket/internal/append_within.h>
#include <eddy/web/websocket/message.h>

namespace eddy::inline v0::web::internal {

/// Messages that have come and that receive() has not given yet.
class Inbox {
 public:
  [[nodiscard]] bool empty() const noexcept { return messages_.empty(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// Whether the peer is to wait before it sends more.
  [[nodiscard]] bool full(std::size_t most_bytes) const noexcept {
    return messages_.size() >= kMost || (!empty() && bytes_ >= most_bytes);
  }
  void put(WebSocketMessage message) {
    messages_.push_back(std::move(message));
    bytes_ += bytes_of(messages_.back());
  }
  /// The oldest one; there must be one.
  [[nodiscard]] WebSocketMessage take() {
    WebSocketMessage message = std::move(messages_.front());
    messages_.erase(messages_.begin());  // of few
    bytes_ -= bytes_of(message);
    if (messages_.empty()) std::vector<WebSocketMessage>().swap(messages_);
    return message;
  }

 private:
  static constexpr std::size_t kMost = 64;

  static std::size_t bytes_of(const WebSocketMessage& message) noexcept {
    return sizeof message + heap_bytes(message.data);
  }

  std::vector<WebSocketMessage> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace eddy::inline v0::web::internal
