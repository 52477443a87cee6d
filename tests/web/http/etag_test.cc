// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/etag.h>

#include <gtest/gtest.h>

namespace {

using eddy::web::if_range_matches;
using eddy::web::parse_entity_tag;
using eddy::web::same_tag;
using eddy::web::tag_list_matches;
using eddy::web::TagComparison;

constexpr TagComparison kStrong = TagComparison::strong;
constexpr TagComparison kWeak = TagComparison::weak;

TEST(EntityTag, Parse) {
  const auto strong = parse_entity_tag("\"abc\"");
  ASSERT_TRUE(strong);
  EXPECT_EQ(strong->opaque, "\"abc\"");
  EXPECT_FALSE(strong->weak);
  const auto weak = parse_entity_tag("W/\"a,b\\\"");
  ASSERT_TRUE(weak);
  EXPECT_EQ(weak->opaque, "\"a,b\\\"");
  EXPECT_TRUE(weak->weak);
  EXPECT_TRUE(parse_entity_tag("\"\""));
  EXPECT_TRUE(parse_entity_tag("\"\xc3\xa9\""));
  for (const char* none : {"", "abc", "\"", "\"abc", "abc\"", "w/\"abc\"", "W/", "W/abc", "\"a b\"",
                           "\"a\"b\"", " \"a\"", "\"a\" ", "*", "\"a\x7f\""}) {
    EXPECT_FALSE(parse_entity_tag(none)) << none;
  }
}

// The table of RFC 9110, 8.8.3.2.
TEST(EntityTag, Comparison) {
  auto compare = [](const char* a, const char* b, TagComparison comparison) {
    return same_tag(*parse_entity_tag(a), *parse_entity_tag(b), comparison);
  };
  EXPECT_FALSE(compare("W/\"1\"", "W/\"1\"", kStrong));
  EXPECT_TRUE(compare("W/\"1\"", "W/\"1\"", kWeak));
  EXPECT_FALSE(compare("W/\"1\"", "W/\"2\"", kStrong));
  EXPECT_FALSE(compare("W/\"1\"", "W/\"2\"", kWeak));
  EXPECT_FALSE(compare("W/\"1\"", "\"1\"", kStrong));
  EXPECT_TRUE(compare("W/\"1\"", "\"1\"", kWeak));
  EXPECT_TRUE(compare("\"1\"", "\"1\"", kStrong));
  EXPECT_TRUE(compare("\"1\"", "\"1\"", kWeak));
}

TEST(TagList, IfNoneMatch) {
  EXPECT_TRUE(tag_list_matches("\"a\"", "\"a\"", kWeak));
  EXPECT_TRUE(tag_list_matches("\"x\", W/\"a\" ,\"y\"", "\"a\"", kWeak));
  EXPECT_TRUE(tag_list_matches("\"x\",,\"a\",", "W/\"a\"", kWeak));
  EXPECT_TRUE(tag_list_matches("\"a,b\"", "\"a,b\"", kWeak));
  EXPECT_FALSE(tag_list_matches("\"a,b\"", "\"b\"", kWeak));
  EXPECT_FALSE(tag_list_matches("\"A\"", "\"a\"", kWeak));
  EXPECT_FALSE(tag_list_matches("", "\"a\"", kWeak));
  EXPECT_FALSE(tag_list_matches("\"a\"", "", kWeak));
  EXPECT_FALSE(tag_list_matches("\"\"", "", kWeak));
}

TEST(TagList, IfMatch) {
  EXPECT_TRUE(tag_list_matches("\"x\", \"a\"", "\"a\"", kStrong));
  EXPECT_FALSE(tag_list_matches("W/\"a\"", "\"a\"", kStrong));
  EXPECT_FALSE(tag_list_matches("\"a\"", "W/\"a\"", kStrong));
}

TEST(TagList, AStarAloneIsAnything) {
  EXPECT_TRUE(tag_list_matches("*", "\"a\"", kStrong));
  EXPECT_TRUE(tag_list_matches(" * ", "", kWeak));
  EXPECT_FALSE(tag_list_matches("\"x\", *", "\"a\"", kWeak));
  EXPECT_FALSE(tag_list_matches("*, \"x\"", "\"a\"", kWeak));
}

TEST(TagList, NothingBehindWhatIsMalformedMatches) {
  EXPECT_FALSE(tag_list_matches("x, \"a\"", "\"a\"", kWeak));
  EXPECT_FALSE(tag_list_matches("\"x\" \"a\"", "\"a\"", kWeak));
  EXPECT_FALSE(tag_list_matches("\"a\"x", "\"a\"", kWeak));
  EXPECT_FALSE(tag_list_matches("\"x, \"a\"", "\"a\"", kWeak));
  EXPECT_TRUE(tag_list_matches("\"a\", x", "\"a\"", kWeak));
}

TEST(IfRange, ATagOrADate) {
  const std::chrono::sys_seconds modified{std::chrono::seconds(784111777)};
  EXPECT_TRUE(if_range_matches("\"a\"", "\"a\""));
  EXPECT_FALSE(if_range_matches("W/\"a\"", "W/\"a\""));
  EXPECT_FALSE(if_range_matches("\"a\", \"b\"", "\"a\""));
  EXPECT_FALSE(if_range_matches("\"b\"", "\"a\"", modified));
  EXPECT_TRUE(if_range_matches("Sun, 06 Nov 1994 08:49:37 GMT", "", modified));
  EXPECT_FALSE(if_range_matches("Sun, 06 Nov 1994 08:49:38 GMT", "", modified));
  EXPECT_FALSE(if_range_matches("Sun, 06 Nov 1994 08:49:37 GMT", "\"a\""));
  EXPECT_FALSE(if_range_matches("junk", "\"a\"", modified));
}

}  // namespace
