// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/hex.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace {

using eddy::hex_decode;
using eddy::hex_digit;
using eddy::hex_encode;

TEST(Hex, EveryByte) {
  std::string bytes;
  std::string text;
  for (int byte = 0; byte < 256; ++byte) {
    bytes += static_cast<char>(byte);
    text += "0123456789abcdef"[byte / 16];
    text += "0123456789abcdef"[byte % 16];
  }
  EXPECT_EQ(hex_encode(bytes), text);
  EXPECT_EQ(hex_decode(text), bytes);
  EXPECT_EQ(hex_encode(std::string_view()), "");
  EXPECT_EQ(hex_decode(""), "");
  const unsigned char array[] = {0x0f, 0xf0};
  EXPECT_EQ(hex_encode(array), "0ff0");
}

TEST(Hex, ADigitsValue) {
  const std::string digits = "0123456789abcdefABCDEF";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::size_t at = digits.find(c);
    const int value = at == std::string::npos ? -1 : static_cast<int>(at < 16 ? at : at - 6);
    EXPECT_EQ(hex_digit(c), value) << byte;
  }
}

TEST(Hex, EitherCaseAndNothingElse) {
  EXPECT_EQ(hex_decode("aBCdeF"), "\xab\xcd\xef");
  for (const char* text : {"0", "000", "0g", "g0", "0x", " 0", "0 ", "-1", "+1", "0\n", "/0", ":0",
                           "@0", "`0", "0\xc3"}) {
    EXPECT_EQ(hex_decode(text), std::nullopt) << text;
  }
}

}  // namespace
