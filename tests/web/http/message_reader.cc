// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tests/web/http/message_reader.h>

#include <utility>

#include <tests/web/http/protocol_case.h>

namespace eddy_tests {

using eddy::web::BodyDecoder;
using eddy::web::ContentFraming;
using eddy::web::HeaderField;
using eddy::web::ParseResult;
using eddy::web::ReceivedResponseHead;
using eddy::web::RequestHead;

void MessageReader::feed(std::string_view bytes) {
  if (failed_) return;
  // New memory each time: a view kept from the call before would be seen by a sanitizer.
  buffer_ = std::make_unique<std::string>(*buffer_ + std::string(bytes));
  while (!failed_ && (in_body_ ? read_body() : read_head())) {
  }
}

bool MessageReader::read_body() {
  const BodyDecoder::Step step = decoder_.decode(*buffer_);
  body_ += step.data;
  buffer_->erase(0, step.consumed);
  if (step.result == ParseResult::failed) return fail(decoder_.error());
  if (step.result == ParseResult::need_more) return step.consumed > 0;
  end_body();
  return true;
}

void MessageReader::begin_body(std::size_t head_bytes) {
  buffer_->erase(0, head_bytes);
  in_body_ = true;
}

void MessageReader::end_body() {
  events_ += flushed_body();
  body_.clear();
  for (const HeaderField field : decoder_.trailers()) add_field("trailer", field);
  events_ += "end\n";
  in_body_ = false;
}

bool MessageReader::fail(eddy::web::ParseError error) {
  events_ += flushed_body() + "error " + std::to_string(error.status) + " " + error.what + "\n";
  body_.clear();
  failed_ = true;
  return false;
}

void MessageReader::add_field(const char* kind, HeaderField field) {
  events_ += std::string(kind) + " " + escaped(field.name) + ":";
  if (!field.value.empty()) events_ += " " + escaped(field.value);
  events_ += "\n";
}

std::string MessageReader::flushed_body() const {
  return body_.empty() ? "" : "body " + escaped(body_) + "\n";
}

bool RequestReader::read_head() {
  if (buffer_->empty()) return false;
  const ParseResult result = parser_.parse(*buffer_);
  if (result == ParseResult::need_more) return false;
  if (result == ParseResult::failed) return fail(parser_.error());
  const RequestHead& head = parser_.head();
  if (head.content_length().value_or(0) > kSmallLimits.body_bytes) {
    return fail({413, "a body beyond the limit"});
  }
  print(head);
  decoder_.begin(head);
  begin_body(parser_.head_bytes());
  parser_.reset();
  return true;
}

void RequestReader::print(const RequestHead& head) {
  events_ += "request " + escaped(head.method_text()) + " " + escaped(head.target()) + " HTTP/1." +
             std::to_string(head.version_minor()) + "\n";
  if (!head.path().empty()) events_ += "path " + escaped(head.path()) + "\n";
  if (!head.query().empty()) events_ += "query " + escaped(head.query()) + "\n";
  if (!head.host().empty()) events_ += "host " + escaped(head.host()) + "\n";
  for (const HeaderField field : head.headers()) add_field("header", field);
  if (head.keep_alive()) events_ += "keep-alive\n";
  if (head.expects_continue()) events_ += "expects-continue\n";
}

ResponseReader::ResponseReader(std::vector<std::string> methods) : methods_(std::move(methods)) {
  parser_.begin(methods_.front());
}

bool ResponseReader::read_head() {
  if (buffer_->empty() || tunnel_ || answered_ == methods_.size()) return false;
  const ParseResult result = parser_.parse(*buffer_);
  if (result == ParseResult::need_more) return false;
  if (result == ParseResult::failed) return fail(parser_.error());
  const ReceivedResponseHead& head = parser_.head();
  print(head);
  if (head.framing() == ContentFraming::tunnel) {
    tunnel_ = true;
    buffer_->erase(0, parser_.head_bytes());
    return false;
  }
  decoder_.begin(head);
  begin_body(parser_.head_bytes());
  if (!head.interim()) ++answered_;
  if (answered_ < methods_.size()) parser_.begin(methods_[answered_]);
  return true;
}

void ResponseReader::end() {
  if (failed_) return;
  if (in_body_) {
    if (decoder_.end_of_input() == ParseResult::failed) {
      fail(decoder_.error());
      return;
    }
    end_body();
  }
  if (tunnel_) {
    events_ += "tunnel " + escaped(*buffer_) + "\n";
  } else if (!buffer_->empty()) {
    events_ += (answered_ == methods_.size() ? "unasked " : "cut ") + escaped(*buffer_) + "\n";
  }
}

void ResponseReader::print(const ReceivedResponseHead& head) {
  events_ += "response HTTP/1." + std::to_string(head.version_minor()) + " " +
             std::to_string(head.status());
  if (!head.reason().empty()) events_ += " " + escaped(head.reason());
  events_ += "\n";
  for (const HeaderField field : head.headers()) add_field("header", field);
  if (head.keep_alive()) events_ += "keep-alive\n";
  constexpr const char* kFramings[] = {"none", "length", "chunked", "until close", "tunnel"};
  events_ += std::string("content ") + kFramings[static_cast<int>(head.framing())];
  if (head.content_length()) events_ += ", length " + std::to_string(*head.content_length());
  events_ += "\n";
}

}  // namespace eddy_tests
