// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/testing/captured_log.h>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

namespace {

using eddy::LogLevel;
using eddy::testing::CapturedLog;

TEST(CapturedLog, TakesWhatIsExpected) {
  CapturedLog log;
  auto sink = log.sink();
  sink({LogLevel::warning, "eddy.core", "no descriptors left", {}});
  sink({LogLevel::info, "eddy.core", "listening", {}});
  EXPECT_TRUE(log.contains(LogLevel::warning, "descriptors"));
  EXPECT_FALSE(log.contains(LogLevel::error, "descriptors"));
  log.expect(LogLevel::warning, "no descriptors");
  EXPECT_EQ(log.records().size(), 1U);
}

TEST(CapturedLog, AnUnexpectedWarningFailsTheTest) {
  EXPECT_NONFATAL_FAILURE(
      {
        CapturedLog log;
        log.sink()({LogLevel::warning, "eddy.core", "surprise", {}});
      },
      "eddy.core warning: surprise");
}

TEST(CapturedLog, AMissingOneFailsTheTest) {
  CapturedLog log;
  EXPECT_NONFATAL_FAILURE(log.expect(LogLevel::error, "boom"), "not logged: error boom");
}

TEST(CapturedLog, ItsSinkMayOutliveIt) {
  eddy::LogSink sink;
  {
    CapturedLog log;
    sink = log.sink();
  }
  sink({LogLevel::error, "eddy.core", "late", {}});
}

}  // namespace
