// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/mask.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include <tests/websocket/frames.h>

namespace {

using eddy::web::internal::apply_mask;
using eddy_tests::kKey;

TEST(Mask, IsTheSameByteByByte) {
  for (std::size_t begin = 0; begin < 17; ++begin) {
    for (std::size_t size = 0; size < 170; ++size) {
      std::string text(begin + size + 1, 'x');
      std::string expected = text;
      apply_mask(text.data() + begin, size, kKey, begin);
      for (std::size_t i = begin; i < begin + size; ++i) {
        expected[i] = static_cast<char>(static_cast<unsigned char>(expected[i]) ^ kKey[i % 4]);
      }
      ASSERT_EQ(text, expected) << begin << " " << size;
    }
  }
}

}  // namespace
