// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/conditions.h>

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/web/http/request_parser.h>

namespace {

using eddy::web::check_preconditions;
using eddy::web::Method;
using eddy::web::RangeResult;
using eddy::web::requested_ranges;
using eddy::web::Validators;

constexpr std::string_view kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view kThen = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";
const Validators kCurrent{"\"now\"", std::chrono::sys_seconds(std::chrono::seconds(784111777))};

using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// The fields as a request brings them.
class Received {
 public:
  explicit Received(Fields fields) {
    text_ = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (const auto& [name, value] : fields)
      text_.append(name).append(": ").append(value).append("\r\n");
    text_ += "\r\n";
    EXPECT_EQ(parser_.parse(text_), eddy::web::ParseResult::done);
  }
  [[nodiscard]] eddy::web::HeaderList fields() const { return parser_.head().headers(); }

 private:
  std::string text_;
  eddy::web::RequestParser parser_;
};

int status(Fields fields, Method method = Method::get, const Validators& current = kCurrent) {
  const Received received(fields);
  switch (check_preconditions(method, received.fields(), current)) {
    case eddy::web::Precondition::holds:
      return 200;
    case eddy::web::Precondition::not_modified:
      return 304;
    case eddy::web::Precondition::failed:
      return 412;
  }
  return 0;
}

TEST(Conditions, EachAlone) {
  EXPECT_EQ(status({}), 200);
  EXPECT_EQ(status({{"If-Match", "\"now\""}}), 200);
  EXPECT_EQ(status({{"If-Match", "*"}}), 200);
  EXPECT_EQ(status({{"If-Match", "\"old\""}}), 412);
  EXPECT_EQ(status({{"If-Match", "W/\"now\""}}), 412) << "compared strongly";
  EXPECT_EQ(status({{"If-Unmodified-Since", kBefore}}), 412);
  EXPECT_EQ(status({{"If-Unmodified-Since", kThen}}), 200);
  EXPECT_EQ(status({{"If-None-Match", "\"old\", W/\"now\""}}), 304) << "compared weakly";
  EXPECT_EQ(status({{"If-None-Match", "*"}}), 304);
  EXPECT_EQ(status({{"If-None-Match", "\"old\""}}), 200);
  EXPECT_EQ(status({{"If-Modified-Since", kBefore}}), 200);
  EXPECT_EQ(status({{"If-Modified-Since", kThen}}), 304);
  EXPECT_EQ(status({{"If-Modified-Since", kAfter}}), 304);
}

// RFC 9110, 13.2.2: which are looked at, and which first.
TEST(Conditions, InTheOrderOfTheRfc) {
  EXPECT_EQ(status({{"If-Match", "\"now\""}, {"If-Unmodified-Since", kBefore}}), 200);
  EXPECT_EQ(status({{"If-None-Match", "\"old\""}, {"If-Modified-Since", kAfter}}), 200);
  EXPECT_EQ(status({{"If-None-Match", "\"now\""}, {"If-Match", "\"old\""}}), 412);
  EXPECT_EQ(status({{"If-None-Match", "\"now\""}, {"If-Unmodified-Since", kBefore}}), 412);
  EXPECT_EQ(status({{"If-Modified-Since", kAfter}, {"If-Match", "\"old\""}}), 412);
  EXPECT_EQ(status({{"If-Match", "\"now\""}, {"If-None-Match", "\"now\""}}), 304);
}

TEST(Conditions, SeveralFieldsAreOneList) {
  EXPECT_EQ(status({{"If-None-Match", "\"a\""}, {"If-None-Match", "\"now\""}}), 304);
  EXPECT_EQ(status({{"If-Match", "\"a\""}, {"If-Match", "\"now\""}}), 200);
}

TEST(Conditions, OtherMethodsAreRefusedRatherThanAnsweredFromACache) {
  EXPECT_EQ(status({{"If-None-Match", "\"now\""}}, Method::head), 304);
  EXPECT_EQ(status({{"If-None-Match", "*"}}, Method::put), 412);
  EXPECT_EQ(status({{"If-Modified-Since", kAfter}}, Method::head), 304);
  EXPECT_EQ(status({{"If-Modified-Since", kAfter}}, Method::post), 200);
  EXPECT_EQ(status({{"If-Unmodified-Since", kBefore}}, Method::del), 412);
}

TEST(Conditions, WhatIsMissingOrMalformedIsPassedOver) {
  EXPECT_EQ(status({{"If-Modified-Since", "yesterday"}}), 200);
  EXPECT_EQ(status({{"If-Unmodified-Since", "yesterday"}}), 200);
  const Validators nothing;
  EXPECT_EQ(status({{"If-Modified-Since", kAfter}}, Method::get, nothing), 200);
  EXPECT_EQ(status({{"If-Unmodified-Since", kBefore}}, Method::get, nothing), 200);
  EXPECT_EQ(status({{"If-None-Match", "\"now\""}}, Method::get, nothing), 200);
  EXPECT_EQ(status({{"If-Match", "\"now\""}}, Method::get, nothing), 412);
  EXPECT_EQ(status({{"If-Match", "*"}}, Method::get, nothing), 200) << "there is something";
}

RangeResult range(Fields fields, Method method = Method::get,
                  const Validators& current = kCurrent) {
  const Received received(fields);
  return requested_ranges(method, received.fields(), current, 10).result;
}

TEST(Conditions, RangesOfTheStateThatTheClientHas) {
  constexpr std::pair<std::string_view, std::string_view> kRange{"Range", "bytes=1-2"};
  EXPECT_EQ(range({kRange}), RangeResult::satisfiable);
  EXPECT_EQ(range({kRange}, Method::head), RangeResult::ignored) << "RFC 9110, 14.2";
  EXPECT_EQ(range({{"If-Range", "\"now\""}}), RangeResult::ignored);
  EXPECT_EQ(range({kRange, {"If-Range", "\"now\""}}), RangeResult::satisfiable);
  EXPECT_EQ(range({kRange, {"If-Range", "\"old\""}}), RangeResult::ignored);
  EXPECT_EQ(range({kRange, {"If-Range", "W/\"now\""}}), RangeResult::ignored);
  EXPECT_EQ(range({kRange, {"If-Range", kThen}}), RangeResult::satisfiable);
  EXPECT_EQ(range({kRange, {"If-Range", kAfter}}), RangeResult::ignored) << "exactly the date";
  EXPECT_EQ(range({kRange, {"If-Range", "junk"}}), RangeResult::ignored);
  EXPECT_EQ(range({{"Range", "bytes=20-"}, {"If-Range", "\"old\""}}), RangeResult::ignored);
  EXPECT_EQ(range({{"Range", "bytes=20-"}}), RangeResult::unsatisfiable);
  EXPECT_EQ(range({kRange, {"If-Range", "\"now\""}}, Method::get, {"W/\"now\"", std::nullopt}),
            RangeResult::ignored)
      << "a weak tag promises no bytes";
}

}  // namespace
