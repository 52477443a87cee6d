// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/signed_value.h>

#include <gtest/gtest.h>

#include <eddy/core/base/base64.h>
#include <eddy/core/base/hex.h>
#include <eddy/core/base/hmac.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using eddy::web::SignedValueFault;
using eddy::web::SignedValueOptions;
using eddy::web::SigningKey;
using eddy::web::ValueSigner;
using std::chrono::days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

constexpr sys_seconds kNow(1'700'000'000s);

// What Tornado made with this clock, the secret `s3cret` and the name `user`.
const std::string kAliceV1 = "YWxpY2X/|1700000000|1277b824220d00cd9c5db4f789de6354f430b61b";
const std::string kAliceV2 =
    "2|1:0|10:1700000000|4:user|8:YWxpY2X/|"
    "1a56cd8ad7e44f5065f06463afe5fec7ec33afeb5761eec958bc3de627e1562f";
const std::string kEmptyV2 =
    "2|1:0|10:1700000000|4:user|0:|"
    "0ae266815a1d3ea870b1a5829f53c1f7cea0687009b13f32aba7f456fade6907";
// And with the keys {0: `old`, 3: `newer`} and key_version 3.
const std::string kBobOfKey3 =
    "2|1:3|10:1700000000|4:user|4:Ym9i|"
    "d4d2a9c40db13d96aabcec82e4f4958ad0d26a79298e3922dafcbda564943846";
const std::string kAlice = "alice\xff";

const std::vector<SigningKey> kKeys = {{0, "old"}, {3, "newer"}};

// The reason for which a text is not taken; `none` if it is.
SignedValueFault fault_of(const ValueSigner& signer, std::string_view text,
                          const SignedValueOptions& options = {}, ValueSigner::TimePoint now = kNow,
                          std::string_view name = "user") {
  auto fault = SignedValueFault::future;
  const auto value = signer.decode(name, text, options, now, &fault);
  EXPECT_EQ(value.has_value(), fault == SignedValueFault::none);
  return fault;
}

// Any text up to the signature, signed as in version 2.
std::string signed_v2(const std::string& text, const std::string& secret = "s3cret") {
  return text + eddy::hex_encode(eddy::hmac_sha256(secret, text));
}

std::string signed_v1(const std::string& base64, const std::string& time) {
  return base64 + "|" + time + "|" +
         eddy::hex_encode(eddy::hmac_sha1("s3cret", "user" + base64 + time));
}

TEST(ValueSigner, MakesWhatTornadoMakes) {
  const ValueSigner signer("s3cret");
  EXPECT_EQ(signer.create("user", kAlice, 1, kNow), kAliceV1);
  EXPECT_EQ(signer.create("user", kAlice, 2, kNow), kAliceV2);
  EXPECT_EQ(signer.create("user", "", 2, kNow), kEmptyV2);
  EXPECT_EQ(ValueSigner(kKeys, 3).create("user", "bob", 2, kNow), kBobOfKey3);
  // Fractions of a second are left out.
  EXPECT_EQ(signer.create("user", kAlice, 2, kNow + 999ms), kAliceV2);
}

TEST(ValueSigner, TakesWhatTornadoMakes) {
  const ValueSigner signer("s3cret");
  EXPECT_EQ(signer.decode("user", kAliceV1, {}, kNow), kAlice);
  EXPECT_EQ(signer.decode("user", kAliceV2, {}, kNow), kAlice);
  EXPECT_EQ(signer.decode("user", kEmptyV2, {}, kNow), "");
  EXPECT_EQ(ValueSigner(kKeys, 0).decode("user", kBobOfKey3, {}, kNow), "bob");
}

TEST(ValueSigner, TheClockIsTheSystemsUnlessGiven) {
  const ValueSigner signer("s3cret");
  EXPECT_EQ(signer.decode("user", signer.create("user", "a")), "a");
  EXPECT_EQ(signer.decode("user", kAliceV2), std::nullopt);
}

TEST(ValueSigner, AnyBytesOfAnyName) {
  const ValueSigner signer("s3cret");
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::string_view name :
         {std::string_view("a"), std::string_view("n|4:a|"), std::string_view("")}) {
      EXPECT_EQ(signer.decode(name, signer.create(name, bytes)), bytes);
      EXPECT_EQ(signer.decode(name, signer.create(name, bytes, 1)), bytes);
    }
    bytes += static_cast<char>(byte);
  }
}

TEST(ValueSigner, AgeEndsExactly) {
  const ValueSigner signer("s3cret");
  for (const std::string& text : {kAliceV1, kAliceV2}) {
    EXPECT_EQ(fault_of(signer, text, {}, kNow + days(31)), SignedValueFault::none);
    EXPECT_EQ(fault_of(signer, text, {}, kNow + days(31) + 1ns), SignedValueFault::expired);
    EXPECT_EQ(fault_of(signer, text, {}, kNow + days(31) + 1s), SignedValueFault::expired);
    EXPECT_EQ(fault_of(signer, text, {.max_age = 10s}, kNow + 10s), SignedValueFault::none);
    EXPECT_EQ(fault_of(signer, text, {.max_age = 10s}, kNow + 11s), SignedValueFault::expired);
    EXPECT_EQ(fault_of(signer, text, {.max_age = 0s}, kNow), SignedValueFault::none);
    EXPECT_EQ(fault_of(signer, text, {.max_age = -1s}, kNow), SignedValueFault::expired);
    EXPECT_EQ(fault_of(signer, text, {.max_age = std::chrono::seconds::max()}, kNow + days(9999)),
              SignedValueFault::none);
    EXPECT_EQ(fault_of(signer, text, {.max_age = std::chrono::seconds::min()}, kNow),
              SignedValueFault::expired);
  }
}

TEST(ValueSigner, TheFutureIsTakenInVersion2Only) {
  const ValueSigner signer("s3cret");
  EXPECT_EQ(fault_of(signer, kAliceV1, {}, kNow - days(31)), SignedValueFault::none);
  EXPECT_EQ(fault_of(signer, kAliceV1, {}, kNow - days(31) - 1s), SignedValueFault::future);
  EXPECT_EQ(fault_of(signer, kAliceV2, {}, kNow - days(9999)), SignedValueFault::none);
  EXPECT_EQ(fault_of(signer, signed_v2("2|1:0|18:999999999999999999|4:user|0:|")),
            SignedValueFault::none);
}

TEST(ValueSigner, MinVersion) {
  const ValueSigner signer("s3cret");
  EXPECT_EQ(fault_of(signer, kAliceV1, {.min_version = 2}), SignedValueFault::format);
  EXPECT_EQ(fault_of(signer, kAliceV2, {.min_version = 2}), SignedValueFault::none);
  EXPECT_THROW((void)signer.decode("user", "", {.min_version = 3}), std::invalid_argument);
  EXPECT_THROW((void)signer.decode("user", "", {.min_version = 0}), std::invalid_argument);
  EXPECT_THROW((void)signer.create("user", "", 3), std::invalid_argument);
  EXPECT_THROW((void)signer.create("user", "", 0), std::invalid_argument);
}

TEST(ValueSigner, AnotherNameOrSecret) {
  const ValueSigner signer("s3cret");
  EXPECT_EQ(fault_of(signer, kAliceV2, {}, kNow, "User"), SignedValueFault::name);
  EXPECT_EQ(fault_of(signer, kAliceV1, {}, kNow, "User"), SignedValueFault::signature);
  EXPECT_EQ(fault_of(ValueSigner("other"), kAliceV1), SignedValueFault::signature);
  EXPECT_EQ(fault_of(ValueSigner("other"), kAliceV2), SignedValueFault::signature);
}

TEST(ValueSigner, NoCharacterCanBeChangedAddedOrTakenAway) {
  const ValueSigner signer("s3cret");
  for (const std::string& text : {kAliceV1, kAliceV2, kEmptyV2}) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      for (const char c : {'0', '1', 'a', 'A', '|', ':', '='}) {
        std::string changed = text;
        changed[i] = c;
        if (changed != text) {
          EXPECT_NE(fault_of(signer, changed), SignedValueFault::none) << changed;
        }
        EXPECT_NE(fault_of(signer, text.substr(0, i) + c + text.substr(i)), SignedValueFault::none);
      }
      EXPECT_NE(fault_of(signer, text.substr(0, i) + text.substr(i + 1)), SignedValueFault::none);
      EXPECT_NE(fault_of(signer, text.substr(0, i)), SignedValueFault::none);
    }
    EXPECT_NE(fault_of(signer, text + "0"), SignedValueFault::none);
  }
}

// Version 1 signs name, value and time without anything between them.
TEST(ValueSigner, NothingMovesBetweenTheFieldsOfVersion1) {
  const ValueSigner signer("s3cret");
  auto moved = [&](const std::string& base64, std::size_t count) {
    const std::string whole = signed_v1(base64, "1700000000");
    const std::size_t at = base64.size() - count;
    return base64.substr(0, at) + "|" + base64.substr(at) + whole.substr(base64.size() + 1);
  };
  EXPECT_EQ(fault_of(signer, moved("YWxpYWxp", 0)), SignedValueFault::none);
  EXPECT_EQ(fault_of(signer, moved("YWxpYWxp", 4)), SignedValueFault::format);
  EXPECT_EQ(fault_of(signer, moved("YWxp1234", 4)), SignedValueFault::future);
  EXPECT_EQ(fault_of(signer, moved("YWxp0000", 4)), SignedValueFault::format);
  // Python's int() would take the sign, and so Tornado this.
  EXPECT_EQ(fault_of(signer, moved("YWxp+000", 4)), SignedValueFault::format);
  EXPECT_EQ(fault_of(signer, signed_v1("YWxp", "")), SignedValueFault::format);
  EXPECT_EQ(fault_of(signer, signed_v1("YWxp", "01700000000")), SignedValueFault::format);
  EXPECT_EQ(fault_of(signer, signed_v1("YWxp", "0"), {.max_age = days(20000)}),
            SignedValueFault::format);
  EXPECT_EQ(fault_of(signer, signed_v1("YWx", "1700000000")), SignedValueFault::format);
}

TEST(ValueSigner, WhichVersionATextIsOf) {
  const ValueSigner signer("s3cret");
  EXPECT_EQ(fault_of(signer, ""), SignedValueFault::format);
  EXPECT_EQ(fault_of(signer, "3|1:0|10:1700000000|4:user|0:|"), SignedValueFault::format);
  EXPECT_EQ(fault_of(signer, "999|1700000000|00"), SignedValueFault::format);
  // Four digits are base64, and so are a leading zero and no digits at all.
  EXPECT_EQ(fault_of(signer, signed_v1("1234", "1700000000")), SignedValueFault::none);
  EXPECT_EQ(fault_of(signer, "1000|1700000000|00"), SignedValueFault::signature);
  EXPECT_EQ(fault_of(signer, "02|1700000000|00"), SignedValueFault::signature);
  EXPECT_EQ(fault_of(signer, "1|1700000000|00"), SignedValueFault::signature);
  EXPECT_EQ(fault_of(signer, "|1700000000|00"), SignedValueFault::signature);
  EXPECT_EQ(fault_of(signer, "2"), SignedValueFault::format);
  EXPECT_EQ(fault_of(signer, "YWxp|1700000000"), SignedValueFault::format);
  EXPECT_EQ(fault_of(signer, "YWxp|1700000000|00|"), SignedValueFault::format);
}

// Signed with the right secret, so that only the format is in question.
TEST(ValueSigner, FieldsOfVersion2ThatAreNone) {
  const ValueSigner signer("s3cret");
  for (const char* text : {"2|",
                           "2|1:0|",
                           "2|1:0|10:1700000000|4:user|",
                           "2|1:0|10:1700000000|4:user|0:",
                           "2|:0|10:1700000000|4:user|0:|",
                           "2|01:0|10:1700000000|4:user|0:|",
                           "2|+1:0|10:1700000000|4:user|0:|",
                           "2|-1:0|10:1700000000|4:user|0:|",
                           "2|2:0|10:1700000000|4:user|0:|",
                           "2|0:0|10:1700000000|4:user|0:|",
                           "2|0:|10:1700000000|4:user|0:|",
                           "2|2:00|10:1700000000|4:user|0:|",
                           "2|2:-1|10:1700000000|4:user|0:|",
                           "2|10:4294967296|10:1700000000|4:user|0:|",
                           "2|1:x|10:1700000000|4:user|0:|",
                           "2|1:0|10:170000000x|4:user|0:|",
                           "2|1:0|11:01700000000|4:user|0:|",
                           "2|1:0|19:1700000000000000000|4:user|0:|",
                           "2|1:0|10:1700000000|4:user|999999999999999999:|",
                           "2|1:0|10:1700000000|4:user|18446744073709551615:|",
                           "2|1:0|10:1700000000|4:user|3:YWx|",
                           "2|1:0|10:1700000000|4:user|4:YW x|"}) {
    EXPECT_EQ(fault_of(signer, signed_v2(text)), SignedValueFault::format) << text;
  }
  EXPECT_EQ(fault_of(signer, signed_v2("2|1:0|10:1700000000|4:user|4:YWxp|")),
            SignedValueFault::none);
  // One secret signs for every key's number.
  EXPECT_EQ(fault_of(signer, signed_v2("2|10:2147483647|10:1700000000|4:user|0:|")),
            SignedValueFault::none);
}

TEST(ValueSigner, EveryKeyOfARingVerifiesAndOneSigns) {
  const ValueSigner newer(kKeys, 3);
  const ValueSigner older(kKeys, 0);
  EXPECT_EQ(older.create("user", "bob", 2, kNow).substr(0, 6), "2|1:0|");
  for (const ValueSigner* signer : {&newer, &older}) {
    EXPECT_EQ(fault_of(*signer, newer.create("user", "bob", 2, kNow)), SignedValueFault::none);
    EXPECT_EQ(fault_of(*signer, older.create("user", "bob", 2, kNow)), SignedValueFault::none);
    EXPECT_EQ(fault_of(*signer, signed_v2("2|1:1|10:1700000000|4:user|0:|", "old")),
              SignedValueFault::unknown_key);
    EXPECT_EQ(fault_of(*signer, signed_v2("2|1:3|10:1700000000|4:user|0:|", "old")),
              SignedValueFault::signature);
    // A text of version 1 names no key: the program may not make one, and a stranger's is refused.
    EXPECT_THROW((void)signer->create("user", "bob", 1), std::invalid_argument);
    EXPECT_EQ(fault_of(*signer, kAliceV1), SignedValueFault::format);
  }
  EXPECT_EQ(fault_of(ValueSigner({{3, "newer"}}, 3), older.create("user", "bob", 2, kNow)),
            SignedValueFault::unknown_key);
}

TEST(ValueSigner, KeysThatAreNone) {
  EXPECT_THROW(ValueSigner(""), std::invalid_argument);
  EXPECT_THROW(ValueSigner(std::vector<SigningKey>{}, 0), std::invalid_argument);
  EXPECT_THROW(ValueSigner(kKeys, 1), std::invalid_argument);
  EXPECT_THROW(ValueSigner({{0, "a"}, {0, "b"}}, 0), std::invalid_argument);
  EXPECT_THROW(ValueSigner({{0, "a"}, {1, ""}}, 0), std::invalid_argument);
  EXPECT_THROW(ValueSigner({{0, "a"}, {-1, "b"}}, 0), std::invalid_argument);
}

TEST(ValueSigner, KeyVersionOfAText) {
  EXPECT_EQ(ValueSigner::key_version(kAliceV2), 0);
  EXPECT_EQ(ValueSigner::key_version(kBobOfKey3), 3);
  EXPECT_EQ(ValueSigner::key_version("2|2:42|1:1|0:|0:|unsigned"), 42);
  for (const char* text : {"", "2|", "2|1:0", "3|1:0|1:1|0:|0:|", "2|1:x|1:1|0:|0:|"}) {
    EXPECT_EQ(ValueSigner::key_version(text), std::nullopt) << text;
  }
  EXPECT_EQ(ValueSigner::key_version(kAliceV1), std::nullopt);
}

}  // namespace
