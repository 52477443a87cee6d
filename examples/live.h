// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/web/web.h>

/// How the demos' pages follow their host's state: a page asks for what is newer than the version
/// it has, and the answer waits until there is something. Nobody polls.
///
///     app.get("/state/{seen}", [&](int seen) -> eddy::Task<std::string> {
///       co_await changes.newer_than(seen);
///       co_return state_as_json(changes.version());
///     });
namespace examples {

/// Thread: the Loop's.
class Changes {
 public:
  [[nodiscard]] int version() const { return version_; }

  /// Call it when the state has changed.
  void notify() {
    ++version_;
    for (auto& wait : std::exchange(waits_, {})) wait();
  }

  /// Ends when the state has another version than `seen`, at once if it has one already.
  eddy::Task<void> newer_than(int seen) {
    if (seen != version_) co_return;
    co_await eddy::from_callback<void>(
        [this](eddy::Completion<void> wait) { waits_.push_back(std::move(wait)); });
  }

 private:
  int version_ = 0;
  std::vector<eddy::Completion<void>> waits_;
};

/// `text` as a JSON string, quotes included.
inline std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      const char* digits = "0123456789abcdef";
      json += "\\u00";
      json += digits[c >> 4];
      json += digits[c & 15];
    } else {
      json += c;
    }
  }
  return json + '"';
}

/// A response that no cache keeps.
inline eddy::web::Response json(std::string body) {
  eddy::web::Response response;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

}  // namespace examples
