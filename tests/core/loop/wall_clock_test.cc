// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Timers beside a wall clock that somebody sets.
#include <dlfcn.h>
#include <eddy/core/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <ctime>

namespace {

/// By how much the wall clock has been set forward.
std::atomic<std::time_t> wall_seconds{0};

}  // namespace

/// This program's, instead of the C library's: who asks for the wall clock gets one that was set.
/// The machine's own is left alone.
extern "C" __attribute__((visibility("default"))) int clock_gettime(clockid_t clock,
                                                                    timespec* time) noexcept {
  using Read = int(clockid_t, timespec*);
  static auto* const real = reinterpret_cast<Read*>(dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = real(clock, time);
  if (clock == CLOCK_REALTIME) time->tv_sec += wall_seconds;
  return result;
}

namespace {

using eddy::NativeLoop;
using eddy::PeriodicCallback;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using namespace std::chrono_literals;

static_assert(eddy::Clock::is_steady);

class WallClock : public testing::Test {
 protected:
  ~WallClock() override { wall_seconds = 0; }
  static void set_forward(std::chrono::seconds by) { wall_seconds += by.count(); }

  NativeLoop loop_;
};

TEST_F(WallClock, IsNotTheLoops) {
  const auto wall = system_clock::now();
  const auto begin = loop_.now();
  set_forward(48h);
  loop_.dispatch();
  EXPECT_GE(system_clock::now() - wall, 47h) << "it was not set: the test tests nothing";
  EXPECT_LT(loop_.now() - begin, 1h);
  set_forward(-96h);
  loop_.dispatch();
  EXPECT_LE(system_clock::now() - wall, -47h);
  EXPECT_GE(loop_.now(), begin);
}

TEST_F(WallClock, SetForwardCallsNothingEarly) {
  loop_.call_later(24h, [] { ADD_FAILURE() << "called a day early"; });
  PeriodicCallback periodic(
      loop_, [] { ADD_FAILURE() << "called an hour early"; }, 1h);
  periodic.start();
  loop_.dispatch();
  set_forward(48h);
  // A timer that is due has the loop look at all of them.
  bool called = false;
  loop_.call_later(0s, [&] { called = true; });
  while (!called) loop_.dispatch();
  loop_.dispatch();
}

TEST_F(WallClock, SetBackHoldsNothingUp) {
  bool called = false;
  int calls = 0;
  loop_.call_later(1ms, [&] { called = true; });
  PeriodicCallback periodic(
      loop_, [&] { ++calls; }, 1ms);
  periodic.start();
  loop_.dispatch();
  set_forward(-48h);
  const auto limit = steady_clock::now() + 10s;
  while ((!called || calls < 3) && steady_clock::now() < limit) loop_.dispatch();
  EXPECT_TRUE(called);
  EXPECT_GE(calls, 3);
}

}  // namespace
