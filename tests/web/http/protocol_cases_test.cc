// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <cstdlib>

#include <eddy/web/http/body_decoder.h>
#include <eddy/web/http/request_parser.h>
#include <tests/web/http/protocol_case.h>

namespace {

using eddy::web::BodyDecoder;
using eddy::web::HeaderField;
using eddy::web::HttpLimits;
using eddy::web::ParseResult;
using eddy::web::RequestHead;
using eddy::web::RequestParser;
using eddy_tests::escaped;
using eddy_tests::ProtocolCase;

constexpr HttpLimits kSmallLimits{.header_bytes = 400,
                                  .header_count = 6,
                                  .target_bytes = 40,
                                  .body_bytes = 30,
                                  .trailer_bytes = 60,
                                  .chunk_extension_bytes = 20};

void add_field(std::string& events, const char* kind, HeaderField field) {
  events += std::string(kind) + " " + escaped(field.name) + ":";
  if (!field.value.empty()) events += " " + escaped(field.value);
  events += "\n";
}

// Parser and decoder as a connection drives them, over a buffer that moves with each piece.
class RequestReader {
 public:
  void feed(std::string_view bytes) {
    if (failed_) return;
    // New memory each time: a view kept from the call before would be seen by a sanitizer.
    buffer_ = std::make_unique<std::string>(*buffer_ + std::string(bytes));
    while (!failed_ && (in_body_ ? read_body() : read_head())) {
    }
  }

  std::string events() const { return events_ + flushed_body(); }

 private:
  bool read_head() {
    if (buffer_->empty()) return false;
    const ParseResult result = parser_.parse(*buffer_);
    if (result == ParseResult::need_more) return false;
    if (result == ParseResult::failed) return fail(parser_.error());
    const RequestHead& head = parser_.head();
    if (head.content_length().value_or(0) > kSmallLimits.body_bytes) {
      return fail({413, "a body beyond the limit"});
    }
    print(head);
    if (head.chunked()) {
      decoder_.begin_chunked();
    } else {
      decoder_.begin_length(head.content_length().value_or(0));
    }
    buffer_->erase(0, parser_.head_bytes());
    parser_.reset();
    in_body_ = true;
    return true;
  }

  bool read_body() {
    const BodyDecoder::Step step = decoder_.decode(*buffer_);
    body_ += step.data;
    buffer_->erase(0, step.consumed);
    if (step.result == ParseResult::failed) return fail(decoder_.error());
    if (step.result == ParseResult::need_more) return step.consumed > 0;
    events_ += flushed_body();
    body_.clear();
    for (const HeaderField field : decoder_.trailers()) add_field(events_, "trailer", field);
    events_ += "end\n";
    in_body_ = false;
    return true;
  }

  void print(const RequestHead& head) {
    events_ += "request " + escaped(head.method_text()) + " " + escaped(head.target()) +
               " HTTP/1." + std::to_string(head.version_minor()) + "\n";
    if (!head.path().empty()) events_ += "path " + escaped(head.path()) + "\n";
    if (!head.query().empty()) events_ += "query " + escaped(head.query()) + "\n";
    if (!head.host().empty()) events_ += "host " + escaped(head.host()) + "\n";
    for (const HeaderField field : head.headers()) add_field(events_, "header", field);
    if (head.keep_alive()) events_ += "keep-alive\n";
    if (head.expects_continue()) events_ += "expects-continue\n";
  }

  std::string flushed_body() const { return body_.empty() ? "" : "body " + escaped(body_) + "\n"; }

  bool fail(eddy::web::ParseError error) {
    events_ += flushed_body() + "error " + std::to_string(error.status) + " " + error.what + "\n";
    body_.clear();
    failed_ = true;
    return false;
  }

  RequestParser parser_{kSmallLimits};
  BodyDecoder decoder_{kSmallLimits};
  std::unique_ptr<std::string> buffer_ = std::make_unique<std::string>();
  std::string events_;
  std::string body_;
  bool in_body_ = false;
  bool failed_ = false;
};

class ProtocolCases : public testing::TestWithParam<ProtocolCase> {};

TEST_P(ProtocolCases, WholeAndCutAtEveryByte) {
  const ProtocolCase& c = GetParam();
  SCOPED_TRACE(c.file + ":" + std::to_string(c.line) + ": " + c.title);
  const std::string_view input = c.input;

  RequestReader whole;
  whole.feed(input);
  EXPECT_EQ(whole.events(), c.events);

  for (std::size_t cut = 1; cut < input.size(); ++cut) {
    RequestReader halves;
    halves.feed(input.substr(0, cut));
    halves.feed(input.substr(cut));
    ASSERT_EQ(halves.events(), c.events) << "cut at byte " << cut;
  }

  RequestReader bytes;
  for (const char byte : input) bytes.feed({&byte, 1});
  EXPECT_EQ(bytes.events(), c.events) << "byte by byte";
}

std::vector<ProtocolCase> all_cases() {
  std::vector<ProtocolCase> cases;
  for (const char* file : {"request_line.md", "header_fields.md", "content.md"}) {
    for (ProtocolCase& c :
         eddy_tests::read_protocol_cases(std::string(EDDY_PROTOCOL_CASES) + "/" + file)) {
      cases.push_back(std::move(c));
    }
  }
  return cases;
}

std::string case_name(const testing::TestParamInfo<ProtocolCase>& info) {
  std::string name = info.param.file.substr(0, info.param.file.find('.')) + "_";
  for (const char c : info.param.title) {
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Documents, ProtocolCases, testing::ValuesIn(all_cases()), case_name);

}  // namespace
