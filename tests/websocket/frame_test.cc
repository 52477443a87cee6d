// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/frame.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include <eddy/web/websocket/internal/mask.h>
#include <tests/websocket/frames.h>

namespace {

using eddy::web::internal::apply_mask;
using eddy::web::internal::Frame;
using eddy::web::internal::FrameHeader;
using eddy::web::internal::Opcode;
using eddy_tests::kKey;

TEST(FrameHeader, IsAsShortAsItMayBe) {
  for (const std::size_t size : {0, 1, 125, 126, 127, 65535, 65536, 100000}) {
    const std::string payload(size, 'p');
    const Frame frame{.opcode = Opcode::binary, .size = size};
    EXPECT_EQ(std::string(FrameHeader(frame).bytes()) + payload,
              eddy_tests::server_frame(0x82, payload));
    std::string masked = payload;
    apply_mask(masked.data(), masked.size(), kKey);
    EXPECT_EQ(std::string(FrameHeader(frame, kKey).bytes()) + masked,
              eddy_tests::client_frame(0x82, payload));
  }
}

TEST(FrameHeader, HasItsFlags) {
  EXPECT_EQ(FrameHeader({.opcode = Opcode::text, .fin = false}).bytes(),
            std::string_view("\x01\0", 2));
  EXPECT_EQ(FrameHeader({.opcode = Opcode::text, .compressed = true}).bytes(),
            std::string_view("\xC1\0", 2));
  EXPECT_EQ(FrameHeader({.opcode = Opcode::pong, .size = 3}).bytes(), "\x8A\x03");
}

}  // namespace
