// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/url.h>

#include <gtest/gtest.h>

namespace {

using eddy::web::Arguments;
using eddy::web::is_utf8;
using eddy::web::percent_decode;
using eddy::web::PlusSign;

TEST(PercentDecode, OnceAndMalformedKept) {
  EXPECT_EQ(percent_decode("a%20b%2Fc%2f"), "a b/c/");
  EXPECT_EQ(percent_decode("%2541"), "%41");
  EXPECT_EQ(percent_decode("%"), "%");
  EXPECT_EQ(percent_decode("%4"), "%4");
  EXPECT_EQ(percent_decode("%4x%zz"), "%4x%zz");
  EXPECT_EQ(percent_decode("100%"), "100%");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("a+b", PlusSign::is_blank), "a b");
  EXPECT_EQ(percent_decode("%00"), std::string_view("\0", 1));
}

TEST(Utf8, WellFormedOnly) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
  EXPECT_FALSE(is_utf8("\x80"));
  EXPECT_FALSE(is_utf8("\xc0\x80"));          // overlong
  EXPECT_FALSE(is_utf8("\xe0\x80\x80"));      // overlong
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(is_utf8("a\xc3"));
}

TEST(Arguments, AsInTornado) {
  const Arguments a = Arguments::parse("a=1&b=x+y%26z&a=2&blank=&bare&&c;d=3");
  EXPECT_EQ(a.find("a"), "2");
  ASSERT_EQ(a.get_list("a").size(), 2U);
  EXPECT_EQ(a.get_list("a")[0], "1");
  EXPECT_EQ(a.find("b"), "x y&z");
  EXPECT_EQ(a.find("blank"), "");
  EXPECT_EQ(a.find("bare"), "");
  EXPECT_EQ(a.find("c;d"), "3");
  EXPECT_EQ(a.find("nothing"), std::nullopt);
  EXPECT_EQ(a.size(), 6U);
}

TEST(Arguments, AreBounded) {
  EXPECT_FALSE(Arguments::parse("a&b&c", 3).truncated());
  const Arguments a = Arguments::parse("a&b&c&d", 3);
  EXPECT_TRUE(a.truncated());
  EXPECT_EQ(a.size(), 3U);
}

}  // namespace
