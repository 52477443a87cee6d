// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>

#include <eddy/web/http/json_encode.h>

namespace chat {

/// Who is told what is said: a guest's WebSocket.
class Guest {
 public:
  virtual void hear(const std::string& message) = 0;

 protected:
  ~Guest() = default;
};

/// What was said of late, and to whom it is told. A message is one by its key, which the page that
/// sends it has made: one that is sent again, since nobody knew whether it had come, is told once.
class Room {
 public:
  explicit Room(std::uint64_t first) : last_(first) {}

  void enter(Guest& guest) { guests_.insert(&guest); }
  void leave(Guest& guest) { guests_.erase(&guest); }

  void say(std::string_view name, std::string_view key, std::string_view text) {
    for (const Message& message : recent_) {
      if (message.key == key) return;
    }
    const std::string told = eddy::web::json_encode(eddy::web::JsonObject()
                                                        .add("id", ++last_)
                                                        .add("key", key)
                                                        .add("name", name)
                                                        .add("text", text));
    recent_.push_back({last_, std::string(key), told});
    if (recent_.size() > kMost) recent_.pop_front();
    for (Guest* const guest : guests_) guest->hear(told);
  }

  /// Tells a guest what was said behind the message of that id.
  void repeat(Guest& guest, std::uint64_t since) const {
    for (const Message& message : recent_) {
      if (message.id > since) guest.hear(message.told);
    }
  }

 private:
  static constexpr std::size_t kMost = 200;

  struct Message {
    std::uint64_t id;
    std::string key;
    std::string told;
  };

  std::uint64_t last_;
  std::deque<Message> recent_;
  std::set<Guest*> guests_;
};

}  // namespace chat
