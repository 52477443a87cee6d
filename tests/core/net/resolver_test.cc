// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/resolver.h>

#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using eddy::Address;
using eddy::Errc;
using eddy::Loop;
using eddy::OverrideResolver;
using eddy::Resolver;
using eddy::ResolverCondition;
using eddy::ResolverOptions;
using eddy::Task;
using eddy::ThreadedResolver;
using eddy::testing::ManualLoop;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

using Family = Address::Family;
using Texts = std::vector<std::string>;

Address ip(std::string_view host, std::uint16_t port = 0) {
  std::error_code error;
  return Address::parse(host, port, error);
}

/// A name server: counts, and, closed, lets its threads wait. Outlives them.
class Names {
 public:
  /// The options of a resolver that asks this.
  static ResolverOptions options(const std::shared_ptr<Names>& names, std::size_t threads = 8,
                                 std::size_t queue_limit = 1024) {
    const auto ask = [names](const std::string& host, Family /*family*/, std::error_code& error) {
      return names->answer(host, error);
    };
    return {.threads = threads, .queue_limit = queue_limit, .lookup = ask};
  }

  void close() { set(false); }
  void open() { set(true); }
  /// Waits until `count` questions have come; false: they do not.
  bool asked(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return questions_.size() >= count; });
  }
  /// Waits until all that have come have been answered.
  bool answered() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return answers_ == questions_.size(); });
  }
  Texts questions() {
    const std::lock_guard lock(mutex_);
    return questions_;
  }
  std::thread::id thread() {
    const std::lock_guard lock(mutex_);
    return thread_;
  }

 private:
  std::vector<Address> answer(const std::string& host, std::error_code& error) {
    std::unique_lock lock(mutex_);
    questions_.push_back(host);
    thread_ = std::this_thread::get_id();
    changed_.notify_all();
    changed_.wait_for(lock, 20s, [this] { return open_; });
    ++answers_;
    changed_.notify_all();
    if (host == "unknown.test") error = {EAI_NONAME, eddy::getaddrinfo_category()};
    if (host == "silent.test") error = {EAI_AGAIN, eddy::getaddrinfo_category()};
    if (host == "throws.test") throw std::runtime_error("no more ideas");
    if (error || host == "nothing.test") return {};
    return {ip("2001:db8::1"), ip("192.0.2.1")};
  }
  void set(bool open) {
    {
      const std::lock_guard lock(mutex_);
      open_ = open;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Texts questions_;
  std::size_t answers_ = 0;
  std::thread::id thread_;
  bool open_ = true;
};

Task<Texts> texts_of(Task<std::vector<Address>> found) {
  Texts texts;
  for (const Address& address : co_await std::move(found)) texts.push_back(address.to_string());
  co_return texts;
}

Texts resolve(Loop& loop, Resolver& resolver, std::string host, std::uint16_t port = 80,
              Family family = Family::unspecified) {
  return loop.run_until(texts_of(resolver.resolve(std::move(host), port, family)));
}

/// "example.test": what is thrown.
std::string error_of(Loop& loop, Resolver& resolver, std::string host,
                     Family family = Family::unspecified) {
  try {
    (void)resolve(loop, resolver, std::move(host), 80, family);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "resolved";
}

std::error_code code_of(Loop& loop, Resolver& resolver, std::string host) {
  try {
    (void)resolve(loop, resolver, std::move(host));
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

/// Asks, and keeps what comes of it.
struct Asker {
  Texts found = {};
  std::string error = {};
  bool cancelled = false;

  Task<void> ask(Resolver& resolver, std::string host) {
    try {
      found = co_await texts_of(resolver.resolve(std::move(host), 80));
    } catch (const std::exception& thrown) {
      error = thrown.what();
    } catch (const eddy::Cancelled&) {
      cancelled = true;
      throw;
    }
  }
  [[nodiscard]] bool done() const { return cancelled || !found.empty() || !error.empty(); }
};

/// Waits for threads until `done`.
template <class Done>
bool run_until(ManualLoop& loop, Done done) {
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (!done()) {
    if (std::chrono::steady_clock::now() > until) return false;
    loop.run_turns();
    std::this_thread::yield();
  }
  return true;
}

// ---- Without asking -----------------------------------------------------------------------------

TEST(ThreadedResolver, AddressesAreTheirOwn) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  ThreadedResolver resolver(Names::options(names));
  EXPECT_THAT(resolve(loop, resolver, "127.0.0.1"), ElementsAre("127.0.0.1:80"));
  EXPECT_THAT(resolve(loop, resolver, "::1", 443), ElementsAre("[::1]:443"));
  EXPECT_THAT(resolve(loop, resolver, "::1", 443, Family::ipv6), ElementsAre("[::1]:443"));
  EXPECT_EQ(error_of(loop, resolver, "::1", Family::ipv4),
            "resolve ::1: Name or service not known");
  EXPECT_EQ(error_of(loop, resolver, "127.0.0.1", Family::ipv6),
            "resolve 127.0.0.1: Name or service not known");
  EXPECT_THAT(names->questions(), testing::IsEmpty());
}

TEST(ThreadedResolver, AScopeIsPartOfAnAddress) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  ThreadedResolver resolver(Names::options(names));
  EXPECT_THAT(resolve(loop, resolver, "fe80::1%lo", 80), ElementsAre("[fe80::1]:80"));
  EXPECT_THAT(error_of(loop, resolver, "fe80::1%nosuchdevice"),
              HasSubstr("resolve fe80::1%nosuchdevice: "));
  EXPECT_THAT(names->questions(), testing::IsEmpty());
}

TEST(ThreadedResolver, LocalhostIsThisMachineWhateverAServerSays) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  ThreadedResolver resolver(Names::options(names));
  for (const char* host : {"localhost", "LocalHost.", "app.localhost", "a.b.LOCALHOST."}) {
    EXPECT_THAT(resolve(loop, resolver, host), ElementsAre("[::1]:80", "127.0.0.1:80")) << host;
  }
  EXPECT_THAT(resolve(loop, resolver, "localhost", 80, Family::ipv4), ElementsAre("127.0.0.1:80"));
  EXPECT_THAT(resolve(loop, resolver, "localhost", 80, Family::ipv6), ElementsAre("[::1]:80"));
  EXPECT_THAT(names->questions(), testing::IsEmpty());
  // It is none under it.
  (void)resolve(loop, resolver, "mylocalhost");
  EXPECT_THAT(names->questions(), ElementsAre("mylocalhost"));
}

TEST(ThreadedResolver, ImpossibleNamesAreRefused) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  ThreadedResolver resolver(Names::options(names));
  EXPECT_EQ(error_of(loop, resolver, ""), "resolve: a host without a name: Invalid argument");
  EXPECT_EQ(error_of(loop, resolver, "."), "resolve: a host without a name: Invalid argument");
  EXPECT_EQ(error_of(loop, resolver, std::string("a\0b", 3)),
            "resolve: the host's name has a NUL: Invalid argument");
  EXPECT_EQ(error_of(loop, resolver, std::string(254, 'x')),
            "resolve: the host's name has 254 bytes, and 253 are the most: Invalid argument");
  EXPECT_EQ(error_of(loop, resolver, "a.test", Family::local),
            "resolve a.test: names have no Unix sockets: Invalid argument");
  EXPECT_THAT(names->questions(), testing::IsEmpty());
  EXPECT_EQ(error_of(loop, resolver, std::string(253, 'x') + "."), "resolved");
}

// ---- By asking ----------------------------------------------------------------------------------

TEST(ThreadedResolver, AsksOnAThreadOfItsOwn) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  ThreadedResolver resolver(Names::options(names));
  EXPECT_THAT(resolve(loop, resolver, "Example.Test"),
              ElementsAre("[2001:db8::1]:80", "192.0.2.1:80"));
  EXPECT_THAT(resolve(loop, resolver, "example.test.", 443),
              ElementsAre("[2001:db8::1]:443", "192.0.2.1:443"));
  // Nothing is kept. A dot at the end says something to the system.
  EXPECT_THAT(names->questions(), ElementsAre("example.test", "example.test."));
  EXPECT_NE(names->thread(), std::this_thread::get_id());
}

TEST(ThreadedResolver, ErrorsNameTheHost) {
  ManualLoop loop;
  ThreadedResolver resolver(Names::options(std::make_shared<Names>()));
  EXPECT_EQ(error_of(loop, resolver, "unknown.test"),
            "resolve unknown.test: Name or service not known");
  EXPECT_EQ(code_of(loop, resolver, "unknown.test"), ResolverCondition::not_found);
  EXPECT_EQ(error_of(loop, resolver, "silent.test"),
            "resolve silent.test: Temporary failure in name resolution");
  EXPECT_EQ(code_of(loop, resolver, "silent.test"), ResolverCondition::try_again);
  EXPECT_EQ(error_of(loop, resolver, "nothing.test"),
            "resolve nothing.test: Cannot assign requested address");
  EXPECT_EQ(error_of(loop, resolver, "throws.test"), "no more ideas");
}

TEST(ThreadedResolver, ASilentServerHoldsUpNothingElse) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  names->close();
  ThreadedResolver resolver(Names::options(names));
  Asker asker;
  loop.spawn(asker.ask(resolver, "a.test"));
  loop.run_until_idle();
  ASSERT_TRUE(names->asked(1));
  int ticks = 0;
  eddy::PeriodicCallback tick(
      loop, [&] { ++ticks; }, 1s);
  tick.start();
  loop.advance(10s);
  EXPECT_EQ(ticks, 10);
  EXPECT_EQ(loop.run_until([]() -> Task<int> {
    co_return co_await eddy::run_in_executor([] { return 7; });
  }()),
            7);
  EXPECT_FALSE(asker.done());
  names->open();
  tick.stop();
  ASSERT_TRUE(run_until(loop, [&] { return asker.done(); }));
  EXPECT_THAT(asker.found, ElementsAre("[2001:db8::1]:80", "192.0.2.1:80"));
}

TEST(ThreadedResolver, AStopEndsTheWaitAtOnce) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  names->close();
  ThreadedResolver resolver(Names::options(names));
  Asker asker;
  EXPECT_THROW(loop.run_until(eddy::with_timeout(5s, asker.ask(resolver, "a.test"))),
               eddy::TimeoutError);
  EXPECT_TRUE(asker.cancelled);
  names->open();
  ASSERT_TRUE(names->answered());
}

TEST(ThreadedResolver, EverythingMayBeDestroyedMeanwhile) {
  const auto names = std::make_shared<Names>();
  names->close();
  {
    std::optional<ThreadedResolver> resolver(std::in_place, Names::options(names));
    std::optional<ManualLoop> loop(std::in_place);
    Asker left;
    Asker ended;
    loop->spawn(left.ask(*resolver, "a.test"));
    {
      eddy::TaskGroup group(*loop);
      group.spawn(ended.ask(*resolver, "b.test"));
      loop->run_until_idle();
      ASSERT_TRUE(names->asked(2));
    }
    loop.reset();
    resolver.reset();
    EXPECT_FALSE(left.done());
    EXPECT_FALSE(ended.done());
  }
  names->open();
  ASSERT_TRUE(names->answered());
}

TEST(ThreadedResolver, WhoWaitsWhenItIsDestroyedGetsTheAnswer) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  names->close();
  std::optional<ThreadedResolver> resolver(std::in_place, Names::options(names, 1));
  Asker begun;
  Asker queued;
  loop.spawn(begun.ask(*resolver, "a.test"));
  loop.run_until_idle();
  ASSERT_TRUE(names->asked(1));
  loop.spawn(queued.ask(*resolver, "b.test"));
  loop.run_until_idle();
  resolver.reset();
  names->open();
  ASSERT_TRUE(run_until(loop, [&] { return begun.done() && queued.done(); }));
  EXPECT_EQ(begun.found.size(), 2U);
  EXPECT_EQ(queued.found.size(), 2U);
}

TEST(ThreadedResolver, ATaskMayBeginWhenItHasGone) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  std::optional<ThreadedResolver> resolver(std::in_place, Names::options(names, 1));
  EXPECT_EQ(resolve(loop, *resolver, "a.test").size(), 2U);
  Task<Texts> late = texts_of(resolver->resolve("b.test", 80));
  Task<Texts> later = texts_of(resolver->resolve("c.test", 80));
  resolver.reset();
  EXPECT_EQ(loop.run_until(std::move(late)).size(), 2U);
  EXPECT_EQ(loop.run_until(std::move(later)).size(), 2U);
}

// ---- Several ------------------------------------------------------------------------------------

TEST(ThreadedResolver, WhoAsksForTheSameNameWaitsForTheSameAnswer) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  names->close();
  ThreadedResolver resolver(Names::options(names, 2));
  std::vector<Asker> askers(5);
  for (Asker& asker : askers) loop.spawn(asker.ask(resolver, "a.test"));
  loop.run_until_idle();
  ASSERT_TRUE(names->asked(1));
  // Tries that were given up hold no threads.
  for (int i = 0; i < 5; ++i) {
    Asker asker;
    EXPECT_THROW(loop.run_until(eddy::with_timeout(1s, asker.ask(resolver, "A.test"))),
                 eddy::TimeoutError);
  }
  Asker other;
  loop.spawn(other.ask(resolver, "b.test"));
  loop.run_until_idle();
  ASSERT_TRUE(names->asked(2));
  names->open();
  ASSERT_TRUE(run_until(loop, [&] { return other.done() && askers.back().done(); }));
  for (const Asker& asker : askers) EXPECT_EQ(asker.found.size(), 2U);
  EXPECT_THAT(names->questions(), ElementsAre("a.test", "b.test"));
}

TEST(ThreadedResolver, WhatNobodyWaitsForIsNotBegun) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  names->close();
  ThreadedResolver resolver(Names::options(names, 1, 1));
  Asker first;
  loop.spawn(first.ask(resolver, "a.test"));
  loop.run_until_idle();
  ASSERT_TRUE(names->asked(1));
  Asker given_up;
  EXPECT_THROW(loop.run_until(eddy::with_timeout(1s, given_up.ask(resolver, "b.test"))),
               eddy::TimeoutError);
  // Its place in the queue is free.
  Asker last;
  loop.spawn(last.ask(resolver, "c.test"));
  loop.run_until_idle();
  names->open();
  ASSERT_TRUE(run_until(loop, [&] { return first.done() && last.done(); }));
  EXPECT_EQ(last.found.size(), 2U);
  EXPECT_THAT(names->questions(), ElementsAre("a.test", "c.test"));
}

TEST(ThreadedResolver, TheQueueIsBounded) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  names->close();
  ThreadedResolver resolver(Names::options(names, 1, 1));
  Asker taken;
  loop.spawn(taken.ask(resolver, "a.test"));
  loop.run_until_idle();
  ASSERT_TRUE(names->asked(1));
  Asker queued;
  Asker too_many;
  Asker joins;
  loop.spawn(queued.ask(resolver, "b.test"));
  loop.spawn(too_many.ask(resolver, "c.test"));
  loop.spawn(joins.ask(resolver, "b.test"));
  loop.run_until_idle();
  EXPECT_THAT(too_many.error, HasSubstr("resolve c.test: too many names wait for a thread"));
  names->open();
  ASSERT_TRUE(run_until(loop, [&] { return queued.done() && joins.done(); }));
  EXPECT_EQ(joins.found.size(), 2U);
}

TEST(ThreadedResolver, ServesLoopsOfSeveralThreads) {
  const auto names = std::make_shared<Names>();
  ThreadedResolver resolver(Names::options(names, 3));
  std::vector<std::thread> threads;
  std::vector<std::size_t> found(4);
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] {
      eddy::NativeLoop loop;
      for (int j = 0; j < 50; ++j) {
        found[i] += resolve(loop, resolver, std::to_string(j % 7) + ".test").size();
        Asker given_up;
        eddy::TaskGroup group(loop);
        group.spawn(given_up.ask(resolver, std::to_string(j % 5) + ".test"));
        loop.dispatch();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(found, testing::Each(100U));
}

#ifndef __SANITIZE_THREAD__  // which allows a forked child no new threads
TEST(ThreadedResolver, TheProcessEndsWhileALookupDoesNot) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(10);
    const auto names = std::make_shared<Names>();
    names->close();
    ThreadedResolver resolver(Names::options(names));
    eddy::NativeLoop loop;
    Asker asker;
    loop.spawn(asker.ask(resolver, "a.test"));
    loop.dispatch();
    std::exit(names->asked(1) ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(ThreadedResolver, AForkedChildBeginsAnew) {
  const auto names = std::make_shared<Names>();
  ThreadedResolver resolver(Names::options(names, 1));
  {
    eddy::NativeLoop loop;
    EXPECT_EQ(resolve(loop, resolver, "a.test").size(), 2U);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    eddy::NativeLoop loop;
    ::_exit(resolve(loop, resolver, "b.test").size() == 2 ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}
#endif

// ---- The system's own ---------------------------------------------------------------------------

TEST(LookUpName, AsksTheSystem) {
  ManualLoop loop;
  ThreadedResolver resolver;
  // Numbers to inet_aton, so that no server is asked, but no numeric address to Address.
  EXPECT_THAT(resolve(loop, resolver, "127.1"), ElementsAre("127.0.0.1:80"));
  EXPECT_EQ(error_of(loop, resolver, "127.1", Family::ipv6).substr(0, 15), "resolve 127.1: ");
  // A label of more than 63 bytes is no name in DNS.
  const std::string wrong = std::string(64, 'x') + ".invalid";
  EXPECT_THAT(error_of(loop, resolver, wrong), HasSubstr("resolve " + wrong + ": "));
}

TEST(GetaddrinfoCategory, HasTheSystemsTexts) {
  const std::error_code code(EAI_NONAME, eddy::getaddrinfo_category());
  EXPECT_EQ(code.message(), "Name or service not known");
  EXPECT_STREQ(code.category().name(), "getaddrinfo");
  EXPECT_EQ(code, ResolverCondition::not_found);
  EXPECT_NE(code, ResolverCondition::try_again);
  EXPECT_EQ(std::error_code(EAI_MEMORY, eddy::getaddrinfo_category()),
            std::errc::not_enough_memory);
  EXPECT_NE(std::error_code(EAI_FAIL, eddy::getaddrinfo_category()), ResolverCondition::not_found);
}

// ---- Overriding ---------------------------------------------------------------------------------

TEST(OverrideResolver, SendsSomeElsewhere) {
  ManualLoop loop;
  const auto names = std::make_shared<Names>();
  OverrideResolver resolver(std::make_shared<ThreadedResolver>(Names::options(names)));
  resolver.add("google.com", "1.2.3.4")
      .add("google.com", 80, "5.6.7.8", 81)
      .add("google.com", 80, "::5", 82, Family::ipv6)
      .add("Alias.Test.", "other.test")
      .add("9.9.9.9", "127.0.0.1")
      .add_unix("app.test", "@eddy-app");
  EXPECT_THAT(resolve(loop, resolver, "google.com", 443), ElementsAre("1.2.3.4:443"));
  EXPECT_THAT(resolve(loop, resolver, "GOOGLE.com.", 80), ElementsAre("5.6.7.8:81"));
  EXPECT_THAT(resolve(loop, resolver, "google.com", 80, Family::ipv6), ElementsAre("[::5]:82"));
  EXPECT_THAT(resolve(loop, resolver, "google.com", 80, Family::ipv4), ElementsAre("5.6.7.8:81"));
  EXPECT_THAT(resolve(loop, resolver, "9.9.9.9"), ElementsAre("127.0.0.1:80"));
  EXPECT_THAT(resolve(loop, resolver, "app.test", 80, Family::ipv6), ElementsAre("@eddy-app"));
  EXPECT_THAT(names->questions(), testing::IsEmpty());
  EXPECT_THAT(resolve(loop, resolver, "alias.test"),
              ElementsAre("[2001:db8::1]:80", "192.0.2.1:80"));
  EXPECT_THAT(resolve(loop, resolver, "left.alone"),
              ElementsAre("[2001:db8::1]:80", "192.0.2.1:80"));
  EXPECT_THAT(names->questions(), ElementsAre("other.test", "left.alone"));
}

TEST(OverrideResolver, RulesThatCannotBeAreErrors) {
  EXPECT_THROW(OverrideResolver(nullptr), std::invalid_argument);
  OverrideResolver resolver(std::make_shared<ThreadedResolver>());
  EXPECT_THROW(resolver.add_unix("app.test", ""), std::system_error);
  EXPECT_THROW(resolver.add_unix("app.test", std::string(200, 'x')), std::system_error);
}

}  // namespace
