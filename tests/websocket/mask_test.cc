// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/mask.h>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string>

#include <tests/websocket/frames.h>

namespace {

using eddy::web::internal::apply_mask;
using eddy::web::internal::MaskingKey;
using eddy::web::internal::new_masking_key;
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

TEST(Mask, AForkedChildHasKeysOfItsOwn) {
  (void)new_masking_key();
  std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const MaskingKey key = new_masking_key();
    _exit(write(ends[1], key.data(), key.size()) == 4 ? 0 : 1);
  }
  MaskingKey theirs;
  EXPECT_EQ(read(ends[0], theirs.data(), theirs.size()), 4);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  close(ends[0]);
  close(ends[1]);
  EXPECT_NE(theirs, new_masking_key());
}

}  // namespace
