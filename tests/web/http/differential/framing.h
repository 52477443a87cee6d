// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// How parsers divide a stream of bytes into messages, in terms in which they can be compared.
namespace eddy_tests {

/// What a connection brings.
struct MessageStream {
  std::string bytes;
  /// Of the requests that the bytes answer, and the connection ends behind them; empty where the
  /// bytes are requests.
  std::vector<std::string> methods = {};
};

struct FramedMessage {
  std::string method = {};  // of a request
  std::string target = {};  // of a request
  int status = 0;           // of a response
  std::string body = {};    // chunked coding undone
  std::size_t end = 0;      // where in the stream the next message begins
};

/// What became of the stream behind the last complete message.
enum class StreamRest {
  open,      // more is waited for: nothing of a message, or a part of one, is there
  refused,   // the parser found an error
  detached,  // what follows is no message: the connection closes, or another protocol begins
};

struct Framing {
  std::vector<FramedMessage> messages;
  StreamRest rest = StreamRest::open;
};

[[nodiscard]] Framing frame_by_eddy(const MessageStream& stream);
[[nodiscard]] Framing frame_by_llhttp(const MessageStream& stream);
[[nodiscard]] Framing frame_by_http_parser(const MessageStream& stream);
[[nodiscard]] Framing frame_by_beast(const MessageStream& stream);

/// A message that Eddy accepts and the other reads differently. Either is null where that one has
/// not come to the end of the message.
struct Difference {
  const FramedMessage* eddy = nullptr;
  const FramedMessage* other = nullptr;
  explicit operator bool() const { return eddy != other; }
};

/// The first difference. That the other refuses what Eddy accepts is none, nor what it makes of the
/// bytes behind the last message of a connection.
[[nodiscard]] Difference difference(const Framing& eddy, const Framing& other);

}  // namespace eddy_tests
