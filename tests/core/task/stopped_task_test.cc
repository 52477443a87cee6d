// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A task that has been stopped and awaits again and again all the same, as one that retries
// whatever goes wrong, does not hold the host.
#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>

namespace {

using eddy::Task;
using eddy::TaskGroup;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

constexpr long kMany = 100'000;

/// Would end by itself, in one turn, if nothing made it leave the turn.
template <class Await>
Task<void> retry(Await await, long& tries) {
  while (tries < kMany) {
    try {
      (void)co_await await();
    } catch (...) {
      ++tries;
    }
  }
}

/// `await()` is awaited by a task that has been stopped.
template <class Await>
void expect_turns_to_end(ManualLoop& loop, Await await) {
  loop.system().set_tick(1us);
  long tries = 0;
  TaskGroup group(loop);
  group.spawn(retry(await, tries));
  loop.run_turns(2);
  EXPECT_EQ(tries, 0) << "it should wait";
  group.request_stop();
  bool timer = false;
  loop.call_later(0s, [&] { timer = true; });
  for (int turn = 0; turn < 4; ++turn) {
    const long before = tries;
    const auto start = loop.now();
    loop.run_turns(1);
    EXPECT_LT(loop.now() - start, 1200us) << "the slice and a step";
    EXPECT_LT(tries, before + 2000);
  }
  EXPECT_TRUE(timer);
  EXPECT_GT(tries, 0);
  EXPECT_EQ(group.size(), 1U) << "nothing has lost the task either";
}

TEST(StoppedTask, ThatSleepsAgainDoesNotHoldTheHost) {
  ManualLoop loop;
  expect_turns_to_end(loop, [] { return eddy::sleep(1h); });
}

TEST(StoppedTask, ThatWaitsForAnEventAgainDoesNotHoldTheHost) {
  ManualLoop loop;
  eddy::Event event;
  expect_turns_to_end(loop, [&] { return event.wait(); });
}

TEST(StoppedTask, ThatReadsAgainDoesNotHoldTheHost) {
  ManualLoop loop;
  const auto connection = loop.system().open_connection();
  const auto stream = eddy::internal::make_socket_stream(eddy::internal::core_of(loop),
                                                         connection.fd, eddy::Address());
  std::array<char, 8> buffer{};
  expect_turns_to_end(loop, [&] { return stream->read_some(buffer); });
}

TEST(StoppedTask, ThatCallsACallbackApiAgainDoesNotHoldTheHost) {
  ManualLoop loop;
  std::vector<eddy::Completion<void>> waiting;
  expect_turns_to_end(loop, [&] {
    return eddy::from_callback<void>(
        [&](eddy::Completion<void> done) { waiting.push_back(std::move(done)); });
  });
  EXPECT_EQ(waiting.size(), 1U) << "nothing is begun once it has been stopped";
}

TEST(StoppedTask, ThatWaitsForATaskAgainDoesNotHoldTheHost) {
  ManualLoop loop;
  expect_turns_to_end(loop, []() -> Task<void> { co_await eddy::sleep(1h); });
}

TEST(StoppedTask, ThatYieldsAgainDoesNotHoldTheHost) {
  ManualLoop loop;
  loop.system().set_tick(1us);
  long tries = 0;
  TaskGroup group(loop);
  group.spawn(retry([] { return eddy::yield(); }, tries));
  loop.run_turns(2);
  group.request_stop();
  loop.run_turns(1);
  const long before = tries;
  loop.run_turns(1);
  EXPECT_LT(tries, before + 2000);
  EXPECT_GT(tries, before);
}

TEST(StoppedTask, MayBeDestroyedWhileItIsHeldBack) {
  ManualLoop loop;
  loop.system().set_tick(1us);
  long tries = 0;
  {
    TaskGroup group(loop);
    group.spawn(retry([] { return eddy::sleep(1h); }, tries));
    loop.run_turns(2);
    group.request_stop();
    loop.run_turns(2);
  }
  const long before = tries;
  loop.run_until_idle();
  EXPECT_EQ(tries, before);
}

}  // namespace
