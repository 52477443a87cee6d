// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Signals: a vanished peer raises none, and interrupted calls are no errors.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/default_sigpipe.h>
#include <eddy/conformance/support/interrupts.h>
#include <eddy/conformance/support/line_server.h>

#include <atomic>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(signals)

EDDY_RULE(SignalTest, APeerThatVanishesInMidWriteRaisesNoSigpipe,
          "with SIGPIPE at its default, peers that vanish while they are written to end their own "
          "connection and nothing else") {
  const DefaultSigpipe sigpipe;
  LineServer server(loop(), [](std::string_view line) {
    return line == "big" ? std::string(8 << 20, 'x') : std::string(line);
  });
  std::atomic<int> answered{0};
  ClientThread client([&, port = server.port(), remote = loop().remote()] {
    LineClient steady(port);
    for (int i = 0; i < 30; ++i) {
      LineClient vanishing(port);
      vanishing.send("big\nbig\n");
      // Before, while and after the server writes; by an end and by a reset.
      sleep_at_least(std::chrono::microseconds(i * 50));
      i % 2 == 0 ? vanishing.abort() : vanishing.close();
      answered += steady.ask("hi") == "hi" ? 1 : 0;
    }
    remote.post([this] { quit(); });
  });
  EXPECT_EQ(run(kPatience), RunEnd::quit);
  client.join();
  EXPECT_EQ(answered, 30);
  EXPECT_TRUE(run_until([&] { return server.connections() == 0; }));
}

EDDY_RULE(SignalTest, InterruptionsAreNoErrors,
          "under an interval timer whose handler has no SA_RESTART everything goes on") {
  LineServer server(loop(), [](std::string_view line) {
    return line == "big" ? std::string(1 << 20, 'x') : std::string(line);
  });
  std::atomic<int> answered{0};
  int ticks = 0;
  int ticks_of_interrupted_threads = 0;
  std::function<void()> tick = [&] {
    ++ticks;
    if (interrupts_of_this_thread() > 0) ++ticks_of_interrupted_threads;
    loop().call_later(std::chrono::milliseconds(1), [&] { tick(); });
  };
  tick();
  ClientThread client([&, port = server.port(), remote = loop().remote()] {
    for (int i = 0; i < 20; ++i) {
      LineClient connection(port);
      answered += connection.ask("big").size() == 1 << 20 ? 1 : 0;
      answered += connection.ask("hi") == "hi" ? 1 : 0;
      sleep_at_least(std::chrono::milliseconds(5));
    }
    remote.post([this] { quit(); });
  });
  EXPECT_EQ(run(kPatience), RunEnd::quit);
  client.join();
  EXPECT_EQ(answered, 40);
  EXPECT_GT(ticks, 10);
  EXPECT_GT(ticks_of_interrupted_threads, ticks / 2) << "the host's threads were not interrupted";
}

}  // namespace eddy::inline v0::conformance
