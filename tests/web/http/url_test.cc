// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/url.h>

#include <gtest/gtest.h>

#include <string>

namespace {

using eddy::web::Arguments;
using eddy::web::is_utf8;
using eddy::web::percent_decode;
using eddy::web::percent_encode;
using eddy::web::PlusSign;
using eddy::web::split_host_and_port;
using eddy::web::url_concat;

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

TEST(PercentEncode, AllButUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b+c/%&=?#\xc3\xa9"), "a%20b%2Bc%2F%25%26%3D%3F%23%C3%A9");
  EXPECT_EQ(percent_encode("a b+c", PlusSign::is_blank), "a+b%2Bc");
  EXPECT_EQ(percent_encode(std::string_view("\0\xff", 2)), "%00%FF");
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

TEST(Arguments, AreWrittenAsTheyAreRead) {
  Arguments a;
  EXPECT_EQ(a.encode(), "");
  a.add("a", "1");
  a.add("b c", "x&y=z+\xc3\xa9/");
  a.add("a", "");
  a.add("", "");
  EXPECT_EQ(a.encode(), "a=1&b+c=x%26y%3Dz%2B%C3%A9%2F&a=&=");
  EXPECT_EQ(Arguments::parse(a.encode()).encode(), a.encode());
}

TEST(Arguments, AreBounded) {
  EXPECT_FALSE(Arguments::parse("a&b&c", 3).truncated());
  const Arguments a = Arguments::parse("a&b&c&d", 3);
  EXPECT_TRUE(a.truncated());
  EXPECT_EQ(a.size(), 3U);
}

// The examples of tornado.test.httputil_test.
TEST(UrlConcat, AppendsArguments) {
  EXPECT_EQ(url_concat("https://h/p", {{"y", "y"}, {"z", "z"}}), "https://h/p?y=y&z=z");
  EXPECT_EQ(url_concat("https://h/p", {{"y", "/y"}, {"z", "z"}}), "https://h/p?y=%2Fy&z=z");
  EXPECT_EQ(url_concat("https://h/p?x", {{"y", "y"}}), "https://h/p?x=&y=y");
  EXPECT_EQ(url_concat("https://h/p?x=1&&x=2", {{"y", "a b"}}), "https://h/p?x=1&x=2&y=a+b");
  EXPECT_EQ(url_concat("https://h/p#tab", {{"y", "y"}}), "https://h/p?y=y#tab");
  EXPECT_EQ(url_concat("https://h/p?#tab?", {{"y", "y"}}), "https://h/p?y=y#tab?");
  EXPECT_EQ(url_concat("/p?x", {}), "/p?x=");
  EXPECT_EQ(url_concat("/p", {}), "/p");
  EXPECT_EQ(url_concat("", {{"\xc3\xa9", "&"}}), "?%C3%A9=%26");
}

TEST(SplitHostAndPort, AtTheLastColon) {
  auto split = [](std::string_view text) {
    const auto parts = split_host_and_port(text);
    return std::string(parts.host) + " " + (parts.port ? std::to_string(*parts.port) : "none");
  };
  EXPECT_EQ(split("example.org"), "example.org none");
  EXPECT_EQ(split("example.org:80"), "example.org 80");
  EXPECT_EQ(split("[::1]:80"), "[::1] 80");
  EXPECT_EQ(split("[::1]"), "[::1] none");
  EXPECT_EQ(split("::1"), "::1 none");
  EXPECT_EQ(split("h:65535"), "h 65535");
  for (const char* none : {"", ":", "h:", ":80", "h:65536", "h:8x", "h:-1", "h:99999999999999"}) {
    EXPECT_EQ(split(none), std::string(none) + " none");
  }
}

}  // namespace
