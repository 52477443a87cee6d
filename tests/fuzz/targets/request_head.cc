// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>

#include <eddy/web/http/request_parser.h>
#include <tests/fuzz/fuzz.h>
#include <tests/web/http/protocol_case.h>

namespace eddy_tests {

namespace {

using eddy::web::HttpLimits;
using eddy::web::ParseResult;
using eddy::web::RequestHead;
using eddy::web::RequestParser;

// Near enough to be reached.
constexpr HttpLimits kLimits{.header_bytes = 600, .header_count = 8, .target_bytes = 80};

void check_views(const RequestHead& head, std::string_view text) {
  require(lies_within(head.method_text(), text) && lies_within(head.target(), text) &&
              lies_within(head.query(), head.target()) && lies_within(head.host(), text),
          "views lie in the text", text);
  require(head.path() == "/" || lies_within(head.path(), head.target()),
          "the path lies in the target", text);
  require(head.headers().size() <= kLimits.header_count, "fields are bounded", text);
  require(head.target().size() <= kLimits.target_bytes, "the target is bounded", text);
  for (const eddy::web::HeaderField field : head.headers()) {
    require(lies_within(field.name, text) && lies_within(field.value, text),
            "fields lie in the text", text);
    require(!field.name.empty() &&
                field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
            "fields are lines", text);
  }
  require(!head.chunked() || !head.content_length(), "one framing", text);
}

std::string describe(const RequestHead& head) {
  std::string out;
  for (const std::string_view part :
       {head.method_text(), head.target(), head.path(), head.query(), head.host()}) {
    out += escaped(part) + "\n";
  }
  for (const eddy::web::HeaderField field : head.headers()) {
    out += escaped(field.name) + ": " + escaped(field.value) + "\n";
  }
  out += std::to_string(static_cast<int>(head.form())) + " 1." +
         std::to_string(head.version_minor()) + " length ";
  out += head.content_length() ? std::to_string(*head.content_length()) : "none";
  for (const bool flag :
       {head.chunked(), head.has_body(), head.keep_alive(), head.expects_continue()}) {
    out += flag ? " yes" : " no";
  }
  return out + "\n";
}

std::string serialize(const RequestHead& head) {
  std::string out;
  out.append(head.method_text()).append(" ").append(head.target());
  out.append(head.version_minor() == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const eddy::web::HeaderField field : head.headers()) {
    out.append(field.name).append(":").append(field.value).append("\r\n");
  }
  return out + "\r\n";
}

std::string events_of(const std::vector<std::string_view>& pieces) {
  RequestParser parser(kLimits);
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
  return std::string("more ") + (parser.started() ? "of it" : "of nothing") + "\n";
}

}  // namespace

void fuzz_request_head(std::string_view input) {
  same_in_pieces(input, events_of);
  RequestParser parser(kLimits);
  const ParseResult result = parser.parse(input);
  if (result == ParseResult::need_more) {
    require(input.size() < kLimits.header_bytes, "a head that does not end is refused", input);
  }
  if (result == ParseResult::done) {
    const std::string written = serialize(parser.head());
    RequestParser again(kLimits);
    require(again.parse(written) == ParseResult::done, "what was accepted is accepted again",
            written);
    require(describe(again.head()) == describe(parser.head()), "a head written anew says the same",
            written);
    require(again.head_bytes() == written.size(), "it ends where it ends", written);
  }
  require_linear(input, [](std::string_view text) {
    const HttpLimits wide{
        .header_bytes = 1 << 20, .header_count = 1 << 20, .target_bytes = 1 << 20};
    RequestParser whole(wide);
    whole.parse(text);
    RequestParser bytes(wide);
    ParseResult bytes_result = ParseResult::need_more;
    for (std::size_t size = 0; size < text.size() && bytes_result == ParseResult::need_more;) {
      bytes_result = bytes.parse(text.substr(0, ++size));
    }
  });
}

}  // namespace eddy_tests
