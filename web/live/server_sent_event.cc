// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/server_sent_event.h>

#include <algorithm>
#include <stdexcept>

namespace eddy::inline v0::web {

namespace {

void check_line(std::string_view name, std::string_view text) {
  if (text.find_first_of("\r\n") == std::string_view::npos) return;
  throw std::invalid_argument("ServerSentEvent: the " + std::string(name) +
                              " has a line break, which would end its field; only data may have "
                              "them");
}

void check(const ServerSentEvent& event) {
  check_line("event", event.event);
  if (event.id) {
    check_line("id", *event.id);
    if (event.id->find('\0') != std::string::npos) {
      throw std::invalid_argument(
          "ServerSentEvent: the id has a NUL, with which clients ignore it");
    }
  }
  if (event.retry && event.retry->count() < 0) {
    throw std::invalid_argument("ServerSentEvent: retry is below zero");
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  // Always with the blank: one of the value's own would be taken for it.
  out.append(name).append(": ").append(value).push_back('\n');
}

void append_data(std::string& out, std::string_view data) {
  out.reserve(out.size() + data.size() + 16);
  for (;;) {
    const std::size_t end = data.find_first_of("\r\n");
    append_field(out, "data", data.substr(0, end));
    if (end == std::string_view::npos) return;
    const bool two = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (two ? 2 : 1));
  }
}

}  // namespace

void append_to(std::string& out, const ServerSentEvent& event) {
  check(event);
  if (event.retry) append_field(out, "retry", std::to_string(event.retry->count()));
  if (event.id) append_field(out, "id", *event.id);
  if (!event.event.empty()) append_field(out, "event", event.event);
  const bool only_sets = event.data.empty() && event.event.empty() && (event.id || event.retry);
  if (!only_sets) append_data(out, event.data);
  out.push_back('\n');
}

std::string to_string(const ServerSentEvent& event) {
  std::string text;
  append_to(text, event);
  return text;
}

namespace internal {

void append_event_data(std::string& out, std::string_view data) {
  append_data(out, data);
  out.push_back('\n');
}

}  // namespace internal
}  // namespace eddy::inline v0::web
