// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/time.h>

#include <gtest/gtest.h>

#include <limits>
#include <ratio>

namespace {

using eddy::kNever;
using eddy::TimePoint;
using eddy::internal::deadline_after;
using namespace std::chrono_literals;

constexpr TimePoint kNow = TimePoint(1000h);

TEST(DeadlineAfter, AddsAndRoundsUp) {
  EXPECT_EQ(deadline_after(kNow, 1s), kNow + 1s);
  EXPECT_EQ(deadline_after(kNow, std::chrono::duration<double>(0.5)), kNow + 500ms);
  // Half a nanosecond is one, since a timer is never early.
  EXPECT_EQ(deadline_after(kNow, std::chrono::duration<double, std::nano>(0.5)), kNow + 1ns);
}

TEST(DeadlineAfter, ThePastIsNow) {
  EXPECT_EQ(deadline_after(kNow, 0s), kNow);
  EXPECT_EQ(deadline_after(kNow, -1s), kNow);
  EXPECT_EQ(deadline_after(kNow, std::chrono::hours::min()), kNow);
  EXPECT_EQ(
      deadline_after(kNow, std::chrono::duration<double>(-std::numeric_limits<double>::infinity())),
      kNow);
  EXPECT_EQ(
      deadline_after(kNow, std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())),
      kNow);
}

TEST(DeadlineAfter, WhatDoesNotFitIsNever) {
  EXPECT_EQ(deadline_after(kNow, std::chrono::hours::max()), kNever);
  EXPECT_EQ(deadline_after(kNow, std::chrono::nanoseconds::max()), kNever);
  EXPECT_EQ(deadline_after(kNow, std::chrono::duration<double>(1e300)), kNever);
  EXPECT_EQ(
      deadline_after(kNow, std::chrono::duration<double>(std::numeric_limits<double>::infinity())),
      kNever);
  EXPECT_LT(deadline_after(kNow, 100 * 365 * 24h), kNever);
}

}  // namespace
