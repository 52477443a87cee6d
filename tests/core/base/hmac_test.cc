// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/hmac.h>

#include <gtest/gtest.h>

#include <eddy/core/base/hex.h>

#include <string>

namespace {

using eddy::hex_encode;
using eddy::Hmac;
using eddy::hmac_sha1;
using eddy::hmac_sha256;
using eddy::Sha1;
using eddy::Sha256;

std::string repeated(std::size_t count, unsigned char byte) {
  return std::string(count, static_cast<char>(byte));
}

std::string counted(unsigned last) {
  std::string key;
  for (unsigned byte = 1; byte <= last; ++byte) key += static_cast<char>(byte);
  return key;
}

const std::string kBigKey = "Test Using Larger Than Block-Size Key - Hash Key First";

// RFC 2202, 3.
TEST(HmacSha1, VectorsOfTheRfc) {
  EXPECT_EQ(hex_encode(hmac_sha1(repeated(20, 0x0b), "Hi There")),
            "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(hex_encode(hmac_sha1("Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hex_encode(hmac_sha1(repeated(20, 0xaa), repeated(50, 0xdd))),
            "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
  EXPECT_EQ(hex_encode(hmac_sha1(counted(25), repeated(50, 0xcd))),
            "4c9007f4026250c6bc8414f9bf50c86c2d7235da");
  EXPECT_EQ(hex_encode(hmac_sha1(repeated(20, 0x0c), "Test With Truncation")),
            "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04");
  EXPECT_EQ(hex_encode(hmac_sha1(repeated(80, 0xaa), kBigKey)),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
  EXPECT_EQ(hex_encode(hmac_sha1(repeated(80, 0xaa),
                                 "Test Using Larger Than Block-Size Key and Larger Than One "
                                 "Block-Size Data")),
            "e8e99d0f45237d786d6bbaa7965c7808bbff1a91");
}

// RFC 4231, 4.
TEST(HmacSha256, VectorsOfTheRfc) {
  EXPECT_EQ(hex_encode(hmac_sha256(repeated(20, 0x0b), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_encode(hmac_sha256(repeated(20, 0xaa), repeated(50, 0xdd))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(hex_encode(hmac_sha256(counted(25), repeated(50, 0xcd))),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  EXPECT_EQ(hex_encode(hmac_sha256(repeated(20, 0x0c), "Test With Truncation")).substr(0, 32),
            "a3b6167473100ee06e0c796c2955552b");
  EXPECT_EQ(hex_encode(hmac_sha256(repeated(131, 0xaa), kBigKey)),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex_encode(hmac_sha256(
                repeated(131, 0xaa),
                "This is a test using a larger than block-size key and a larger than block-size "
                "data. The key needs to be hashed before being used by the HMAC algorithm.")),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(Hmac, InPiecesAndFromACopy) {
  const Hmac<Sha256> keyed("key");
  EXPECT_EQ(Hmac<Sha256>(keyed).update("ab").update("").update("c").finish(),
            hmac_sha256("key", "abc"));
  EXPECT_EQ(Hmac<Sha256>(keyed).finish(), hmac_sha256("key", ""));
  EXPECT_EQ(Hmac<Sha1>("").update("abc").finish(), hmac_sha1(std::string(1, '\0'), "abc"));
}

}  // namespace
