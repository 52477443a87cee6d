// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include <tests/web/http/message_reader.h>
#include <tests/web/http/protocol_case.h>

namespace {

using eddy_tests::ProtocolCase;
using eddy_tests::RequestReader;
using eddy_tests::ResponseReader;

class ProtocolCases : public testing::TestWithParam<ProtocolCase> {
 protected:
  // What is made of the case's input when it comes in these pieces.
  static std::string events_of(const std::vector<std::string_view>& pieces) {
    const std::vector<std::string>& methods = GetParam().methods;
    if (methods.empty()) {
      RequestReader reader;
      for (const std::string_view piece : pieces) reader.feed(piece);
      return reader.events();
    }
    ResponseReader reader(methods);
    for (const std::string_view piece : pieces) reader.feed(piece);
    reader.end();
    return reader.events();
  }
};

TEST_P(ProtocolCases, WholeAndCutAtEveryByte) {
  const ProtocolCase& c = GetParam();
  SCOPED_TRACE(c.file + ":" + std::to_string(c.line) + ": " + c.title);
  const std::string_view input = c.input;
  EXPECT_EQ(events_of({input}), c.events);

  std::vector<std::string_view> bytes;
  for (std::size_t cut = 0; cut < input.size(); ++cut) {
    ASSERT_EQ(events_of({input.substr(0, cut), input.substr(cut)}), c.events)
        << "cut at byte " << cut;
    bytes.push_back(input.substr(cut, 1));
  }
  EXPECT_EQ(events_of(bytes), c.events) << "byte by byte";
}

std::vector<ProtocolCase> all_cases() {
  std::vector<ProtocolCase> cases;
  for (const char* file :
       {"request_line.md", "target.md", "header_fields.md", "host.md", "content.md", "chunks.md",
        "trailers.md", "status_line.md", "response_content.md"}) {
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
