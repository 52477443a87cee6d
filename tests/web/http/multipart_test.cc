// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/multipart.h>

#include <gtest/gtest.h>

#include <cctype>
#include <cstddef>
#include <string>
#include <vector>

#include <tests/web/http/multipart_events.h>
#include <tests/web/http/protocol_case.h>

namespace {

using eddy::web::multipart_boundary;
using eddy::web::MultipartLimits;
using eddy::web::MultipartParser;
using eddy_tests::MultipartReader;
using eddy_tests::ProtocolCase;
using Event = MultipartParser::Event;

constexpr MultipartLimits kSmallLimits{.parts = 3,
                                       .part_header_bytes = 90,
                                       .part_header_count = 3,
                                       .name_bytes = 12,
                                       .total_bytes = 400};

std::string events_of(const std::vector<std::string_view>& pieces) {
  MultipartReader reader("XX", kSmallLimits);
  for (const std::string_view piece : pieces) reader.feed(piece);
  return reader.finish();
}

class MultipartCases : public testing::TestWithParam<ProtocolCase> {};

TEST_P(MultipartCases, WholeAndCutAtEveryByte) {
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

std::string case_name(const testing::TestParamInfo<ProtocolCase>& info) {
  std::string name;
  for (const char c : info.param.title) {
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Documents, MultipartCases,
                         testing::ValuesIn(eddy_tests::read_protocol_cases(
                             std::string(EDDY_PROTOCOL_CASES) + "/multipart.md")),
                         case_name);

std::string one_part(std::string_view content) {
  return "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + std::string(content) +
         "\r\n--B--\r\n";
}

TEST(MultipartParser, ContentIsOneViewOfTheInput) {
  const std::string content = "x\r\n--A\r\r\n\r\n--\r\ny";
  const std::string body = one_part(content);
  MultipartParser parser("B");
  std::string_view rest = body;
  auto step = parser.parse(rest);
  ASSERT_EQ(step.event, Event::part_begin);
  EXPECT_EQ(parser.part().name, "a");
  rest.remove_prefix(step.consumed);
  step = parser.parse(rest);
  ASSERT_EQ(step.event, Event::data);
  EXPECT_EQ(step.data, content);
  EXPECT_EQ(step.data.data(), rest.data());
  rest.remove_prefix(step.consumed);
  EXPECT_EQ(parser.parse(rest).event, Event::part_end);
}

TEST(MultipartParser, IsDoneForGood) {
  MultipartParser parser("B");
  EXPECT_EQ(parser.parse("--B--\r\n").event, Event::done);
  const auto step = parser.parse("anything");
  EXPECT_EQ(step.event, Event::done);
  EXPECT_EQ(step.consumed, 8U);
  EXPECT_EQ(parser.finish().event, Event::done);
}

TEST(MultipartParser, FailsForGood) {
  MultipartParser parser("B");
  EXPECT_EQ(parser.parse("--Bx").event, Event::failed);
  EXPECT_EQ(parser.parse("\r\n--B--").event, Event::failed);
  EXPECT_EQ(parser.finish().event, Event::failed);
  EXPECT_EQ(parser.error().status, 400);
}

TEST(MultipartParser, RefusesWhatIsNoBoundary) {
  for (const char* boundary : {"", " a", "a ", "a\r\n", "a\x7f", "\xc3\xa9"}) {
    MultipartParser parser(boundary);
    EXPECT_EQ(parser.parse("--a--\r\n").event, Event::failed) << boundary;
    EXPECT_EQ(parser.error().status, 400);
  }
  EXPECT_TRUE(MultipartParser::is_boundary(std::string(70, 'a')));
  EXPECT_FALSE(MultipartParser::is_boundary(std::string(71, 'a')));
}

// A boundary's beginnings may be one another's: the longest of them is held back, and nothing else.
TEST(MultipartParser, WhatLooksLikeABoundaryComesBack) {
  const std::string boundary(70, '-');
  const std::string almost = "\r\n--" + std::string(69, '-');
  std::string body = "--" + boundary + "\r\nContent-Disposition: form-data; name=a\r\n\r\n";
  std::string content;
  for (int i = 0; i < 50; ++i) content += almost + (i % 2 == 0 ? "x" : "\r");
  body += content + "\r\n--" + boundary + "--";
  for (std::size_t size = 1; size < 200; ++size) {
    MultipartReader reader(boundary);
    for (std::size_t at = 0; at < body.size(); at += size) reader.feed(body.substr(at, size));
    ASSERT_EQ(reader.finish(), "part a\nheader Content-Disposition: form-data; name=a\ndata " +
                                   eddy_tests::escaped(content) + "\nend\ndone\n")
        << "in pieces of " << size;
  }
}

// However little comes at once, a call deals with a byte or gives an event, and each byte that was
// held back comes in one piece with its neighbours.
TEST(MultipartParser, CallsAreInProportionToTheBytes) {
  const std::string content = [] {
    std::string text;
    while (text.size() < 10000) text += "\r\r\n\r\n-\r\n--\r\n--A\n";
    return text;
  }();
  const std::string body = one_part(content);
  MultipartReader bytes("B");
  for (const char& c : body) bytes.feed({&c, 1});
  EXPECT_LE(bytes.calls(), 2 * body.size());
  MultipartReader whole("B");
  whole.feed(body);
  EXPECT_EQ(whole.pieces(), 1U);
  EXPECT_LE(whole.calls(), 5U);
  EXPECT_EQ(bytes.finish(), whole.finish());
}

TEST(MultipartBoundary, OfAContentType) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b=c\""), "a b=c");
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=----a'()+_,-./:=?b"),
            "----a'()+_,-./:=?b");
  for (const char* none :
       {"", "multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary",
        "multipart/mixed; boundary=abc", "multipart/form-data2; boundary=abc",
        "multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=\"a",
        "multipart/form-data; boundary=\" \"", "application/json; boundary=abc"}) {
    EXPECT_EQ(multipart_boundary(none), std::nullopt) << none;
  }
}

}  // namespace
