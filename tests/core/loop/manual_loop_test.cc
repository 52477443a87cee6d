// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/testing/manual_loop.h>

#include <eddy/core/core.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using eddy::Task;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

TEST(ManualLoop, AdvanceRunsEverythingOnItsWayAtItsTime) {
  ManualLoop loop;
  const auto start = loop.now();
  std::vector<eddy::Duration> times;
  loop.call_later(3s, [&] { times.push_back(loop.now() - start); });
  loop.call_later(1s, [&] {
    times.push_back(loop.now() - start);
    loop.call_later(1s, [&] { times.push_back(loop.now() - start); });
  });
  loop.advance(1s - 1ns);
  EXPECT_TRUE(times.empty());
  loop.advance(4s);
  EXPECT_EQ(times, (std::vector<eddy::Duration>{1s, 2s, 3s}));
  EXPECT_EQ(loop.now() - start, 5s - 1ns);
}

TEST(ManualLoop, RunUntilMovesTheClock) {
  ManualLoop loop;
  const auto start = loop.now();
  loop.run_until([]() -> Task<void> { co_await eddy::sleep(24h); }());
  EXPECT_EQ(loop.now() - start, 24h);
}

TEST(ManualLoop, RunUntilWaitsForOtherThreads) {
  ManualLoop loop;
  const int result = loop.run_until(
      []() -> Task<int> { co_return co_await eddy::run_in_executor([] { return 42; }); }());
  EXPECT_EQ(result, 42);
}

TEST(ManualLoop, ALoopThatNeverRestsIsAnError) {
  ManualLoop loop;
  auto [fd, peer] = loop.system().open_connection();
  peer.write("never read");
  const auto watch = loop.watch(fd, eddy::Io::read, [](eddy::Io) {});
  EXPECT_THROW(loop.run_until_idle(), std::runtime_error);
}

TEST(ManualLoop, SeveralLoopsShareASystem) {
  const auto system = std::make_shared<eddy::testing::ManualSystem>();
  ManualLoop a(system);
  ManualLoop b(system);
  int fired = 0;
  a.call_later(1s, [&] { ++fired; });
  b.call_later(1s, [&] { ++fired; });
  a.advance(1s);
  EXPECT_EQ(fired, 1);
  b.run_until_idle();
  EXPECT_EQ(fired, 2);
}

}  // namespace
