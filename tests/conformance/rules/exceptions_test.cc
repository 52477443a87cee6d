// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exceptions end in the Loop's exception handler, never in the host.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/socket_pair.h>
#include <eddy/core/loop/periodic_callback.h>
#include <eddy/core/loop/signals.h>
#include <eddy/core/net/tcp_server.h>
#include <eddy/core/task/completion.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(exceptions)

namespace {

class ExceptionTest : public ConformanceTest {
 protected:
  void catch_all() {
    loop().set_exception_handler([this](const std::exception_ptr& error, const char* where) {
      caught_.push_back(std::string(where) + ": " + describe(error));
    });
  }
  /// Waits for one more, and that the Loop goes on after it.
  void expect(const std::string& text) {
    const std::size_t before = caught_.size();
    ASSERT_TRUE(run_until([&] { return caught_.size() > before; }));
    EXPECT_NE(caught_.back().find(text), std::string::npos) << caught_.back();
    bool went_on = false;
    loop().post([&] { went_on = true; });
    EXPECT_TRUE(run_until([&] { return went_on; }));
    EXPECT_EQ(caught_.size(), before + 1);
  }
  [[nodiscard]] const std::vector<std::string>& caught() const { return caught_; }

 private:
  std::vector<std::string> caught_;
};

Task<void> throw_in_task() {
  co_await yield();
  throw std::runtime_error("from a task");
}

}  // namespace

EDDY_RULE_IN(ExceptionTest, ExceptionTest, OfAPostIsReported,
             "what a post throws reaches the handler, and the loop goes on") {
  catch_all();
  loop().post([] { throw std::runtime_error("from a post"); });
  expect("from a post");
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, OfATimerIsReported,
             "what a timer throws reaches the handler, and the loop goes on") {
  catch_all();
  loop().call_later(Duration::zero(), [] { throw std::runtime_error("from a timer"); });
  expect("from a timer");
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, OfAPeriodicCallbackIsReported,
             "what a periodic callback throws reaches the handler, and it is called again") {
  catch_all();
  int calls = 0;
  PeriodicCallback periodic(
      loop(),
      [&] {
        if (++calls == 1) throw std::runtime_error("from a period");
      },
      std::chrono::milliseconds(1));
  periodic.start();
  expect("from a period");
  EXPECT_TRUE(run_until([&] { return calls >= 3; }));
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, OfASignalIsReported,
             "what a signal's callback throws reaches the handler, and it is called again") {
  catch_all();
  int calls = 0;
  const SignalWatch watch = watch_signal(loop(), SIGUSR2, [&] {
    if (++calls == 1) throw std::runtime_error("from a signal");
  });
  ASSERT_EQ(::raise(SIGUSR2), 0);
  expect("from a signal");
  ASSERT_EQ(::raise(SIGUSR2), 0);
  EXPECT_TRUE(run_until([&] { return calls == 2; }));
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, OfAForeignStartIsTheAwaits,
             "what the start of a callback API throws is thrown by the await of it") {
  catch_all();
  loop().spawn([]() -> Task<void> {
    co_await from_callback<int>(
        [](const Completion<int>& /*done*/) { throw std::runtime_error("from a start"); });
  }());
  expect("from a start");
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, OfAWatchIsReported,
             "what a descriptor's callback throws reaches the handler, and the loop goes on") {
  catch_all();
  const SocketPair pair;
  pair.fill(1);
  const FdWatch watch = loop().watch(pair.near(), Io::read, [&](Io /*events*/) {
    (void)pair.take();
    throw std::runtime_error("from a watch");
  });
  expect("from a watch");
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, OfATaskIsReported,
             "what a background task throws reaches the handler, and the loop goes on") {
  catch_all();
  loop().spawn(throw_in_task());
  expect("from a task");
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, OfAConnectionIsReported,
             "what the callback for a connection throws closes it and reaches the handler") {
  catch_all();
  TcpServer server(loop(), [](const std::unique_ptr<Stream>& /*stream*/) {
    throw std::runtime_error("from a connection");
  });
  server.listen("127.0.0.1", 0);
  LineClient client(server.port());
  expect("from a connection");
  EXPECT_TRUE(client.wait_for_end());
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, ThatIsNotAStandardOneIsReported,
             "a number that is thrown is no worse than an exception") {
  catch_all();
  loop().post([] { throw 42; });  // NOLINT(hicpp-exception-baseclass)
  expect("");
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, OfTheHandlerItselfIsSwallowed,
             "an exception handler that throws does not reach the host either") {
  int handled = 0;
  loop().set_exception_handler([&](const std::exception_ptr& /*error*/, const char* /*where*/) {
    ++handled;
    throw std::runtime_error("from the handler");
  });
  for (int i = 0; i < 3; ++i) {
    loop().post([] { throw std::runtime_error("from a post"); });
  }
  EXPECT_TRUE(run_until([&] { return handled == 3; }));
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, WithoutAHandlerIsLogged,
             "without a handler the exception is logged with what it says") {
  loop().post([] { throw std::runtime_error("nobody expects this"); });
  const auto is_logged = [this] {
    return std::any_of(logged().begin(), logged().end(), [](const std::string& message) {
      return message.find("nobody expects this") != std::string::npos;
    });
  };
  EXPECT_TRUE(run_until(is_logged));
}

EDDY_RULE_IN(ExceptionTest, ExceptionTest, DoesNotLoseTheRestOfTheTurn,
             "what was ready beside a callback that throws is run all the same") {
  catch_all();
  int ran = 0;
  for (int i = 0; i < 10; ++i) {
    loop().post([] { throw std::runtime_error("from a post"); });
    loop().post([&] { ++ran; });
    loop().call_later(Duration::zero(), [] { throw std::runtime_error("from a timer"); });
    loop().call_later(Duration::zero(), [&] { ++ran; });
  }
  EXPECT_TRUE(run_until([&] { return ran == 20; }));
  EXPECT_EQ(caught().size(), 20U);
}

}  // namespace eddy::inline v0::conformance
