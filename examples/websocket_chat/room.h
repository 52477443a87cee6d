// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include <eddy/web/http/json_encode.h>
#include <eddy/web/live/message_buffer.h>

namespace chat {

/// Who is told what is said: a guest's WebSocket.
class Guest {
 public:
  virtual void hear(const std::string& message) = 0;

 protected:
  ~Guest() = default;
};

struct Message {
  std::string key;
  std::string told;  // as JSON, in one line
};

/// What was said of late, and to whom it is told. A message is one by its key, which the page that
/// sends it has made: one that is sent again, since nobody knew whether it had come, is told once.
class Room {
 public:
  /// Goes on with what save() has left in `file`, if there is one.
  explicit Room(const std::string& file = {}) : Room(std::ifstream(file)) {}

  /// For guests who ask what is new.
  eddy::web::MessageBuffer<Message>& messages() { return messages_; }
  /// For guests who are told.
  void enter(Guest& guest) { guests_.insert(&guest); }
  void leave(Guest& guest) { guests_.erase(&guest); }

  void say(std::string_view name, std::string_view key, std::string_view text) {
    for (const Message& message : messages_.history()) {
      if (message.key == key) return;
    }
    const std::string told = eddy::web::json_encode(eddy::web::JsonObject()
                                                        .add("id", messages_.cursor() + 1)
                                                        .add("key", key)
                                                        .add("name", name)
                                                        .add("text", text));
    messages_.add({std::string(key), told});
    for (Guest* const guest : guests_) guest->hear(told);
  }

  /// Tells a guest what was said behind the message of that id.
  void repeat(Guest& guest, std::uint64_t since) const {
    for (const Message& message : messages_.after(since).messages) guest.hear(message.told);
  }

  /// For the Room of the next run.
  void save(const std::string& file) const {
    std::ofstream out(file);
    out << messages_.cursor() - messages_.history().size() << '\n';
    for (const Message& message : messages_.history()) {
      out << message.key << ' ' << message.told << '\n';
    }
  }

 private:
  static constexpr std::size_t kMost = 200;

  explicit Room(std::ifstream saved) : messages_(kMost, before_first(saved)) {
    for (Message message; saved >> message.key && std::getline(saved.ignore(), message.told);) {
      messages_.add(message);
    }
  }
  // Without a file, ids go on where they were when the program begins anew: by the clock.
  static std::uint64_t before_first(std::ifstream& saved) {
    std::uint64_t id = 0;
    return saved >> id ? id : eddy::web::MessageBuffer<Message>().cursor();
  }

  eddy::web::MessageBuffer<Message> messages_;
  std::set<Guest*> guests_;
};

}  // namespace chat
