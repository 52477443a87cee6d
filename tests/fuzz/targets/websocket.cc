// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <eddy/web/http/url.h>
#include <eddy/web/websocket/internal/deflate.h>
#include <eddy/web/websocket/internal/message_reader.h>
#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::web::internal::DeflateInflater;
using eddy::web::internal::MessageEvent;
using eddy::web::internal::MessageLimits;
using eddy::web::internal::MessageReader;
using Kind = MessageEvent::Kind;
using Peer = MessageReader::Peer;

constexpr MessageLimits kLimits{.bytes = 5000, .frames = 20};
// A message, a control frame and a decompressor.
constexpr std::size_t kMostHeld = 5000 + 300 + 48 * 1024;

// The first byte of the input says how the connection is.
struct Connection {
  explicit Connection(char first)
      : inflater(15, (first & 2) != 0),
        reader((first & 1) != 0 ? Peer::server : Peer::client, kLimits,
               (first & 4) != 0 ? &inflater : nullptr) {}
  DeflateInflater inflater;
  MessageReader reader;
};

void check(const MessageEvent& event, std::string_view input) {
  require(event.data.size() <= kLimits.bytes || event.kind == Kind::failed, "messages are bounded",
          input);
  const bool text = event.kind == Kind::text || event.kind == Kind::close;
  require(!text || eddy::web::is_utf8(event.data), "text is UTF-8", input);
  const bool control = event.kind == Kind::ping || event.kind == Kind::pong;
  require(!control || event.data.size() <= 125, "control frames are short", input);
}

std::string events_of(std::string_view input, const std::vector<std::string_view>& pieces) {
  Connection connection(input[0]);
  std::string events;
  for (const std::string_view piece : pieces) {
    std::string bytes(piece);  // they are unmasked in place
    std::span<char> rest(bytes);
    while (true) {
      const MessageEvent event = connection.reader.read(rest);
      if (event.kind == Kind::more) break;
      check(event, input);
      events += std::to_string(static_cast<int>(event.kind)) + " " +
                std::to_string(static_cast<int>(event.code)) + " ";
      events.append(event.data).append("\n");
      if (event.kind == Kind::failed) return events;
    }
    require(rest.empty(), "all of the input is taken", input);
    require(connection.reader.bytes_held() <= kMostHeld, "what is held is bounded", input);
  }
  return events;
}

}  // namespace

void fuzz_websocket(std::string_view input) {
  if (input.empty()) return;
  same_in_pieces(input.substr(1), [input](const std::vector<std::string_view>& pieces) {
    return events_of(input, pieces);
  });
  // A message may be longer than those here.
  require_linear(input, [](std::string_view text) {
    std::string out;
    DeflateInflater inflater(15, false);
    static_cast<void>(inflater.inflate(text, true, out, 1 << 20));
  });
}

}  // namespace eddy_tests
