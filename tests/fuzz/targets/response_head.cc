// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>

#include <eddy/web/http/response_parser.h>
#include <tests/fuzz/fuzz.h>
#include <tests/web/http/protocol_case.h>

namespace eddy_tests {

namespace {

using eddy::web::ContentFraming;
using eddy::web::HttpLimits;
using eddy::web::ParseResult;
using eddy::web::ReceivedResponseHead;
using eddy::web::ResponseParser;

// Near enough to be reached.
constexpr HttpLimits kLimits{.header_bytes = 600, .header_count = 8};

void check_views(const ReceivedResponseHead& head, std::string_view text) {
  require(head.status() >= 100 && head.status() <= 999, "a status has three digits", text);
  require(lies_within(head.reason(), text), "views lie in the text", text);
  require(head.headers().size() <= kLimits.header_count, "fields are bounded", text);
  for (const eddy::web::HeaderField field : head.headers()) {
    require(lies_within(field.name, text) && lies_within(field.value, text),
            "fields lie in the text", text);
    require(!field.name.empty() &&
                field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
            "fields are lines", text);
  }
  require(head.framing() != ContentFraming::length || head.content_length().has_value(),
          "content with a length has one", text);
  // Where a connection's end is the content's, or the protocol changes, nothing can follow.
  const bool last =
      head.framing() == ContentFraming::until_close || head.framing() == ContentFraming::tunnel;
  require(!last || !head.keep_alive(), "nothing follows what ends with the connection", text);
}

std::string describe(const ReceivedResponseHead& head) {
  std::string out = std::to_string(head.status()) + " " + escaped(head.reason()) + " 1." +
                    std::to_string(head.version_minor()) + "\n";
  for (const eddy::web::HeaderField field : head.headers()) {
    out += escaped(field.name) + ": " + escaped(field.value) + "\n";
  }
  out += "framing " + std::to_string(static_cast<int>(head.framing())) + " length ";
  out += head.content_length() ? std::to_string(*head.content_length()) : "none";
  out += head.keep_alive() ? " keep-alive" : "";
  return out + (head.interim() ? " interim\n" : "\n");
}

std::string serialize(const ReceivedResponseHead& head) {
  std::string out = head.version_minor() == 0 ? "HTTP/1.0 " : "HTTP/1.1 ";
  out.append(std::to_string(head.status())).append(" ").append(head.reason()).append("\r\n");
  for (const eddy::web::HeaderField field : head.headers()) {
    out.append(field.name).append(":").append(field.value).append("\r\n");
  }
  return out + "\r\n";
}

std::string events_of(const char* method, const std::vector<std::string_view>& pieces) {
  ResponseParser parser(kLimits);
  parser.begin(method);
  // New memory for each piece, so that a sanitizer sees a view that is kept too long.
  auto text = std::make_unique<std::string>();
  for (const std::string_view piece : pieces) {
    text = std::make_unique<std::string>(std::string(*text).append(piece));
    const ParseResult result = parser.parse(*text);
    if (result == ParseResult::failed) {
      require(parser.error().status >= 400 && parser.error().status < 600, "an error has a status",
              *text);
      return "error " + std::to_string(parser.error().status) + " " + parser.error().what + "\n";
    }
    if (result == ParseResult::need_more) continue;
    check_views(parser.head(), *text);
    require(parser.head_bytes() <= kLimits.header_bytes, "a head is bounded", *text);
    return describe(parser.head()) + "behind it at " + std::to_string(parser.head_bytes()) + "\n";
  }
  return "more\n";
}

void check(const char* method, std::string_view input) {
  same_in_pieces(input, [method](const auto& pieces) { return events_of(method, pieces); });
  ResponseParser parser(kLimits);
  parser.begin(method);
  const ParseResult result = parser.parse(input);
  if (result == ParseResult::need_more) {
    require(input.size() < kLimits.header_bytes, "a head that does not end is refused", input);
  }
  if (result != ParseResult::done) return;
  const std::string written = serialize(parser.head());
  ResponseParser again(kLimits);
  again.begin(method);
  require(again.parse(written) == ParseResult::done, "what was accepted is accepted again",
          written);
  require(describe(again.head()) == describe(parser.head()), "a head written anew says the same",
          written);
  require(again.head_bytes() == written.size(), "it ends where it ends", written);
}

}  // namespace

void fuzz_response_head(std::string_view input) {
  for (const char* method : {"GET", "HEAD", "CONNECT"}) check(method, input);
  require_linear(input, [](std::string_view text) {
    const HttpLimits wide{.header_bytes = 1 << 20, .header_count = 1 << 20};
    ResponseParser whole(wide);
    whole.parse(text);
    ResponseParser bytes(wide);
    ParseResult bytes_result = ParseResult::need_more;
    for (std::size_t size = 0; size < text.size() && bytes_result == ParseResult::need_more;) {
      bytes_result = bytes.parse(text.substr(0, ++size));
    }
  });
}

}  // namespace eddy_tests
