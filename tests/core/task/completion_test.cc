// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// from_callback, foreign awaitables, and every awaiter destroyed at every moment.
#include <eddy/core/task/completion.h>

#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <array>
#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using eddy::Cancelled;
using eddy::Completion;
using eddy::Errc;
using eddy::from_callback;
using eddy::RunningTask;
using eddy::Task;
using eddy::core_test::Alive;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

/// Awaits one completion, which is left in `slot`.
template <class T>
Task<T> wait_for(std::optional<Completion<T>>& slot) {
  co_return co_await from_callback<T>([&](Completion<T> done) { slot.emplace(std::move(done)); });
}

template <class T>
Task<void> discard(Task<T> task, std::string& how) {
  try {
    co_await std::move(task);
    how = "value";
  } catch (const std::system_error& error) {
    how = error.code().message();
  } catch (const std::exception& error) {
    how = error.what();
  } catch (const Cancelled&) {
    how = "cancelled";
  }
}

TEST(Completion, GivesItsValueInALaterStep) {
  ManualLoop loop;
  std::optional<Completion<std::string>> done;
  loop.call_later(1s, [&] {
    (*done)("text");
    (*done)("a second call does nothing");
    done->fail(std::make_error_code(std::errc::io_error));
  });
  EXPECT_EQ(loop.run_until(wait_for(done)), "text");
}

TEST(Completion, CalledWithinTheStartIsFine) {
  ManualLoop loop;
  EXPECT_EQ(loop.run_until([]() -> Task<int> {
    co_return co_await from_callback<int>([](Completion<int> done) { done(7); });
  }()),
            7);
}

TEST(Completion, MoveOnlyValuesAndVoid) {
  ManualLoop loop;
  auto pointer = loop.run_until([]() -> Task<std::unique_ptr<int>> {
    co_await from_callback<void>([](Completion<void> done) { done(); });
    co_return co_await from_callback<std::unique_ptr<int>>(
        [](Completion<std::unique_ptr<int>> done) { done(std::make_unique<int>(3)); });
  }());
  EXPECT_EQ(*pointer, 3);
}

TEST(Completion, FailureIsThrown) {
  ManualLoop loop;
  std::string how;
  const auto fails = [](std::error_code error) -> Task<int> {
    co_return co_await from_callback<int>([=](Completion<int> done) { done.fail(error); });
  };
  loop.run_until(discard(fails(std::make_error_code(std::errc::io_error)), how));
  EXPECT_EQ(how, std::make_error_code(std::errc::io_error).message());
  loop.run_until(discard(
      []() -> Task<void> {
        co_await from_callback<void>([](Completion<void> done) {
          done.fail(std::make_exception_ptr(std::runtime_error("theirs")));
        });
      }(),
      how));
  EXPECT_EQ(how, "theirs");
}

TEST(Completion, WhatTheStartThrowsComesOutOfTheAwait) {
  ManualLoop loop;
  std::string how;
  loop.run_until(discard(
      []() -> Task<void> {
        co_await from_callback<void>(
            [](Completion<void>) { throw std::runtime_error("could not begin"); });
      }(),
      how));
  EXPECT_EQ(how, "could not begin");
}

TEST(Completion, DroppedUncalledEndsTheWaitWithAnError) {
  ManualLoop loop;
  std::optional<Completion<int>> done;
  loop.call_later(1s, [&] { done.reset(); });
  std::string how;
  loop.run_until(discard(wait_for(done), how));
  EXPECT_EQ(how, make_error_code(Errc::broken_completion).message());
}

TEST(Completion, AfterTheWaiterHasGoneItDoesNothing) {
  ManualLoop loop;
  std::optional<Completion<Alive>> done;
  int live = 0;
  std::string how;
  RunningTask task(eddy::internal::core_of(loop), discard(wait_for(done), how), nullptr);
  task.start();
  task.reset();
  (*done)(Alive(live));
  loop.run_until_idle();
  EXPECT_EQ(how, "");
  EXPECT_EQ(live, 0);
}

TEST(Completion, AfterTheLoopHasGoneItDoesNothing) {
  std::optional<Completion<Alive>> done;
  int live = 0;
  std::string how;
  {
    ManualLoop loop;
    loop.spawn(discard(wait_for(done), how));
    loop.run_until_idle();
    ASSERT_TRUE(done);
  }
  (*done)(Alive(live));
  EXPECT_EQ(live, 0);
  EXPECT_EQ(how, "");
}

TEST(Completion, BetweenItsCallAndTheResumptionTheWaiterMayGo) {
  ManualLoop loop;
  std::optional<Completion<int>> done;
  std::string how;
  RunningTask task(eddy::internal::core_of(loop), discard(wait_for(done), how), nullptr);
  task.start();
  (*done)(1);
  task.reset();
  loop.run_until_idle();
  EXPECT_EQ(how, "");
}

TEST(Completion, AStopLeavesTheOperationToItself) {
  ManualLoop loop;
  std::optional<Completion<int>> done;
  std::string how;
  RunningTask task(eddy::internal::core_of(loop), discard(wait_for(done), how), nullptr);
  task.start();
  task.request_stop();
  loop.run_until_idle();
  EXPECT_EQ(how, "cancelled");
  (*done)(1);
  loop.run_until_idle();
  EXPECT_TRUE(task.ended());
}

TEST(Completion, WithACancelAStopAsksOnceAndWaitsForTheEnd) {
  ManualLoop loop;
  std::optional<Completion<int>> done;
  int asked = 0;
  std::string how;
  RunningTask task(eddy::internal::core_of(loop),
                   discard(
                       [](std::optional<Completion<int>>& slot, int& count) -> Task<int> {
                         co_return co_await from_callback<int>(
                             [&](Completion<int> c) { slot.emplace(std::move(c)); },
                             [&count]() noexcept { ++count; });
                       }(done, asked),
                       how),
                   nullptr);
  task.start();
  task.request_stop();
  loop.run_until_idle();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(how, "") << "waits for the operation";
  done->fail(std::make_error_code(std::errc::operation_canceled));
  loop.run_until_idle();
  EXPECT_EQ(how, "cancelled");
  EXPECT_EQ(asked, 1);
}

TEST(Completion, WithACancelDestructionAsksAndDoesNotWait) {
  ManualLoop loop;
  std::optional<Completion<int>> done;
  int asked = 0;
  RunningTask task(
      eddy::internal::core_of(loop),
      [](std::optional<Completion<int>>& slot, int& count) -> Task<void> {
        (void)co_await from_callback<int>([&](Completion<int> c) { slot.emplace(std::move(c)); },
                                          [&count]() noexcept { ++count; });
      }(done, asked),
      nullptr);
  task.start();
  task.reset();
  EXPECT_EQ(asked, 1);
  (*done)(1);
  loop.run_until_idle();
}

TEST(Completion, ForCIsAFunctionAndAPointer) {
  ManualLoop loop;
  const int value = loop.run_until([]() -> Task<int> {
    co_await from_callback<void>([](Completion<void> done) {
      const eddy::CCompletion<void> c = std::move(done).release();
      c.function(c.data);
    });
    co_return co_await from_callback<int>([](Completion<int> done) {
      const eddy::CCompletion<int> c = std::move(done).release();
      c.function(c.data, 5);
    });
  }());
  EXPECT_EQ(value, 5);
}

TEST(Completion, AnyThreadMayCallIt) {
  eddy::NativeLoop loop;
  std::vector<std::thread> threads;
  const int sum = loop.run_until([](std::vector<std::thread>& pool) -> Task<int> {
    int total = 0;
    for (int i = 0; i < 100; ++i) {
      total += co_await from_callback<int>([&](Completion<int> done) {
        pool.emplace_back([done = std::move(done), i]() mutable { done(int{i}); });
      });
    }
    co_return total;
  }(threads));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 4950);
}

TEST(Completion, ThreadsThatCompleteWhileTheLoopEnds) {
  for (int round = 0; round < 50; ++round) {
    std::vector<std::thread> threads;
    auto loop = std::make_unique<eddy::NativeLoop>();
    for (int i = 0; i < 4; ++i) {
      loop->spawn([](std::vector<std::thread>& pool) -> Task<void> {
        (void)co_await from_callback<std::string>([&](Completion<std::string> done) {
          pool.emplace_back([done = std::move(done)]() mutable { done("late"); });
        });
      }(threads));
    }
    loop->dispatch();
    if (round % 2 == 0) loop->dispatch();
    loop.reset();
    for (std::thread& thread : threads) thread.join();
  }
}

// ---- Awaitables of other libraries ----

/// Resumes whoever awaits it on a thread of its own.
struct OtherThread {
  [[nodiscard]] bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    // The coroutine, and this object with it, may be gone before the assignment looks for its left.
    std::thread& kept = thread;
    kept = std::thread([handle] { handle.resume(); });
  }
  std::thread::id await_resume() { return std::this_thread::get_id(); }
  std::thread& thread;
};

/// Is resumed by hand, or never.
struct ByHand {
  [[nodiscard]] bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) { *slot = handle; }
  void await_resume() {}
  std::coroutine_handle<>* slot;
};

struct HasOperator {
  struct Awaiter {
    [[nodiscard]] bool await_ready() const { return true; }
    void await_suspend(std::coroutine_handle<>) {}
    int await_resume() { return 11; }
  };
  Awaiter operator co_await() const { return {}; }
};

TEST(Foreign, ResumedOnAnotherThreadTheTaskGoesOnOnItsLoop) {
  eddy::NativeLoop loop;
  std::thread thread;
  const auto [theirs, ours] =
      loop.run_until([](std::thread& t) -> Task<std::pair<std::thread::id, std::thread::id>> {
        const std::thread::id where = co_await OtherThread{t};
        co_return std::pair(where, std::this_thread::get_id());
      }(thread));
  EXPECT_EQ(theirs, thread.get_id());
  EXPECT_EQ(ours, std::this_thread::get_id());
  thread.join();
}

TEST(Foreign, OperatorsAndInlineCompletionWork) {
  ManualLoop loop;
  EXPECT_EQ(loop.run_until([]() -> Task<int> {
    const HasOperator lvalue;
    co_return co_await lvalue + co_await HasOperator();
  }()),
            22);
}

TEST(Foreign, ResumedAfterTheTaskHasGoneItTouchesNothing) {
  ManualLoop loop;
  std::coroutine_handle<> handle;
  int live = 0;
  RunningTask task(
      eddy::internal::core_of(loop),
      [](std::coroutine_handle<>& slot, int& count) -> Task<void> {
        const Alive alive(count);
        co_await ByHand{&slot};
        ADD_FAILURE();
      }(handle, live),
      nullptr);
  task.start();
  ASSERT_TRUE(handle);
  task.reset();
  EXPECT_EQ(live, 0);
  handle.resume();
  loop.run_until_idle();
}

// ---- Each awaiter: destroyed while it waits, at its completion, and after its Loop ----

/// One kind of await: begins to wait in a task, and completes when it is told.
struct Kind {
  const char* name;
  std::function<Task<void>(struct Scene&)> wait;
  std::function<void(struct Scene&)> complete;
};

struct Scene {
  Scene() : connection(loop->system().open_connection()) {
    stream = eddy::internal::make_socket_stream(eddy::internal::core_of(*loop), connection.fd,
                                                eddy::Address());
    (void)bounded.try_put(1);
    permit = lock.try_acquire();
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;
  // What stands for a task towards another library's awaitable waits until that resumes it.
  ~Scene() {
    if (foreign) foreign.resume();
  }
  std::unique_ptr<ManualLoop> loop = std::make_unique<ManualLoop>();
  eddy::testing::ManualSystem::OpenConnection connection;
  std::unique_ptr<eddy::Stream> stream;
  std::array<char, 16> buffer{};
  std::optional<Completion<int>> completion;
  std::coroutine_handle<> foreign;
  eddy::Event event;
  eddy::Condition condition;
  eddy::Lock lock;
  eddy::Permit permit;
  eddy::Queue<int> queue;
  eddy::Queue<int> bounded{1};
  std::optional<eddy::TaskGroup> group;
};

Task<void> sleeps(Scene& /*scene*/) { co_await eddy::sleep(1s); }

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"sleep", sleeps, [](Scene& s) { s.loop->system().move_clock(1s); }},
      {"yield", [](Scene&) -> Task<void> { co_await eddy::yield(); }, [](Scene&) {}},
      {"callback",
       [](Scene& s) -> Task<void> {
         (void)co_await from_callback<int>(
             [&](Completion<int> done) { s.completion.emplace(std::move(done)); });
       },
       [](Scene& s) {
         if (s.completion) (*s.completion)(1);
       }},
      {"foreign", [](Scene& s) -> Task<void> { co_await ByHand{&s.foreign}; },
       [](Scene& s) {
         if (s.foreign) std::exchange(s.foreign, nullptr).resume();
       }},
      {"read", [](Scene& s) -> Task<void> { (void)co_await s.stream->read_some(s.buffer); },
       [](Scene& s) { s.connection.peer.write("x"); }},
      {"write",
       [](Scene& s) -> Task<void> {
         s.connection.peer.set_capacity(4);
         co_await s.stream->write("longer than that");
       },
       [](Scene& s) { s.connection.peer.set_capacity(1000); }},
      {"event", [](Scene& s) -> Task<void> { co_await s.event.wait(); },
       [](Scene& s) { s.event.set(); }},
      {"event with a limit", [](Scene& s) -> Task<void> { co_await s.event.wait(1h); },
       [](Scene& s) { s.event.set(); }},
      {"lock", [](Scene& s) -> Task<void> { (void)co_await s.lock.acquire(); },
       [](Scene& s) { s.permit.reset(); }},
      {"condition", [](Scene& s) -> Task<void> { (void)co_await s.condition.wait(); },
       [](Scene& s) { s.condition.notify_all(); }},
      {"get", [](Scene& s) -> Task<void> { (void)co_await s.queue.get(); },
       [](Scene& s) { (void)s.queue.try_put(5); }},
      {"put", [](Scene& s) -> Task<void> { co_await s.bounded.put(2); },
       [](Scene& s) { (void)s.bounded.try_get(); }},
      {"when_all", [](Scene& s) -> Task<void> { co_await eddy::when_all(sleeps(s), sleeps(s)); },
       [](Scene& s) { s.loop->system().move_clock(1s); }},
      {"when_any",
       [](Scene& s) -> Task<void> { (void)co_await eddy::when_any(sleeps(s), sleeps(s)); },
       [](Scene& s) { s.loop->system().move_clock(1s); }},
      {"with_timeout", [](Scene& s) -> Task<void> { co_await eddy::with_timeout(1h, sleeps(s)); },
       [](Scene& s) { s.loop->system().move_clock(1s); }},
      {"shield", [](Scene& s) -> Task<void> { co_await eddy::shield(sleeps(s)); },
       [](Scene& s) { s.loop->system().move_clock(1s); }},
      {"executor", [](Scene&) -> Task<void> { co_await eddy::run_in_executor([] {}); },
       [](Scene& s) { (void)s.loop->poller().wait_for_wake(); }},
      {"join",
       [](Scene& s) -> Task<void> {
         s.group.emplace(*s.loop);
         s.group->spawn(sleeps(s));
         co_await s.group->join();
       },
       [](Scene& s) { s.loop->system().move_clock(1s); }},
  };
  return all;
}

class EveryAwaiter : public testing::TestWithParam<std::size_t> {
 protected:
  /// The task of this kind, waiting; `live_` is 1 while its frame lives.
  RunningTask begin(Scene& scene) {
    RunningTask task(
        eddy::internal::core_of(*scene.loop),
        [](Scene& s, const Kind& kind, int& count, bool& through) -> Task<void> {
          const Alive alive(count);
          co_await kind.wait(s);
          through = true;
        }(scene, kind(), live_, passed_),
        nullptr);
    task.start_later();
    // Once: a yield would be through after two.
    scene.loop->dispatch();
    EXPECT_EQ(live_, 1);
    return task;
  }
  static const Kind& kind() { return kinds()[GetParam()]; }

  int live_ = 0;
  bool passed_ = false;
};

TEST_P(EveryAwaiter, Completes) {
  Scene scene;
  const RunningTask task = begin(scene);
  kind().complete(scene);
  scene.loop->run_until_idle();
  scene.loop->run_until_idle();
  EXPECT_TRUE(passed_);
  EXPECT_EQ(live_, 0);
}

TEST_P(EveryAwaiter, DestroyedWhileItWaits) {
  Scene scene;
  RunningTask task = begin(scene);
  task.reset();
  EXPECT_EQ(live_, 0);
  kind().complete(scene);
  scene.loop->run_until_idle();
  EXPECT_FALSE(passed_);
}

TEST_P(EveryAwaiter, DestroyedAtItsCompletion) {
  Scene scene;
  RunningTask task = begin(scene);
  kind().complete(scene);
  task.reset();
  EXPECT_EQ(live_, 0);
  scene.loop->run_until_idle();
  EXPECT_FALSE(passed_);
}

TEST_P(EveryAwaiter, DestroyedAfterItsLoop) {
  Scene scene;
  RunningTask task = begin(scene);
  scene.loop.reset();
  EXPECT_EQ(live_, 1);
  task.reset();
  EXPECT_EQ(live_, 0);
  if (scene.completion) (*scene.completion)(1);
  if (scene.foreign) std::exchange(scene.foreign, nullptr).resume();
  EXPECT_FALSE(passed_);
}

TEST_P(EveryAwaiter, StoppedWhileItWaits) {
  Scene scene;
  RunningTask task = begin(scene);
  task.request_stop();
  EXPECT_EQ(live_, 1) << "nothing happens inside request_stop";
  scene.loop->run_until_idle();
  const std::string name = kind().name;
  if (name == "shield" || (name == "executor" && !task.ended())) {
    kind().complete(scene);
    scene.loop->run_until_idle();
  }
  EXPECT_EQ(live_, 0);
  EXPECT_TRUE(task.ended());
}

TEST_P(EveryAwaiter, StoppedAtItsCompletion) {
  Scene scene;
  RunningTask task = begin(scene);
  kind().complete(scene);
  task.request_stop();
  scene.loop->run_until_idle();
  EXPECT_EQ(live_, 0);
  EXPECT_TRUE(task.ended());
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryAwaiter, testing::Range(std::size_t{0}, kinds().size()),
                         [](const auto& info) {
                           std::string name = kinds()[info.param].name;
                           for (char& c : name) {
                             if (c == ' ') c = '_';
                           }
                           return name;
                         });

}  // namespace
