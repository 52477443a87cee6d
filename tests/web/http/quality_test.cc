// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/quality.h>

#include <gtest/gtest.h>

#include <string>

namespace {

using eddy::web::parse_quality_list;
using eddy::web::quality_of;
using eddy::web::quality_of_language;
using eddy::web::quality_of_media_type;
using eddy::web::QualityItem;

std::string list_of(std::string_view field) {
  std::string text;
  for (const QualityItem& item : parse_quality_list(field)) {
    if (!text.empty()) text += ", ";
    text += std::string(item.value) + " " + std::to_string(item.quality);
  }
  return text;
}

TEST(QualityList, TheBestComeFirst) {
  EXPECT_EQ(list_of("gzip"), "gzip 1000");
  EXPECT_EQ(list_of("a;q=0.5, b, c;q=0.5,d ; Q=0.75 "), "b 1000, d 750, a 500, c 500");
  EXPECT_EQ(list_of("a;q=0, b;q=0., c;q=0.001, d;q=1.000"), "d 1000, c 1, a 0, b 0");
  EXPECT_EQ(list_of(""), "");
  EXPECT_EQ(list_of(" , ,"), "");
}

TEST(QualityList, ParametersBelongToTheValue) {
  EXPECT_EQ(list_of("text/html;level=1;q=0.5, text/*;q=0.1;ext=2, a;b=\",;q=0\""),
            "a;b=\",;q=0\" 1000, text/html;level=1 500, text/* 100");
}

TEST(QualityList, WhatIsMalformedIsLeftOut) {
  for (const char* bad : {"a;q", "a;q=", "a;q=2", "a;q=1.001", "a;q=0.1234", "a;q=.5", "a;q=-1",
                          "a;q=x", ";q=1", "a;q=0.1x", "a;q=\"1\""}) {
    EXPECT_EQ(list_of(bad), "") << bad;
  }
  EXPECT_EQ(list_of("a;q=x, b"), "b 1000");
}

TEST(QualityOf, AcceptEncoding) {
  EXPECT_EQ(quality_of(parse_quality_list("gzip;q=0"), "gzip"), 0);
  EXPECT_EQ(quality_of(parse_quality_list("GZip;q=0.5, *;q=0.2"), "gzip"), 500);
  EXPECT_EQ(quality_of(parse_quality_list("gzip;q=0, *"), "gzip"), 0);
  EXPECT_EQ(quality_of(parse_quality_list("gzip, *;q=0"), "br"), 0);
  EXPECT_EQ(quality_of(parse_quality_list("br, *;q=0.1"), "gzip"), 100);
  EXPECT_EQ(quality_of(parse_quality_list("br"), "gzip"), 0);
  EXPECT_EQ(quality_of(parse_quality_list("br"), "identity", 1), 1);
  EXPECT_EQ(quality_of(parse_quality_list("*;q=0"), "identity", 1), 0);
  EXPECT_EQ(quality_of({}, "gzip"), 0);
}

// The example of RFC 9110, 12.5.1, and what it does not say.
TEST(QualityOf, MediaTypes) {
  const auto list = parse_quality_list(
      "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
      "*/*;q=0.5");
  EXPECT_EQ(quality_of_media_type(list, "text/plain;format=flowed"), 1000);
  EXPECT_EQ(quality_of_media_type(list, "TEXT/Plain"), 700);
  EXPECT_EQ(quality_of_media_type(list, "text/html"), 300);
  EXPECT_EQ(quality_of_media_type(list, "image/jpeg"), 500);
  EXPECT_EQ(quality_of_media_type(list, "text/plain;format=fixed"), 400);
  EXPECT_EQ(quality_of_media_type(list, "text/html;level=3"), 300);
  EXPECT_EQ(quality_of_media_type(list, "text/plain; format=other"), 700);
  const auto refused = parse_quality_list("text/html;q=0, */*, tex/*");
  EXPECT_EQ(quality_of_media_type(refused, "text/html"), 0);
  EXPECT_EQ(quality_of_media_type(refused, "text/css"), 1000);
  EXPECT_EQ(quality_of_media_type(parse_quality_list("image/*, /*"), "text/html"), 0);
  EXPECT_EQ(quality_of_media_type({}, "text/html"), 1000);
}

TEST(QualityOf, Languages) {
  const auto list = parse_quality_list("da, en-gb;q=0.8, en;q=0.7, zh-Hant-TW;q=0.6, *;q=0.1");
  EXPECT_EQ(quality_of_language(list, "da"), 1000);
  EXPECT_EQ(quality_of_language(list, "en-GB"), 800);
  EXPECT_EQ(quality_of_language(list, "en-US"), 700);
  EXPECT_EQ(quality_of_language(list, "en-GB-oed"), 800);
  EXPECT_EQ(quality_of_language(list, "eng"), 100);
  EXPECT_EQ(quality_of_language(list, "zh-Hant"), 100);
  EXPECT_EQ(quality_of_language(parse_quality_list("en, de;q=0"), "de"), 0);
  EXPECT_EQ(quality_of_language(parse_quality_list("en"), "fr"), 0);
  EXPECT_EQ(quality_of_language({}, "fr"), 1000);
}

TEST(QualityList, IsBounded) {
  std::string field;
  for (int i = 0; i < 100; ++i) field += "a,";
  EXPECT_EQ(parse_quality_list(field).size(), 64U);
  EXPECT_EQ(parse_quality_list("a;q=x,b,c", 2).size(), 1U);
}

}  // namespace
