// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tests/web/http/differential/framing.h>

#include <string_view>

#include <eddy/web/http/body_decoder.h>
#include <eddy/web/http/request_parser.h>
#include <eddy/web/http/response_parser.h>

namespace eddy_tests {
namespace {

using eddy::web::BodyDecoder;
using eddy::web::ContentFraming;
using eddy::web::ParseResult;
using eddy::web::ReceivedResponseHead;
using eddy::web::RequestHead;
using eddy::web::RequestParser;
using eddy::web::ResponseParser;

StreamRest rest_of(ParseResult result) {
  return result == ParseResult::need_more ? StreamRest::open : StreamRest::refused;
}

// Reads the content that `decoder` has begun; false when the stream goes no further.
bool read_content(BodyDecoder& decoder, const MessageStream& stream, FramedMessage& message,
                  Framing& framing) {
  while (!decoder.finished()) {
    const std::string_view input = std::string_view(stream.bytes).substr(message.end);
    BodyDecoder::Step step = decoder.decode(input);
    message.body += step.data;
    message.end += step.consumed;
    if (step.result == ParseResult::need_more && step.consumed == 0) {
      if (!stream.methods.empty()) step.result = decoder.end_of_input();
      if (step.result != ParseResult::done) framing.rest = rest_of(step.result);
      if (step.result == ParseResult::need_more) return false;
    }
    if (step.result == ParseResult::failed) {
      framing.rest = StreamRest::refused;
      return false;
    }
  }
  framing.messages.push_back(message);
  return true;
}

Framing frame_requests(const MessageStream& stream) {
  Framing framing;
  std::size_t at = 0;
  while (at < stream.bytes.size()) {
    RequestParser parser;
    const ParseResult result = parser.parse(std::string_view(stream.bytes).substr(at));
    if (result != ParseResult::done) {
      framing.rest = rest_of(result);
      return framing;
    }
    const RequestHead& head = parser.head();
    FramedMessage message{.method = std::string(head.method_text()),
                          .target = std::string(head.target()),
                          .end = at + parser.head_bytes()};
    BodyDecoder decoder;
    decoder.begin(head);
    if (!read_content(decoder, stream, message, framing)) return framing;
    at = message.end;
    if (!head.keep_alive()) {
      framing.rest = StreamRest::detached;
      return framing;
    }
  }
  return framing;
}

Framing frame_responses(const MessageStream& stream) {
  Framing framing;
  std::size_t at = 0;
  for (std::size_t answered = 0; answered < stream.methods.size() && at < stream.bytes.size();) {
    ResponseParser parser;
    parser.begin(stream.methods[answered]);
    const ParseResult result = parser.parse(std::string_view(stream.bytes).substr(at));
    if (result != ParseResult::done) {
      framing.rest = rest_of(result);
      return framing;
    }
    const ReceivedResponseHead& head = parser.head();
    FramedMessage message{.status = head.status(), .end = at + parser.head_bytes()};
    BodyDecoder decoder;
    decoder.begin(head);
    if (!read_content(decoder, stream, message, framing)) return framing;
    at = message.end;
    if (!head.interim()) ++answered;
    if (!head.keep_alive() || answered == stream.methods.size()) {
      framing.rest = StreamRest::detached;
      return framing;
    }
  }
  return framing;
}

bool same(const FramedMessage& a, const FramedMessage& b) {
  return a.method == b.method && a.target == b.target && a.status == b.status && a.body == b.body &&
         a.end == b.end;
}

}  // namespace

Framing frame_by_eddy(const MessageStream& stream) {
  return stream.methods.empty() ? frame_requests(stream) : frame_responses(stream);
}

Difference difference(const Framing& eddy, const Framing& other) {
  for (std::size_t i = 0; i < eddy.messages.size(); ++i) {
    if (i == other.messages.size()) {
      if (other.rest == StreamRest::open) return {&eddy.messages[i], nullptr};
      return {};
    }
    if (!same(eddy.messages[i], other.messages[i])) return {&eddy.messages[i], &other.messages[i]};
  }
  if (eddy.rest == StreamRest::open && other.messages.size() > eddy.messages.size()) {
    return {nullptr, &other.messages[eddy.messages.size()]};
  }
  return {};
}

}  // namespace eddy_tests
