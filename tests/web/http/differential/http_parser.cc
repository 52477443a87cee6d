// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <http_parser.h>

#include <tests/web/http/differential/framing.h>

namespace eddy_tests {
namespace {

// http-parser stops behind every message, so that its end is known.
class HttpParserReader {
 public:
  explicit HttpParserReader(const MessageStream& stream) : stream_(stream) {
    http_parser_settings_init(&settings_);
    settings_.on_message_begin = [](http_parser* parser) { return of(parser).begin(); };
    settings_.on_url = [](http_parser* parser, const char* at, std::size_t size) {
      of(parser).message_.target.append(at, size);
      return 0;
    };
    settings_.on_headers_complete = [](http_parser* parser) { return of(parser).end_head(); };
    settings_.on_body = [](http_parser* parser, const char* at, std::size_t size) {
      of(parser).message_.body.append(at, size);
      return 0;
    };
    settings_.on_message_complete = [](http_parser* parser) { return of(parser).complete(); };
    http_parser_init(&parser_, stream.methods.empty() ? HTTP_REQUEST : HTTP_RESPONSE);
    parser_.data = this;
  }

  Framing read() {
    std::size_t at = 0;
    while (at < stream_.bytes.size() && framing_.rest == StreamRest::open) {
      const std::size_t had = framing_.messages.size();
      at += http_parser_execute(&parser_, &settings_, stream_.bytes.data() + at,
                                stream_.bytes.size() - at);
      const http_errno error = HTTP_PARSER_ERRNO(&parser_);
      if (framing_.messages.size() > had) framing_.messages.back().end = at;
      if (error == HPE_PAUSED) {
        http_parser_pause(&parser_, 0);
      } else if (error != HPE_OK) {
        framing_.rest = StreamRest::refused;
        return framing_;
      }
    }
    if (framing_.rest == StreamRest::open && !stream_.methods.empty()) finish();
    return framing_;
  }

 private:
  static HttpParserReader& of(http_parser* parser) {
    return *static_cast<HttpParserReader*>(parser->data);
  }

  int begin() {
    message_ = {};
    return 0;
  }

  // 1: the message has no content, whatever its fields say. 2: and no message follows.
  int end_head() {
    if (answered_ >= stream_.methods.size()) return 0;
    const std::string& method = stream_.methods[answered_];
    if (method == "CONNECT" && parser_.status_code / 100 == 2) return 2;
    return method == "HEAD" ? 1 : 0;
  }

  int complete() {
    if (stream_.methods.empty()) {
      message_.method = http_method_str(static_cast<http_method>(parser_.method));
    } else {
      message_.status = static_cast<int>(parser_.status_code);
      if (message_.status >= 200) ++answered_;
    }
    framing_.messages.push_back(message_);
    if (parser_.upgrade != 0 || http_should_keep_alive(&parser_) == 0) {
      framing_.rest = StreamRest::detached;
    }
    http_parser_pause(&parser_, 1);
    return 0;
  }

  void finish() {
    const std::size_t had = framing_.messages.size();
    http_parser_execute(&parser_, &settings_, nullptr, 0);
    if (framing_.messages.size() > had) {
      framing_.messages.back().end = stream_.bytes.size();
    } else if (HTTP_PARSER_ERRNO(&parser_) != HPE_OK) {
      framing_.rest = StreamRest::refused;
    }
  }

  const MessageStream& stream_;
  http_parser_settings settings_;
  http_parser parser_;
  FramedMessage message_;
  std::size_t answered_ = 0;
  Framing framing_;
};

}  // namespace

Framing frame_by_http_parser(const MessageStream& stream) {
  return HttpParserReader(stream).read();
}

}  // namespace eddy_tests
