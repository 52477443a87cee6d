// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The end of a Loop: destroyed from within every kind of callback, after its host, in the wrong
// thread, in a forked child.
#include <eddy/core/core.h>
#include <eddy/core/loop/file_watcher.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <eddy/testing/test_client.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <tests/core/descriptor_limit.h>
#include <tests/core/support.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using eddy::Access;
using eddy::Errc;
using eddy::FdWatch;
using eddy::Io;
using eddy::Loop;
using eddy::NativeLoop;
using eddy::Stream;
using eddy::Task;
using eddy::TcpServer;
using eddy::core_test::Alive;
using eddy::core_test::HostCalls;
using eddy::core_test::RecordingHost;
using eddy::core_test::SocketPair;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

/// A loop with something of everything waiting, to be destroyed from within a callback.
class Victim {
 public:
  Victim() : loop(std::make_unique<ManualLoop>()) {
    loop->call_later(1h, [alive = Alive(live)] { FAIL(); });
    watched = loop->system().open_connection();
    watch = loop->watch(watched.fd, Io::read, [alive = Alive(live)](Io) { FAIL(); });
    loop->spawn(sleeper(Alive(live)));
    loop->run_until_idle();
    EXPECT_EQ(live, 3);
  }

  /// What was queued behind the callback that destroys the loop must not run.
  void queue_more() {
    loop->post([alive = Alive(live)] { FAIL(); });
    loop->call_later(0s, [alive = Alive(live)] { FAIL(); });
    watched.peer.write("x");
  }

  void destroy() {
    queue_more();
    loop.reset();
    destroyed = true;
  }

  void expect_destroyed() {
    EXPECT_TRUE(destroyed);
    watch.reset();
    EXPECT_EQ(live, 0);
  }

  /// Turns until the loop is gone.
  void run() {
    for (int i = 0; i < 10 && loop; ++i) loop->dispatch();
  }

  int live = 0;
  bool destroyed = false;
  std::unique_ptr<ManualLoop> loop;
  eddy::testing::ManualSystem::OpenConnection watched{};
  FdWatch watch;

 private:
  static Task<void> sleeper(Alive /*alive*/) { co_await eddy::sleep(1h); }
};

TEST(LoopDestroyedWithin, APost) {
  Victim v;
  v.loop->post([&] { v.destroy(); });
  v.run();
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, ATimer) {
  Victim v;
  v.loop->call_later(0s, [&] { v.destroy(); });
  v.run();
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, AWatch) {
  Victim v;
  auto [fd, peer] = v.loop->system().open_connection();
  peer.write("x");
  const FdWatch watch = v.loop->watch(fd, Io::read, [&](Io) { v.destroy(); });
  v.run();
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, AWatchThatItOwns) {
  Victim v;
  auto [fd, peer] = v.loop->system().open_connection();
  peer.write("x");
  FdWatch watch;
  watch = v.loop->watch(fd, Io::read, [&](Io) {
    watch.reset();
    v.destroy();
  });
  v.run();
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, ATask) {
  Victim v;
  bool after = false;
  v.loop->spawn([](Victim& victim, bool& ran) -> Task<void> {
    co_await eddy::yield();
    victim.destroy();
    ran = true;  // it is on the stack, and goes on to its next await
    co_await eddy::yield();
    ADD_FAILURE() << "nothing of it runs later";
  }(v, after));
  v.run();
  EXPECT_TRUE(after);
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, ATaskThatThenEnds) {
  Victim v;
  v.loop->spawn([](Victim& victim) -> Task<void> {
    co_await eddy::yield();
    victim.destroy();
  }(v));
  v.run();
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, AnInnerTask) {
  Victim v;
  const auto inner = [](Victim& victim) -> Task<void> {
    co_await eddy::yield();
    victim.destroy();
  };
  v.loop->spawn([](Victim& victim, auto make) -> Task<void> {
    co_await make(victim);
    ADD_FAILURE() << "nothing that waits goes on";
  }(v, inner));
  v.run();
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, TheExceptionHandler) {
  Victim v;
  v.loop->set_exception_handler([&](const std::exception_ptr&, const char*) { v.destroy(); });
  v.loop->post([] { throw std::runtime_error("boom"); });
  v.run();
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, TheLogSink) {
  Victim v;
  v.loop->set_log_sink([&](const eddy::LogRecord&) { v.destroy(); });
  v.loop->post([] { throw std::runtime_error("boom"); });
  v.run();
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, AnAcceptedConnection) {
  Victim v;
  TcpServer server(*v.loop, [&](std::unique_ptr<Stream> stream) {
    v.destroy();
    EXPECT_TRUE(stream->closed() || stream->fd() >= 0);
  });
  server.listen("127.0.0.1", 80);
  const auto first = v.loop->system().connect(80);
  const auto second = v.loop->system().connect(80);
  const auto system = v.loop->shared_system();
  v.run();
  v.expect_destroyed();
  EXPECT_TRUE(first.closed());
  EXPECT_TRUE(second.closed());
}

TEST(LoopDestroyedWithin, ANestedTurnWhileTheOuterCallbackGoesOn) {
  Victim v;
  bool outer_went_on = false;
  v.loop->post([&] {
    ManualLoop* loop = v.loop.get();
    loop->post([&] { v.destroy(); });
    for (int i = 0; i < 3 && v.loop; ++i) loop->dispatch();
    outer_went_on = true;
  });
  v.run();
  EXPECT_TRUE(outer_went_on);
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, ANestedTurnUnderATask) {
  Victim v;
  v.loop->spawn([](Victim& victim) -> Task<void> {
    co_await eddy::yield();
    ManualLoop* loop = victim.loop.get();
    loop->post([&] { victim.destroy(); });
    for (int i = 0; i < 3 && victim.loop; ++i) loop->dispatch();
    co_await eddy::yield();
    ADD_FAILURE() << "destroyed with its loop";
  }(v));
  v.run();
  v.expect_destroyed();
}

TEST(LoopDestroyedWithin, RunUntilEndsWithAnError) {
  auto loop = std::make_unique<ManualLoop>();
  ManualLoop* raw = loop.get();
  loop->post([&] { loop.reset(); });
  try {
    raw->run_until([]() -> Task<void> { co_await eddy::sleep(1h); }());
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), Errc::loop_closed);
  }
}

// ---- The host ----

TEST(LoopHost, AttachesAndDetachesOnceAndCountsAsWorkWhileItHasSome) {
  const auto calls = std::make_shared<HostCalls>();
  {
    Loop loop(std::make_unique<RecordingHost>(calls));
    EXPECT_EQ(calls->attached, 1);
    EXPECT_FALSE(calls->keep_alive);
    {
      const auto guard = loop.hold();
      const auto another = loop.hold();
      EXPECT_TRUE(calls->keep_alive);
    }
    EXPECT_FALSE(calls->keep_alive);
    EXPECT_EQ(calls->keep_alive_calls, 2);
    loop.spawn([]() -> Task<void> { co_await eddy::yield(); }());
    EXPECT_TRUE(calls->keep_alive);
    loop.dispatch();
    loop.dispatch();
    EXPECT_FALSE(calls->keep_alive);
    const auto guard = loop.hold();
    loop.keep_alive(false);
    EXPECT_FALSE(calls->keep_alive);
    loop.keep_alive(true);
    EXPECT_TRUE(calls->keep_alive);
  }
  EXPECT_FALSE(calls->keep_alive);
  EXPECT_EQ(calls->detached, 1);
}

TEST(LoopHost, IsWokenOnceABurst) {
  const auto calls = std::make_shared<HostCalls>();
  Loop loop(std::make_unique<RecordingHost>(calls));
  for (int i = 0; i < 10; ++i) loop.post([] {});
  EXPECT_EQ(calls->wakes, 1);
}

TEST(LoopHost, WhatAttachThrowsComesOutOfTheConstructor) {
  const auto calls = std::make_shared<HostCalls>();
  calls->throw_on_attach = true;
  EXPECT_THROW(Loop(std::make_unique<RecordingHost>(calls)), std::runtime_error);
}

TEST(LoopHost, OneThatThrowsWhenItHasTheDispatcherLeavesNoDescriptor) {
  const auto descriptors = [] {
    int count = 0;
    for (int fd = 0; fd < 256; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
  };
  class Throwing final : public eddy::Host {
   public:
    explicit Throwing(std::string& calls) : calls_(calls) {}
    ~Throwing() override { calls_ += "destroyed"; }
    void attach(eddy::Dispatcher dispatcher) override {
      dispatcher_ = std::move(dispatcher);
      throw std::runtime_error("no thread left");
    }
    void detach() noexcept override { calls_ += "detached "; }
    [[nodiscard]] Access access() const noexcept override { return Access::free; }
    std::error_code run_once(bool /*wait*/) override { return {}; }
    void keep_alive(bool /*on*/) noexcept override {}
    void wake() noexcept override {}

   private:
    std::string& calls_;
    eddy::Dispatcher dispatcher_;
  };
  const int before = descriptors();
  std::string calls;
  EXPECT_THROW(Loop(std::make_unique<Throwing>(calls)), std::runtime_error);
  EXPECT_EQ(calls, "destroyed");
  EXPECT_EQ(descriptors(), before);
}

TEST(LoopHost, OneThatDiesFirstLeavesALoopThatOnlyAcceptsItsDestruction) {
  const auto calls = std::make_shared<HostCalls>();
  int live = 0;
  const SocketPair pair;
  {
    Loop loop(std::make_unique<RecordingHost>(calls));
    loop.post([alive = Alive(live)] { FAIL(); });
    loop.spawn([](Alive /*alive*/) -> Task<void> { co_await eddy::sleep(1h); }(Alive(live)));
    calls->dispatcher.host_gone();
    calls->dispatcher.dispatch();  // an adapter's last, harmless
    EXPECT_EQ(live, 2);
    EXPECT_FALSE(loop.post([] { FAIL(); }));
    const auto expect_error = [](auto call) {
      try {
        call();
        ADD_FAILURE() << "no error";
      } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), Errc::host_gone);
      }
    };
    expect_error([&] { loop.call_later(1s, [] {}); });
    expect_error([&] { (void)loop.watch(pair.near(), Io::read, [](Io) {}); });
    expect_error([&] { loop.spawn([]() -> Task<void> { co_return; }()); });
    expect_error([&] { (void)loop.run(); });
    expect_error([&] { loop.run_until([]() -> Task<void> { co_return; }()); });
    TcpServer server(loop, [](std::unique_ptr<Stream>) {});
    expect_error([&] { server.listen(0); });
    loop.dispatch();
  }
  EXPECT_EQ(calls->detached, 0) << "the host's loop must not be touched";
  EXPECT_EQ(live, 0);
}

TEST(LoopHost, OneThatDiesWithinARunEndsIt) {
  const auto calls = std::make_shared<HostCalls>();
  Loop loop(std::make_unique<RecordingHost>(calls));
  loop.post([&] { calls->dispatcher.host_gone(); });
  EXPECT_EQ(loop.run(), Errc::host_gone);
}

TEST(LoopHost, UseFromElsewhereIsAnErrorThatNamesTheCall) {
  const auto calls = std::make_shared<HostCalls>();
  Loop loop(std::make_unique<RecordingHost>(calls));
  calls->access = Access::elsewhere;
  const SocketPair pair;
  EXPECT_THROW((void)loop.watch(pair.near(), Io::read, [](Io) {}), eddy::WrongThread);
  EXPECT_THROW((void)loop.run(), eddy::WrongThread);
#ifndef NDEBUG
  try {
    loop.call_later(1s, [] {});
    FAIL();
  } catch (const eddy::WrongThread& error) {
    EXPECT_NE(std::string(error.what()).find("call_later"), std::string::npos);
  }
  EXPECT_THROW(loop.spawn([]() -> Task<void> { co_return; }()), eddy::WrongThread);
#endif
  calls->access = Access::inside;
}

TEST(LoopHostDeathTest, ALoopDestroyedElsewhereIsLeakedAndSaysSo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const auto calls = std::make_shared<HostCalls>();
        auto loop = std::make_unique<Loop>(std::make_unique<RecordingHost>(calls));
        calls->access = Access::elsewhere;
        loop.reset();
        calls->access = Access::inside;
        calls->dispatcher.dispatch();  // it is there still
        std::_Exit(calls->detached);
      },
      ::testing::ExitedWithCode(0), "~Loop: called from a thread");
}

#ifndef NDEBUG
TEST(LoopHostDeathTest, WhatIsEndedElsewhereEndsLaterAndSaysSo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        int live = 0;
        const auto calls = std::make_shared<HostCalls>();
        Loop loop(std::make_unique<RecordingHost>(calls));
        const SocketPair pair;
        FdWatch watch = loop.watch(pair.near(), Io::read, [alive = Alive(live)](Io) {});
        eddy::SignalWatch signal = eddy::watch_signal(loop, SIGUSR1, [alive = Alive(live)] {});
        eddy::WorkGuard guard = loop.hold();
        auto callback = std::make_unique<eddy::PeriodicCallback>(
            loop, [] {}, 1h);
        auto files = std::make_unique<eddy::FileWatcher>(
            loop, [alive = Alive(live)](const std::string& /*path*/) {});
        files->watch("a file");
        auto group = std::make_unique<eddy::TaskGroup>(loop);
        group->spawn([](Alive) -> Task<void> { co_await eddy::sleep(1h); }(Alive(live)));
        callback->start();
        loop.dispatch();
        calls->access = Access::elsewhere;
        watch.reset();
        signal.reset();
        guard.reset();
        callback->stop();
        const bool runs = callback->is_running();
        callback.reset();
        files.reset();
        group.reset();
        const bool before = runs && live == 4 && loop.stats().watches == 3 && calls->keep_alive;
        calls->access = Access::inside;
        // Each line is written in a step of its own, and a slow machine may have a slice for one
        // only.
        for (int i = 0; i < 20; ++i) loop.dispatch();
        const bool after = live == 0 && loop.stats().watches == 0 && !calls->keep_alive &&
                           loop.next_deadline() == eddy::kNever;
        std::_Exit((before ? 0 : 1) | (after ? 0 : 2));
      },
      ::testing::ExitedWithCode(0),
      "FdWatch::reset: .*\n.*SignalWatch::reset: .*\n.*WorkGuard::reset: .*\n"
      ".*PeriodicCallback::stop: .*\n.*~PeriodicCallback: .*\n.*~FileWatcher: .*\n.*~TaskGroup: ");
}
#endif

TEST(LoopHost, AStopFromElsewhereEndsNothing) {
  eddy::testing::CapturedLog log;
  NativeLoop loop;
  loop.set_log_sink(log.sink());
  std::thread other;
  const auto work = [&]() -> Task<int> {
    co_await eddy::sleep(1ms);  // the loop has an owner now
    other = std::thread([&] { loop.stop(); });
    co_await eddy::sleep(20ms);
    co_return 7;
  };
  EXPECT_EQ(loop.run_until(work()), 7);
  other.join();
  log.expect(eddy::LogLevel::error, "stop: called from a thread");
}

TEST(LoopHost, ANativeLoopBelongsToTheThreadOfItsTurns) {
  NativeLoop loop;
  const SocketPair pair;
  // Nobody has run it: any one thread may set things up.
  std::thread([&] { EXPECT_NO_THROW((void)loop.watch(pair.near(), Io::read, [](Io) {})); }).join();
  loop.dispatch();
  std::thread([&] {
    EXPECT_THROW((void)loop.watch(pair.near(), Io::read, [](Io) {}), eddy::WrongThread);
  }).join();
  // A run that has ended leaves it to nobody again.
  EXPECT_FALSE(loop.run());
  std::thread([&] { EXPECT_NO_THROW((void)loop.watch(pair.near(), Io::read, [](Io) {})); }).join();
}

TEST(LoopHost, AnEmbeddedLoopGoesToAnotherThreadWhenItsOwnGivesItUp) {
  eddy::testing::CapturedLog log;
  int live = 0;
  {
    eddy::EmbeddedLoop loop;
    loop.set_log_sink(log.sink());
    const SocketPair pair;
    loop.call_later(1h, [alive = Alive(live)] {});
    std::thread([&] {
      loop.post([&] { loop.release_thread(); });  // within a turn: nothing
      loop.dispatch();
      std::thread([&] { EXPECT_THROW(loop.release_thread(), eddy::WrongThread); }).join();
      loop.release_thread();
    }).join();
    EXPECT_NO_THROW((void)loop.watch(pair.near(), Io::read, [](Io) {}));
  }
  EXPECT_EQ(live, 0) << "destroyed, not leaked";
}

// ---- Fork ----

/// Runs `child` in a forked process; true when it returned true.
template <class Child>
bool in_child(Child child) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    bool fine = false;
    try {
      fine = child();
    } catch (...) {
    }
    ::_exit(fine && !testing::Test::HasFailure() ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Fork, AChildThatDestroysItsLoopDoesNotMuteTheParent) {
  auto loop = std::make_unique<NativeLoop>();
  SocketPair pair;
  int calls = 0;
  FdWatch watch = loop->watch(pair.near(), Io::read, [&](Io) { ++calls; });
  loop->dispatch();
  EXPECT_TRUE(in_child([&] {
    watch.reset();
    loop.reset();
    return true;
  }));
  pair.make_readable();
  loop->dispatch();
  EXPECT_EQ(calls, 1);
}

TEST(Fork, AChildThatUnwatchesOrPausesDoesNotMuteTheParent) {
  NativeLoop loop;
  SocketPair pair;
  int calls = 0;
  FdWatch watch = loop.watch(pair.near(), Io::read, [&](Io) { ++calls; });
  EXPECT_TRUE(in_child([&] {
    watch.set_interest(Io::none);
    watch.reset();
    return true;
  }));
  pair.make_readable();
  loop.dispatch();
  EXPECT_EQ(calls, 1);
}

TEST(Fork, AChildThatRunsTheLoopGoesOnServing) {
  NativeLoop loop;
  SocketPair pair;
  int calls = 0;
  int fired = 0;
  const FdWatch watch = loop.watch(pair.near(), Io::read, [&](Io) {
    ++calls;
    pair.drain();
  });
  loop.call_later(5ms, [&] { ++fired; });
  loop.post([&] { ++fired; });
  pair.make_readable();
  EXPECT_TRUE(in_child([&] {
    bool posted = false;
    loop.post([&] { posted = true; });
    return eddy::core_test::run_turns_until(loop,
                                            [&] { return calls == 1 && fired == 2 && posted; });
  }));
  // And the parent is as it was.
  EXPECT_TRUE(eddy::core_test::run_turns_until(loop, [&] { return fired == 2; }));
}

#ifndef __SANITIZE_ADDRESS__  // see tests/core/descriptor_limit.h
TEST(Fork, AChildWithoutDescriptorsForTheLoopIsToldAndLosesIt) {
  NativeLoop loop;
  loop.dispatch();
  EXPECT_TRUE(in_child([&] {
    int told = 0;
    // What a program does then must find a loop that has ended, not one that would try once more.
    loop.set_exception_handler([&](const std::exception_ptr& /*error*/, const char* /*where*/) {
      if (++told > 1) return;
      loop.stop();
      loop.remove_timeout({});
      loop.dispatch();
    });
    const eddy::core_test::DescriptorLimit limit(0);
    loop.dispatch();
    try {
      (void)loop.run();
    } catch (const std::system_error& error) {
      return told == 1 && error.code() == Errc::host_gone;
    }
    return false;
  }));
}
#endif

TEST(Fork, APostFromTheChildDoesNotWakeTheParent) {
  NativeLoop loop;
  loop.dispatch();
  EXPECT_TRUE(in_child([&] {
    loop.post([] {});
    return true;
  }));
  pollfd host{loop.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&host, 1, 0), 0) << "the wake-up is shared with the parent";
}

TEST(Fork, ATimerOfTheChildDoesNotMoveTheParents) {
  NativeLoop loop;
  bool fired = false;
  loop.call_later(20ms, [&] { fired = true; });
  EXPECT_TRUE(in_child([&] {
    loop.call_later(0s, [] {});
    return true;
  }));
  pollfd host{loop.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&host, 1, 5000), 1);
  EXPECT_TRUE(eddy::core_test::run_turns_until(loop, [&] { return fired; }));
}

std::set<int> open_descriptors() {
  std::set<int> numbers;
  for (int fd = 0; fd < 256; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) numbers.insert(fd);
  }
  return numbers;
}

TEST(Fork, DescriptorsAreCloseOnExec) {
  const std::set<int> before = open_descriptors();
  NativeLoop loop;
  std::unique_ptr<Stream> accepted;
  TcpServer server(loop, [&](std::unique_ptr<Stream> stream) { accepted = std::move(stream); });
  server.listen("127.0.0.1", 0);
  const eddy::testing::TestClient client(server.port());
  ASSERT_TRUE(eddy::core_test::run_turns_until(loop, [&] { return accepted != nullptr; }));
  int ours = 0;
  for (const int fd : open_descriptors()) {
    if (before.contains(fd)) continue;
    ++ours;
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd;
  }
  EXPECT_EQ(ours, 7)
      << "set, wake-up, timer, listener and its reserve, connection, and the client's";
}

TEST(Loop, AThousandComeAndGoWithoutGrowth) {
  const std::set<int> before = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    NativeLoop loop;
    loop.post([] {});
    loop.call_later(0s, [] {});
    loop.dispatch();
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
