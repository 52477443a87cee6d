// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/patience.h>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using eddy::kNever;
using eddy::TimePoint;
using eddy::web::HttpTimeouts;
using eddy::web::internal::Patience;

constexpr TimePoint kStart = TimePoint(1000h);

HttpTimeouts timeouts() {
  HttpTimeouts times;
  times.idle = 60s;
  times.header = 10s;
  times.body = 5s;
  times.body_bytes_per_second = 100;
  times.write = 20s;
  return times;
}

TEST(Patience, EachWaitHasItsTime) {
  Patience patience;
  EXPECT_EQ(patience.due(), kNever);
  patience.wait_for(Patience::For::request, kStart, timeouts());
  EXPECT_EQ(patience.due(), kStart + 60s);
  patience.wait_for(Patience::For::head, kStart + 1s, timeouts());
  EXPECT_EQ(patience.due(), kStart + 11s);
  patience.wait_for(Patience::For::nothing, kStart + 2s, timeouts());
  EXPECT_EQ(patience.due(), kNever);
}

TEST(Patience, AWaitThatGoesOnIsNotBegunAnew) {
  Patience patience;
  patience.wait_for(Patience::For::head, kStart, timeouts());
  patience.wait_for(Patience::For::head, kStart + 9s, timeouts());
  EXPECT_EQ(patience.due(), kStart + 10s);
  patience.restart();
  patience.wait_for(Patience::For::head, kStart + 9s, timeouts());
  EXPECT_EQ(patience.due(), kStart + 19s);
}

TEST(Patience, NoBoundIsNever) {
  HttpTimeouts none;
  none.idle = none.header = none.body = none.write = none.linger = {};
  for (const auto what : {Patience::For::request, Patience::For::head, Patience::For::content,
                          Patience::For::reader, Patience::For::linger}) {
    Patience patience;
    patience.begin_content(none);
    patience.wait_for(what, kStart, none);
    patience.progress(1, kStart, none);
    EXPECT_EQ(patience.due(), kNever);
  }
}

TEST(Patience, ContentEarnsTimeByItsSizeButNoMoreThanThereWas) {
  Patience patience;
  patience.begin_content(timeouts());
  patience.wait_for(Patience::For::content, kStart, timeouts());
  EXPECT_EQ(patience.due(), kStart + 5s);
  patience.progress(100, kStart + 4s, timeouts());
  EXPECT_EQ(patience.due(), kStart + 6s) << "a second's worth";
  patience.progress(1'000'000, kStart + 4s, timeouts());
  EXPECT_EQ(patience.due(), kStart + 9s) << "a burst buys no longer pause";
}

TEST(Patience, TheHandlersTimeIsNotTheClients) {
  Patience patience;
  patience.begin_content(timeouts());
  patience.wait_for(Patience::For::content, kStart, timeouts());
  patience.wait_for(Patience::For::nothing, kStart + 2s, timeouts());
  patience.wait_for(Patience::For::content, kStart + 100s, timeouts());
  EXPECT_EQ(patience.due(), kStart + 103s);
}

TEST(Patience, AReaderThatTakesSomethingHasItsTimeAgain) {
  Patience patience;
  patience.wait_for(Patience::For::reader, kStart, timeouts());
  patience.progress(1, kStart + 19s, timeouts());
  EXPECT_EQ(patience.due(), kStart + 39s);
}

}  // namespace
