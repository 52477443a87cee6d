// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/xsrf_token.h>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace {

using eddy::web::XsrfToken;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

constexpr sys_seconds kNow(1'700'000'000s);
// What Tornado makes of the token 00 01 ... 0f with the mask 01 02 03 04.
constexpr std::string_view kText = "2|01020304|0103010705070503090b090f0d0f0d0b|1700000000";
constexpr std::string_view kHex = "000102030405060708090a0b0c0d0e0f";

void zero_to_fifteen(std::span<unsigned char> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<unsigned char>(i);
}

void one_to_four(std::span<unsigned char> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<unsigned char>(i + 1);
}

XsrfToken token() { return XsrfToken::generate(kNow + 500ms, zero_to_fifteen); }

TEST(XsrfToken, MakesWhatTornadoMakes) {
  EXPECT_EQ(token().raw(), std::string_view("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 16));
  EXPECT_EQ(token().created(), kNow);
  EXPECT_EQ(token().version(), 0);
  EXPECT_EQ(token().text(2, one_to_four), kText);
  EXPECT_EQ(token().text(1), kHex);
  EXPECT_THROW((void)token().text(3), std::invalid_argument);
  EXPECT_THROW((void)token().text(0), std::invalid_argument);
}

TEST(XsrfToken, TakesWhatTornadoMakes) {
  const auto v2 = XsrfToken::parse(kText, kNow + 5s);
  ASSERT_TRUE(v2);
  EXPECT_EQ(v2->raw(), token().raw());
  EXPECT_EQ(v2->created(), kNow);
  EXPECT_EQ(v2->version(), 2);
  const auto v1 = XsrfToken::parse(kHex, kNow + 5500ms);
  ASSERT_TRUE(v1);
  EXPECT_EQ(v1->raw(), token().raw());
  EXPECT_EQ(v1->created(), kNow + 5s);
  EXPECT_EQ(v1->version(), 1);
  EXPECT_TRUE(v1->matches(*v2));
}

TEST(XsrfToken, EveryTextHasAMaskOfItsOwn) {
  const XsrfToken fresh = XsrfToken::generate();
  EXPECT_EQ(fresh.raw().size(), XsrfToken::kSize);
  EXPECT_FALSE(fresh.matches(XsrfToken::generate()));
  const std::string one = fresh.text();
  const std::string other = fresh.text();
  EXPECT_NE(one, other);  // the same once in 2^32 runs
  EXPECT_TRUE(XsrfToken::parse(one)->matches(fresh));
  EXPECT_TRUE(XsrfToken::parse(other)->matches(fresh));
}

TEST(XsrfToken, MatchesTheSameSecretAlone) {
  for (std::size_t i = 0; i < kHex.size(); ++i) {
    std::string other(kHex);
    other[i] = other[i] == 'f' ? 'e' : 'f';
    EXPECT_FALSE(XsrfToken::parse(other)->matches(token())) << other;
  }
  EXPECT_FALSE(XsrfToken::parse(kHex.substr(2))->matches(token()));
  EXPECT_FALSE(XsrfToken::parse("00")->matches(token()));
}

TEST(XsrfToken, HexInEitherCaseAndOldCookiesThatAreNone) {
  EXPECT_TRUE(XsrfToken::parse("000102030405060708090A0B0C0D0E0F")->matches(token()));
  EXPECT_TRUE(XsrfToken::parse("2|0A020304|0A0301070E070503020b090f060f0d0b|1")->matches(token()));
  for (const char* text : {"not hexadecimal", "abc", "0", "|", "|a", "02|aa", "a|b", "2", "2a|0",
                           " 2|01020304|00|1", "+2|01020304|00|1", "2 |01020304|00|1"}) {
    const auto old = XsrfToken::parse(text);
    ASSERT_TRUE(old) << text;
    EXPECT_EQ(old->raw(), text);
    EXPECT_EQ(old->version(), 1);
    // And goes on in the newer format.
    EXPECT_EQ(XsrfToken::parse(old->text())->raw(), text);
  }
}

TEST(XsrfToken, TextsThatAreNone) {
  for (const char* text : {"",
                           "3|01020304|00|1",
                           "1|01020304|00|1",
                           "1000|00",
                           "99999999999999999999|a",
                           "2|",
                           "2||",
                           "2|||",
                           "2|01020304|00",
                           "2|01020304|00|",
                           "2|01020304|00|1|",
                           "2|01020304|00|x",
                           "2|01020304|00|-1",
                           "2|01020304||1",
                           "2||00|1",
                           "2|0102030|00|1",
                           "2|010203|00|1",
                           "2|0102030405|00|1",
                           "2|0102030x|00|1",
                           "2|01020304|0|1",
                           "2|01020304|0x|1"}) {
    EXPECT_FALSE(XsrfToken::parse(text)) << text;
  }
}

}  // namespace
