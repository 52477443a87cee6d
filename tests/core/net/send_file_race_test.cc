// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A peer that vanishes while a file is being sent to it: needs a processor for each of the two.
#include <eddy/core/core.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <tests/core/net/send_file_support.h>
#include <tests/core/support.h>
#include <tests/core/temp_file.h>

#include <cstdint>
#include <string>
#include <thread>

namespace {

using eddy::IoResult;
using eddy::core_test::Connected;
using eddy::core_test::numbers;
using eddy::core_test::sigpipe_is_pending;
using eddy::core_test::TempFile;

// The system sends a large part in several pieces, and raises the signal for the one that fails
// even where it tells of those before.
TEST(SendFileRace, APeerThatVanishesDuringACallRaisesNoSignal) {
  const TempFile file(numbers(1024 * 1024));
  int cut = 0;
  for (int i = 0; i < 50'000 && cut < 50; ++i) {
    Connected c;
    std::thread peer([&c] {
      pollfd arrived{c.pair.far(), POLLIN, 0};
      EXPECT_EQ(::poll(&arrived, 1, 20'000), 1);
      c.pair.close_far();
    });
    IoResult result;
    for (std::uint64_t sent = 0; !result.error || result.would_block(); sent += result.bytes) {
      result = c.stream->try_send_file(file.fd(), sent % 4096, 256 * 1024);
      if (!result.error && result.bytes < 256 * 1024) ++cut;
    }
    peer.join();
    ASSERT_TRUE(result.error == std::errc::broken_pipe ||
                result.error == std::errc::connection_reset)
        << result.error.message();
  }
  EXPECT_EQ(cut, 50);
  EXPECT_FALSE(sigpipe_is_pending());
}

}  // namespace
