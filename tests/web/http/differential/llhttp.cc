// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <llhttp.h>

#include <tests/web/http/differential/framing.h>

namespace eddy_tests {
namespace {

// llhttp stops behind every message, so that its end is known.
class LlhttpReader {
 public:
  explicit LlhttpReader(const MessageStream& stream) : stream_(stream) {
    llhttp_settings_init(&settings_);
    settings_.on_message_begin = [](llhttp_t* parser) { return of(parser).begin(); };
    settings_.on_url = [](llhttp_t* parser, const char* at, std::size_t size) {
      of(parser).message_.target.append(at, size);
      return 0;
    };
    settings_.on_headers_complete = [](llhttp_t* parser) { return of(parser).end_head(); };
    settings_.on_body = [](llhttp_t* parser, const char* at, std::size_t size) {
      of(parser).message_.body.append(at, size);
      return 0;
    };
    settings_.on_message_complete = [](llhttp_t* parser) { return of(parser).complete(); };
    llhttp_init(&parser_, stream.methods.empty() ? HTTP_REQUEST : HTTP_RESPONSE, &settings_);
    parser_.data = this;
  }

  Framing read() {
    const char* const base = stream_.bytes.data();
    const char* const end = base + stream_.bytes.size();
    const char* p = base;
    while (p != end && framing_.rest == StreamRest::open) {
      const llhttp_errno_t error = llhttp_execute(&parser_, p, static_cast<std::size_t>(end - p));
      if (error == HPE_OK) break;
      if (error != HPE_PAUSED) {
        framing_.rest = StreamRest::refused;
        return framing_;
      }
      p = llhttp_get_error_pos(&parser_);
      framing_.messages.back().end = static_cast<std::size_t>(p - base);
      llhttp_resume(&parser_);
    }
    if (framing_.rest == StreamRest::open && !stream_.methods.empty()) finish();
    return framing_;
  }

 private:
  static LlhttpReader& of(llhttp_t* parser) { return *static_cast<LlhttpReader*>(parser->data); }

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
      message_.method = llhttp_method_name(static_cast<llhttp_method_t>(parser_.method));
    } else {
      message_.status = parser_.status_code;
      if (message_.status >= 200) ++answered_;
    }
    framing_.messages.push_back(message_);
    if (parser_.upgrade != 0 || llhttp_should_keep_alive(&parser_) == 0) {
      framing_.rest = StreamRest::detached;
    }
    return HPE_PAUSED;
  }

  void finish() {
    const std::size_t before = framing_.messages.size();
    const llhttp_errno_t error = llhttp_finish(&parser_);
    if (framing_.messages.size() > before) {
      framing_.messages.back().end = stream_.bytes.size();
    } else if (error != HPE_OK) {
      framing_.rest = StreamRest::refused;
    }
  }

  const MessageStream& stream_;
  llhttp_settings_t settings_;
  llhttp_t parser_;
  FramedMessage message_;
  std::size_t answered_ = 0;
  Framing framing_;
};

}  // namespace

Framing frame_by_llhttp(const MessageStream& stream) { return LlhttpReader(stream).read(); }

}  // namespace eddy_tests
