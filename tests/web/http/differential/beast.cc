// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/optional.hpp>

#include <tests/web/http/differential/framing.h>

namespace eddy_tests {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

// Reads one message; what it is made of is in `message`.
template <bool IsRequest>
class BeastReader : public http::basic_parser<IsRequest> {
 public:
  explicit BeastReader(bool no_content) {
    this->eager(true);
    this->header_limit(1024 * 1024);
    this->body_limit(boost::none);
    this->skip(no_content);
  }

  FramedMessage message;

 private:
  void on_request_impl(http::verb, string_view method, string_view target, int,
                       error_code&) override {
    message.method = std::string(method);
    message.target = std::string(target);
  }
  void on_response_impl(int code, string_view, int, error_code&) override { message.status = code; }
  void on_field_impl(http::field, string_view, string_view, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override {
    message.body += std::string(body);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    message.body += std::string(body);
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

// Adds the message that begins at `at`, if it is complete.
template <bool IsRequest>
void read_message(const MessageStream& stream, bool no_content, std::size_t at, Framing& framing) {
  BeastReader<IsRequest> reader(no_content);
  error_code error;
  while (!reader.is_done()) {
    const std::size_t used =
        reader.put(boost::asio::buffer(stream.bytes.data() + at, stream.bytes.size() - at), error);
    at += used;
    if (error == http::error::need_more || (used == 0 && !error && !reader.is_done())) {
      if (IsRequest) return;
      error = {};
      reader.put_eof(error);
    }
    if (error) {
      framing.rest = StreamRest::refused;
      return;
    }
  }
  reader.message.end = at;
  framing.messages.push_back(reader.message);
  if (!reader.keep_alive() || reader.upgrade()) framing.rest = StreamRest::detached;
}

}  // namespace

Framing frame_by_beast(const MessageStream& stream) {
  Framing framing;
  std::size_t answered = 0;
  while (framing.rest == StreamRest::open) {
    const std::size_t had = framing.messages.size();
    const std::size_t at = had == 0 ? 0 : framing.messages.back().end;
    if (at == stream.bytes.size()) break;
    if (stream.methods.empty()) {
      read_message<true>(stream, false, at, framing);
    } else {
      if (answered == stream.methods.size()) break;
      read_message<false>(stream, stream.methods[answered] == "HEAD", at, framing);
    }
    if (framing.messages.size() == had) break;
    if (framing.messages.back().status >= 200) ++answered;
  }
  return framing;
}

}  // namespace eddy_tests
