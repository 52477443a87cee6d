// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eddy_tests {

struct SeenEvent {
  std::string type;
  std::string data;
  std::string last_event_id;
  bool operator==(const SeenEvent&) const = default;
};

/// What an EventSource makes of a stream, step by step as the standard says it (HTML, 9.2.5 and
/// 9.2.6), and with nothing of the library's.
class EventSource {
 public:
  /// A piece of the stream, cut anywhere.
  void feed(std::string_view piece) {
    for (const char c : piece) {
      if (at_start_ && skip_mark(c)) continue;
      take(c);
    }
  }
  [[nodiscard]] const std::vector<SeenEvent>& events() const { return events_; }
  [[nodiscard]] const std::string& last_event_id() const { return last_event_id_; }
  [[nodiscard]] const std::optional<unsigned long long>& retry() const { return retry_; }
  [[nodiscard]] std::size_t comments() const { return comments_; }
  /// Something of an event is there that an end of the stream would drop.
  [[nodiscard]] bool within_event() const {
    return !line_.empty() || !data_.empty() || !type_.empty();
  }

 private:
  // One leading byte order mark is dropped.
  bool skip_mark(char c) {
    static constexpr std::string_view kMark = "\xEF\xBB\xBF";
    if (c == kMark[mark_.size()]) {
      mark_.push_back(c);
      if (mark_.size() == kMark.size()) at_start_ = false;
      return true;
    }
    at_start_ = false;
    for (const char kept : mark_) take(kept);
    return false;
  }

  void take(char c) {
    if (c == '\n' && after_cr_) {
      after_cr_ = false;
      return;
    }
    after_cr_ = c == '\r';
    if (c == '\r' || c == '\n') {
      end_line();
      line_.clear();
    } else {
      line_.push_back(c);
    }
  }

  void end_line() {
    if (line_.empty()) return dispatch();
    const std::size_t colon = line_.find(':');
    if (colon == 0) {
      ++comments_;
      return;
    }
    const std::string name = line_.substr(0, colon);
    std::string value = colon == std::string::npos ? "" : line_.substr(colon + 1);
    if (!value.empty() && value[0] == ' ') value.erase(0, 1);
    field(name, value);
  }

  void field(const std::string& name, const std::string& value) {
    if (name == "event") {
      type_ = value;
    } else if (name == "data") {
      data_ += value + '\n';
    } else if (name == "id") {
      if (value.find('\0') == std::string::npos) id_buffer_ = value;
    } else if (name == "retry") {
      if (value.empty() || value.find_first_not_of("0123456789") != std::string::npos) return;
      retry_ = std::stoull(value);
    }
  }

  void dispatch() {
    last_event_id_ = id_buffer_;
    if (data_.empty()) {
      type_.clear();
      return;
    }
    data_.pop_back();
    events_.push_back({type_.empty() ? "message" : type_, data_, last_event_id_});
    data_.clear();
    type_.clear();
  }

  bool at_start_ = true;
  std::string mark_;
  bool after_cr_ = false;
  std::string line_;
  std::string data_;
  std::string type_;
  std::string id_buffer_;
  std::string last_event_id_;
  std::optional<unsigned long long> retry_;
  std::vector<SeenEvent> events_;
  std::size_t comments_ = 0;
};

}  // namespace eddy_tests
