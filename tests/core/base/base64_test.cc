// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/base64.h>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace {

using eddy::Base64;
using eddy::base64_decode;
using eddy::base64_encode;

// RFC 4648, 10.
TEST(Base64, VectorsOfTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64_encode(std::string_view(bytes)), text);
    EXPECT_EQ(base64_decode(text), bytes);
    EXPECT_EQ(base64_encode(std::string_view(bytes), Base64::url), text);
    const std::string_view unpadded =
        std::string_view(text).substr(0, std::string_view(text).find('='));
    EXPECT_EQ(base64_encode(std::string_view(bytes), Base64::url_unpadded), unpadded);
    EXPECT_EQ(base64_decode(unpadded, Base64::url_unpadded), bytes);
  }
}

TEST(Base64, TheAlphabets) {
  const std::string bytes = "\xfb\xef\xbe\xff\xff\xff";
  EXPECT_EQ(base64_encode(std::string_view(bytes)), "++++////");
  EXPECT_EQ(base64_encode(std::string_view(bytes), Base64::url), "----____");
  EXPECT_EQ(base64_decode("++++////"), bytes);
  EXPECT_EQ(base64_decode("----____", Base64::url), bytes);
  EXPECT_EQ(base64_decode("----____", Base64::url_unpadded), bytes);
  EXPECT_EQ(base64_decode("----____"), std::nullopt);
  EXPECT_EQ(base64_decode("++++////", Base64::url), std::nullopt);
  const unsigned char array[] = {0, 0xff};
  EXPECT_EQ(base64_encode(array), "AP8=");
}

TEST(Base64, OneTextForOneContent) {
  for (const char* text : {"Z",        "Zg",      "Zg=",  "Zg===", "Zg====", "Zg==Zg==", "Zm9v=",
                           "Zm9v====", "=",       "==",   "====",  "=Zg=",   "Z===",     "Zm 9v",
                           "Zm9v\n",   "Zm9\xc3", "Zm9%", "Zh==",  "Zm9=",   "Z=g="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
  for (const char* text : {"Zg==", "Zm8=", "Z", "Zh", "Zm9", "Zm9vY", "Zm9v="}) {
    EXPECT_EQ(base64_decode(text, Base64::url_unpadded), std::nullopt) << text;
  }
  EXPECT_EQ(base64_decode(std::string_view("Zm9v\0\0\0\0", 8)), std::nullopt);
}

}  // namespace
