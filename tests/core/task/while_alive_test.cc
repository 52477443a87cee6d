// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/core.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using eddy::Cancelled;
using eddy::Completion;
using eddy::Event;
using eddy::Lifetime;
using eddy::LifetimeSource;
using eddy::Task;
using eddy::TaskGroup;
using eddy::while_alive;
using eddy::core_test::Alive;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

/// What a while_alive came to.
struct End {
  std::string text = "waits";
  template <class T>
  static Task<void> of(Task<T> task, End& end) {
    try {
      if constexpr (std::is_void_v<T>) {
        co_await std::move(task);
        end.text = "ended";
      } else {
        end.text = std::to_string(co_await std::move(task));
      }
    } catch (const Cancelled&) {
      end.text = "cancelled";
    } catch (const std::exception& error) {
      end.text = error.what();
    }
  }
};

// Open to the coroutines that the tests give it.
struct WhileAlive : testing::Test {
  /// Begins to await `task` for as long as the owner lives.
  template <class T>
  void start(Task<T> task) {
    group_.spawn(End::of(while_alive(lifetime_, std::move(task)), end_));
    loop_.run_until_idle();
  }
  void kill_owner() { owner_.reset(); }
  const std::string& end() {
    loop_.run_until_idle();
    return end_.text;
  }

  ManualLoop loop_;
  std::optional<LifetimeSource> owner_{std::in_place};
  const Lifetime lifetime_ = owner_->lifetime();
  Event event_;
  int frames_ = 0;
  End end_;
  TaskGroup group_{loop_};
};

Task<int> value_after(Event& event, int& frames, int value) {
  const Alive alive(frames);
  co_await event.wait();
  co_return value;
}

TEST_F(WhileAlive, GivesWhatTheTaskGives) {
  start(value_after(event_, frames_, 42));
  EXPECT_EQ(end(), "waits");
  EXPECT_EQ(frames_, 1);
  event_.set();
  EXPECT_EQ(end(), "42");
  EXPECT_EQ(frames_, 0);
  EXPECT_EQ(group_.size(), 0U);
  // What it was told of the owner has ended with it.
  kill_owner();
  EXPECT_EQ(end(), "42");
}

TEST_F(WhileAlive, GivesReferencesAndNothing) {
  start([](int& number) -> Task<int&> { co_return number; }(frames_));
  EXPECT_EQ(end(), "0");
  start([]() -> Task<void> { co_return; }());
  EXPECT_EQ(end(), "ended");
}

TEST_F(WhileAlive, GivesWhatCannotBeCopied) {
  const auto owned = [](LifetimeSource& owner) -> Task<int> {
    auto pointer = co_await while_alive(
        owner, []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); }());
    co_return *pointer;
  };
  EXPECT_EQ(loop_.run_until(owned(*owner_)), 7);
}

TEST_F(WhileAlive, ThrowsWhatTheTaskThrows) {
  start([](Event& event) -> Task<int> {
    co_await event.wait();
    throw std::runtime_error("broken");
  }(event_));
  event_.set();
  EXPECT_EQ(end(), "broken");
  start([]() -> Task<void> {
    throw std::runtime_error("broken at once");
    co_return;
  }());
  EXPECT_EQ(end(), "broken at once");
}

TEST_F(WhileAlive, TheFramesAreGoneWhenTheOwnersDestructorReturns) {
  const auto outer = [](Event& event, int& frames) -> Task<int> {
    const Alive alive(frames);
    co_return co_await value_after(event, frames, 1) + 1;
  };
  start(outer(event_, frames_));
  EXPECT_EQ(frames_, 2);
  kill_owner();
  EXPECT_EQ(frames_, 0);
  EXPECT_EQ(end_.text, "waits") << "who awaits goes on in a later step";
  EXPECT_EQ(end(), "cancelled");
  EXPECT_EQ(group_.size(), 0U);
}

TEST_F(WhileAlive, ADeadOwnersTaskIsNotBegun) {
  kill_owner();
  bool begun = false;
  start([](bool& out) -> Task<void> {
    out = true;
    co_return;
  }(begun));
  EXPECT_EQ(end(), "cancelled");
  EXPECT_FALSE(begun);
}

TEST_F(WhileAlive, AnOwnerThatDiesBeforeItIsAwaitedHasItNotBegun) {
  bool begun = false;
  auto task = while_alive(*owner_, [](bool& out) -> Task<void> {
    out = true;
    co_return;
  }(begun));
  kill_owner();
  group_.spawn(End::of(std::move(task), end_));
  EXPECT_EQ(end(), "cancelled");
  EXPECT_FALSE(begun);
}

TEST_F(WhileAlive, TheTaskIsAskedToStopBeforeItIsDestroyed) {
  // Whether there was a stop, each time that the operation was asked to end.
  std::vector<bool> asked;
  std::optional<Completion<int>> completion;
  start([](std::vector<bool>& out, std::optional<Completion<int>>& kept) -> Task<int> {
    const auto token = co_await eddy::stop_token();
    co_return co_await eddy::from_callback<int>(
        [&](Completion<int> done) { kept.emplace(std::move(done)); },
        [&]() noexcept { out.push_back(token.stop_requested()); });
  }(asked, completion));
  kill_owner();
  EXPECT_EQ(asked, std::vector<bool>{true}) << "by the stop and once; destruction asks without one";
  EXPECT_EQ(end(), "cancelled") << "and is not waited for";
  (*completion)(1);
  EXPECT_EQ(end(), "cancelled");
}

TEST_F(WhileAlive, ATaskThatIgnoresStopsIsDestroyedAllTheSame) {
  int tries = 0;
  start([](Event& event, int& frames, int& count) -> Task<void> {
    const Alive alive(frames);
    for (;;) {
      try {
        co_await shield(value_after(event, frames, 0));
      } catch (...) {
        ++count;
      }
    }
  }(event_, frames_, tries));
  EXPECT_EQ(frames_, 2);
  kill_owner();
  EXPECT_EQ(frames_, 0);
  EXPECT_EQ(end(), "cancelled");
  EXPECT_EQ(tries, 0);
}

// ---- On the stack

TEST_F(WhileAlive, ATaskThatDestroysItsOwnerGoesOnToItsNextAwait) {
  std::string steps;
  start([](WhileAlive& test, std::string& out) -> Task<int> {
    const Alive alive(test.frames_);
    co_await test.event_.wait();
    test.kill_owner();
    out += "on";
    co_await eddy::stop_token();
    out += "never";
    co_return 1;
  }(*this, steps));
  event_.set();
  EXPECT_EQ(end(), "cancelled");
  EXPECT_EQ(steps, "on");
  EXPECT_EQ(frames_, 0);
}

TEST_F(WhileAlive, ATaskThatDestroysItsOwnerSeesThatItIsStopped) {
  std::string steps;
  start([](WhileAlive& test, std::string& out) -> Task<int> {
    const auto token = co_await eddy::stop_token();
    co_await test.event_.wait();
    test.kill_owner();
    out = token.stop_requested() ? "asked" : "not asked";
    co_return 1;
  }(*this, steps));
  event_.set();
  EXPECT_EQ(end(), "cancelled") << "its result is lost";
  EXPECT_EQ(steps, "asked");
}

TEST_F(WhileAlive, TheOwnerMayDieInTheFirstStep) {
  std::string steps;
  start([](WhileAlive& test, std::string& out) -> Task<int> {
    const Alive alive(test.frames_);
    test.kill_owner();
    out += "on";
    co_await value_after(test.event_, test.frames_, 1);
    out += "never";
    co_return 1;
  }(*this, steps));
  EXPECT_EQ(end(), "cancelled");
  EXPECT_EQ(steps, "on");
  EXPECT_EQ(frames_, 0);
}

TEST_F(WhileAlive, InANestedLoopWhoAwaitsWaitsForTheFramesToGo) {
  std::string steps;
  start([](WhileAlive& test, std::string& out) -> Task<int> {
    const Alive alive(test.frames_);
    co_await test.event_.wait();
    test.loop_.post([&] { test.kill_owner(); });
    test.loop_.run_until_idle();
    out += test.end_.text;
    co_await eddy::yield();
    out += "never";
    co_return 1;
  }(*this, steps));
  event_.set();
  EXPECT_EQ(end(), "cancelled");
  EXPECT_EQ(steps, "waits");
  EXPECT_EQ(frames_, 0);
}

TEST_F(WhileAlive, TheOuterFramesStayWhileTheTaskIsOnTheStack) {
  std::optional<TaskGroup> group(std::in_place, loop_);
  std::string steps;
  const auto inner = [](std::optional<TaskGroup>& owner, std::string& local,
                        Event& event) -> Task<void> {
    co_await event.wait();
    owner.reset();  // destroys the whole of the task
    local += "still here";
    co_await eddy::yield();
    local += "never";
  };
  const auto outer = [&](Lifetime lifetime, std::string& out) -> Task<void> {
    struct Tells {
      ~Tells() { to = text; }
      std::string& to;
      std::string text;
    } tells{out, {}};
    co_await while_alive(lifetime, inner(group, tells.text, event_));
  };
  group->spawn(outer(lifetime_, steps));
  loop_.run_until_idle();
  event_.set();
  loop_.run_until_idle();
  EXPECT_EQ(steps, "still here");
}

TEST_F(WhileAlive, ADestroyedOuterTaskStartsNothingMoreWithin) {
  std::optional<TaskGroup> group(std::in_place, loop_);
  bool more = false;
  const auto set = [](bool& out) -> Task<void> {
    out = true;
    co_return;
  };
  group->spawn(while_alive(lifetime_, [](auto& owner, auto start, bool& out) -> Task<void> {
    owner.reset();
    co_await start(out);
  }(group, set, more)));
  loop_.run_until_idle();
  EXPECT_FALSE(more);
}

// ---- Around it

TEST_F(WhileAlive, AStopOfTheWholeStopsIt) {
  start(value_after(event_, frames_, 1));
  group_.request_stop();
  EXPECT_EQ(end(), "cancelled");
  EXPECT_EQ(frames_, 0);
}

TEST_F(WhileAlive, AStopBeforeItStopsItsFirstWait) {
  std::string steps;
  const auto inner = [](Event& event, std::string& out) -> Task<int> {
    out += "begun ";
    try {
      co_await event.wait();
    } catch (const Cancelled&) {
      out += "stopped";
    }
    co_return 5;
  };
  group_.spawn([](WhileAlive& test, auto make, std::string& out) -> Task<void> {
    test.group_.request_stop();
    co_await End::of(while_alive(test.lifetime_, make(test.event_, out)), test.end_);
  }(*this, inner, steps));
  EXPECT_EQ(end(), "5");
  EXPECT_EQ(steps, "begun stopped");
}

TEST_F(WhileAlive, DestroyingTheWholeDestroysIt) {
  std::optional<TaskGroup> group(std::in_place, loop_);
  group->spawn(End::of(while_alive(*owner_, value_after(event_, frames_, 1)), end_));
  loop_.run_until_idle();
  EXPECT_EQ(frames_, 1);
  group.reset();
  EXPECT_EQ(frames_, 0);
  kill_owner();
  EXPECT_EQ(end(), "waits");
}

TEST_F(WhileAlive, TheOwnerMayDieBetweenTheEndAndTheResumption) {
  start(value_after(event_, frames_, 9));
  // Resumed by the same event: behind the task, and before who awaits that.
  group_.spawn([](WhileAlive& test) -> Task<void> {
    co_await test.event_.wait();
    EXPECT_EQ(test.frames_, 0);
    EXPECT_EQ(test.end_.text, "waits");
    test.kill_owner();
  }(*this));
  loop_.run_until_idle();
  event_.set();
  EXPECT_EQ(end(), "cancelled") << "the value may be a part of the owner";
}

TEST_F(WhileAlive, ADestructorOfTheTaskMayDestroyTheOwner) {
  struct Kills {
    explicit Kills(WhileAlive& of) : test(of) {}
    Kills(const Kills&) = delete;
    Kills& operator=(const Kills&) = delete;
    ~Kills() { test.kill_owner(); }
    WhileAlive& test;
  };
  start([](WhileAlive& test) -> Task<int> {
    const Kills kills(test);
    co_await test.event_.wait();
    co_return 3;
  }(*this));
  event_.set();
  EXPECT_EQ(end(), "cancelled");
}

TEST_F(WhileAlive, ADestructorOfTheTaskMayDestroyTheWhole) {
  std::optional<TaskGroup> group(std::in_place, loop_);
  struct Kills {
    explicit Kills(std::optional<TaskGroup>& of) : group(of) {}
    Kills(const Kills&) = delete;
    Kills& operator=(const Kills&) = delete;
    ~Kills() { group.reset(); }
    std::optional<TaskGroup>& group;
  };
  group->spawn(while_alive(lifetime_, [](auto& whole, WhileAlive& test) -> Task<void> {
    const Alive alive(test.frames_);
    const Kills kills(whole);
    co_await test.event_.wait();
  }(group, *this)));
  loop_.run_until_idle();
  EXPECT_EQ(frames_, 1);
  kill_owner();
  EXPECT_EQ(frames_, 0);
  EXPECT_FALSE(group.has_value());
  loop_.run_until_idle();
}

TEST_F(WhileAlive, OnlyThePartThatIsOwnedEnds) {
  LifetimeSource other;
  std::string ends;
  const auto both = [](WhileAlive& test, LifetimeSource& survivor, std::string& out) -> Task<void> {
    End first;
    End second;
    co_await when_all(
        End::of(while_alive(test.lifetime_, value_after(test.event_, test.frames_, 1)), first),
        End::of(while_alive(survivor, value_after(test.event_, test.frames_, 2)), second));
    out = first.text + " " + second.text;
  };
  group_.spawn(both(*this, other, ends));
  loop_.run_until_idle();
  EXPECT_EQ(frames_, 2);
  kill_owner();
  loop_.run_until_idle();
  EXPECT_EQ(frames_, 1);
  event_.set();
  loop_.run_until_idle();
  EXPECT_EQ(ends, "cancelled 2");
}

TEST_F(WhileAlive, OneBranchMayDestroyTheOwnerOfAnother) {
  std::string ends;
  const auto both = [](WhileAlive& test, std::string& out) -> Task<void> {
    End end;
    const auto kill = [](WhileAlive& of) -> Task<void> {
      co_await eddy::yield();
      of.kill_owner();
      // The other one waits, so it has gone at once.
      EXPECT_EQ(of.frames_, 0);
    };
    co_await when_all(
        End::of(while_alive(test.lifetime_, value_after(test.event_, test.frames_, 1)), end),
        kill(test));
    out = end.text;
  };
  group_.spawn(both(*this, ends));
  loop_.run_until_idle();
  EXPECT_EQ(ends, "cancelled");
}

TEST_F(WhileAlive, OwnersMayBeNested) {
  std::optional<LifetimeSource> inner_owner(std::in_place);
  start(while_alive(*inner_owner, value_after(event_, frames_, 1)));
  kill_owner();
  EXPECT_EQ(frames_, 0);
  EXPECT_EQ(end(), "cancelled");

  owner_.emplace();
  group_.spawn(End::of(
      while_alive(*owner_, while_alive(*inner_owner, value_after(event_, frames_, 1))), end_));
  loop_.run_until_idle();
  inner_owner.reset();
  EXPECT_EQ(frames_, 0);
  EXPECT_EQ(end(), "cancelled");
}

TEST_F(WhileAlive, ATimeoutAroundItEndsIt) {
  start(with_timeout(1s, while_alive(lifetime_, value_after(event_, frames_, 1))));
  loop_.advance(1s);
  EXPECT_EQ(end(), "with_timeout: the time was up");
  EXPECT_EQ(frames_, 0);
}

TEST_F(WhileAlive, AMillionThatEndAtOnceTakeConstantStack) {
  const auto many = [](Lifetime lifetime, int& count) -> Task<void> {
    const auto add = [](int& to) -> Task<void> {
      ++to;
      co_return;
    };
    for (int i = 0; i < 100'000; ++i) co_await while_alive(lifetime, add(count));
  };
  int count = 0;
  loop_.run_until(many(lifetime_, count));
  EXPECT_EQ(count, 100'000);
}

TEST_F(WhileAlive, TheLoopMayGoFirst) {
  std::optional<ManualLoop> loop(std::in_place);
  loop->spawn(End::of(while_alive(*owner_, value_after(event_, frames_, 1)), end_));
  loop->run_until_idle();
  EXPECT_EQ(frames_, 1);
  loop.reset();
  EXPECT_EQ(frames_, 0);
  kill_owner();
  EXPECT_EQ(end_.text, "waits");
}

TEST_F(WhileAlive, HoldsTheLoopsHostLikeAnyTask) {
  loop_.spawn(while_alive(*owner_, []() -> Task<void> { co_await eddy::sleep(1s); }()));
  EXPECT_FALSE(loop_.run()) << "which moves the clock, and ends when nothing is left";
}

// ---- Shared objects

TEST_F(WhileAlive, AnOwnerThatTellsMayBeShared) {
  auto owner = eddy::make_owner<int>(1);
  group_.spawn(End::of(while_alive(owner, value_after(event_, frames_, 1)), end_));
  loop_.run_until_idle();
  owner.reset();
  EXPECT_EQ(frames_, 0);
  EXPECT_EQ(end(), "cancelled");
}

TEST_F(WhileAlive, AnOwnerThatCannotTellIsKeptUntilTheTaskHasEnded) {
  int owners = 0;
  auto owner = std::make_shared<Alive>(owners);
  const std::weak_ptr<Alive> weak = owner;
  group_.spawn(End::of(while_alive(weak, value_after(event_, frames_, 8)), end_));
  loop_.run_until_idle();
  owner.reset();
  EXPECT_EQ(frames_, 1);
  EXPECT_EQ(owners, 1);
  event_.set();
  EXPECT_EQ(end(), "8");
  EXPECT_EQ(owners, 0);

  group_.spawn(End::of(while_alive(weak, value_after(event_, frames_, 8)), end_));
  EXPECT_EQ(end(), "cancelled");
}

// ---- Threads

#ifndef NDEBUG
TEST(WhileAliveOnAnotherThread, AnOwnerThatDiesThereIsReported) {
  const auto calls = std::make_shared<eddy::core_test::HostCalls>();
  eddy::testing::CapturedLog log;
  eddy::Loop loop(std::make_unique<eddy::core_test::RecordingHost>(calls));
  loop.set_log_sink(log.sink());
  LifetimeSource owner;
  Event event;
  int frames = 0;
  End end;
  loop.spawn(End::of(while_alive(owner, value_after(event, frames, 1)), end));
  ASSERT_TRUE(eddy::core_test::run_turns_until(loop, [&] { return frames == 1; }));
  calls->access = eddy::Access::elsewhere;
  owner.end();
  calls->access = eddy::Access::inside;
  EXPECT_EQ(frames, 1) << "nothing of the loop's is touched from there";
  event.set();
  ASSERT_TRUE(eddy::core_test::run_turns_until(loop, [&] { return end.text == "1"; }));
  log.expect(eddy::LogLevel::error, "the destruction of an owner of a task");
}
#endif

}  // namespace
