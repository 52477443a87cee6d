// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/secrets.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using eddy::constant_time_equal;
using eddy::random_bytes;

TEST(RandomBytes, FillAllThatIsAskedForAndNoMore) {
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(16).size(), 16U);
  EXPECT_NE(random_bytes(16), random_bytes(16));  // the same once in 2^128 runs

  // Each place of a long piece gets bytes, also behind what the system gives at once, and none
  // outside it does.
  std::vector<unsigned char> seen(1000, 0);
  std::vector<unsigned char> out(1002, 0);
  for (int run = 0; run < 16; ++run) {
    random_bytes({out.data() + 1, 1000});
    for (std::size_t i = 0; i < seen.size(); ++i) {
      seen[i] = static_cast<unsigned char>(seen[i] | out[i + 1]);
    }
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 0), 0);
  EXPECT_EQ(out.front(), 0);
  EXPECT_EQ(out.back(), 0);
}

TEST(ConstantTimeEqual, SeesEveryDifference) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_FALSE(constant_time_equal("", "a"));
  EXPECT_FALSE(constant_time_equal("a", ""));
  EXPECT_FALSE(constant_time_equal("ab", "abc"));
  const std::string secret = random_bytes(40);
  EXPECT_TRUE(constant_time_equal(secret, std::string(secret)));
  for (std::size_t i = 0; i < secret.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = secret;
      other[i] = static_cast<char>(other[i] ^ (1 << bit));
      EXPECT_FALSE(constant_time_equal(secret, other)) << i << " " << bit;
    }
  }
}

}  // namespace
