// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/error.h>
#include <eddy/core/base/log.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace {

using eddy::describe;
using eddy::LogLevel;

TEST(Log, StderrGetsOneLine) {
  testing::internal::CaptureStderr();
  const std::array<eddy::LogField, 2> fields = {{{"path", "/a"}, {"status", "500"}}};
  eddy::log_to_stderr({LogLevel::info, "eddy.core", "well", {}});
  eddy::log_to_stderr({LogLevel::warning, "eddy.core", "beware", {}});
  eddy::log_to_stderr({LogLevel::error, "eddy.http", "broken", fields});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "eddy.core info: well\neddy.core warning: beware\neddy.http error: broken path=/a "
            "status=500\n");
}

TEST(Log, DescribesWhateverIsThrown) {
  EXPECT_EQ(describe(nullptr), "no error");
  EXPECT_EQ(describe(std::make_exception_ptr(std::runtime_error("disk full"))), "disk full");
  EXPECT_EQ(describe(std::make_exception_ptr(eddy::Cancelled())), "the task was stopped");
  EXPECT_NE(describe(std::make_exception_ptr(7)), "");
}

TEST(Errc, IsAnErrorCodeOfItsOwnCategory) {
  const std::error_code code = eddy::Errc::queue_full;
  EXPECT_STREQ(code.category().name(), "eddy");
  EXPECT_EQ(code.message(), "the executor's queue is full");
  EXPECT_EQ(code, eddy::Errc::queue_full);
}

}  // namespace
