// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/digest.h>

#include <gtest/gtest.h>

#include <eddy/core/base/hex.h>

#include <string>
#include <utility>

namespace {

using eddy::hex_encode;
using eddy::sha1;
using eddy::Sha1;
using eddy::sha256;
using eddy::Sha256;

// The messages of NIST's examples for FIPS 180-4.
const std::string kTwoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const std::string kFourBlocks =
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
    "lmnopqrsmnopqrstnopqrstu";
const std::string kMillion(1'000'000, 'a');

TEST(Sha1, Examples) {
  EXPECT_EQ(hex_encode(sha1("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hex_encode(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_encode(sha1(kTwoBlocks)), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(hex_encode(sha1(kFourBlocks)), "a49b2446a02c645bf419f995b67091253a04a259");
  EXPECT_EQ(hex_encode(sha1(kMillion)), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(Sha256, Examples) {
  EXPECT_EQ(hex_encode(sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(sha256(kTwoBlocks)),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex_encode(sha256(kFourBlocks)),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(hex_encode(sha256(kMillion)),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Every way to cut a message around the ends of blocks; python's hashlib judges the whole ones, in
// codecs_test.py.
template <class Hash>
void expect_same_in_pieces() {
  std::string message;
  for (int i = 0; i < 200; ++i) message += static_cast<char>(i * 7);
  for (std::size_t size = 0; size <= message.size(); ++size) {
    const std::string_view text = std::string_view(message).substr(0, size);
    const auto whole = Hash().update(text).finish();
    Hash bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.update(text.substr(i, 1));
    ASSERT_EQ(bytes.finish(), whole) << size;
    for (std::size_t cut = 0; cut <= size; ++cut) {
      ASSERT_EQ(Hash().update(text.substr(0, cut)).update("").update(text.substr(cut)).finish(),
                whole)
          << size << " cut at " << cut;
    }
  }
}

TEST(Sha1, InPieces) { expect_same_in_pieces<Sha1>(); }
TEST(Sha256, InPieces) { expect_same_in_pieces<Sha256>(); }

TEST(Sha256, ACopyGoesOnByItself) {
  Sha256 common;
  common.update("a");
  Sha256 other = common;
  EXPECT_EQ(common.update("bc").finish(), sha256("abc"));
  EXPECT_EQ(other.update("d").finish(), sha256("ad"));
}

}  // namespace
