// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host is left as it was found: by its own count and by the process's.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/line_server.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>
#include <eddy/web/web.h>

#include <atomic>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(left_as_found)

namespace {

class LeftAsFoundTest : public ConformanceTest {
 protected:
  struct Found {
    std::vector<std::string> process;
    Holdings host;
  };

  [[nodiscard]] Found look() {
    // What a host puts off (deleteLater, a queued wake-up) it may do first.
    host().run(std::chrono::milliseconds(2));
    Found found;
    found.process = process_state();
    found.host = host().holdings();
    return found;
  }
  static void expect_same(const Found& before, const Found& after) {
    EXPECT_EQ(before.process, after.process);
    EXPECT_EQ(before.host, after.host);
  }

  /// A Loop that has done a little of everything.
  void live_a_life() {
    const std::unique_ptr<Loop> loop = make_loop();
    LineServer server(*loop, [](std::string_view line) { return std::string(line); });
    loop->call_later(std::chrono::hours(1), [] {});
    bool ticked = false;
    loop->call_later(std::chrono::milliseconds(1), [&] { ticked = true; });
    loop->spawn(sleep_long());
    web::Application app;
    app.get("/", [] { return "hi"; });
    app.get("/long", [] { return sleep_long(); });
    const std::uint16_t http_port = app.listen(*loop, "127.0.0.1", 0).port();
    std::atomic<int> answered{0};
    ClientThread client([&, port = server.port(), remote = loop->remote()] {
      std::vector<LineClient> connections;
      for (int i = 0; i < 5; ++i) connections.emplace_back(port);
      for (LineClient& connection : connections) answered += connection.ask("hi") == "hi" ? 1 : 0;
      for (int i = 0; i < 5; ++i) {
        LineClient& connection = connections.emplace_back(http_port);
        connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        answered += connection.read_line().starts_with("HTTP/1.1 200 ") ? 1 : 0;
        // Some wait for a handler that does not end.
        if (i % 2 == 0) connection.send("GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n");
      }
      sleep_at_least(std::chrono::milliseconds(2));
      remote.post([this] { quit(); });
      // Some go before the server does, and some stay.
      connections.clear();
    });
    EXPECT_EQ(host().run(kPatience), RunEnd::quit);
    client.join();
    EXPECT_EQ(answered, 10);
    EXPECT_TRUE(ticked);
    loop->post([] {});
  }

 private:
  static Task<void> sleep_long() { co_await sleep(std::chrono::hours(1)); }
};

}  // namespace

EDDY_RULE_IN(LeftAsFoundTest, LeftAsFoundTest, NothingIsLeftBehind,
             "after a Loop has gone, the host holds what it held before, and so does the process: "
             "descriptors, signal mask and dispositions, locale") {
  destroy_loop();
  live_a_life();  // what a host makes once, at first use, is its own affair
  const Found before = look();
  live_a_life();
  expect_same(before, look());
}

EDDY_RULE_IN(LeftAsFoundTest, LeftAsFoundTest, ALivingLoopChangesOnlyDescriptors,
             "signal mask and dispositions, SIGPIPE's included, and locale are not touched") {
  destroy_loop();
  live_a_life();
  const auto without_descriptors = [] {
    std::vector<std::string> lines = process_state();
    std::erase_if(lines, [](const std::string& line) { return line.rfind("descriptor", 0) == 0; });
    return lines;
  };
  const auto before = without_descriptors();
  const std::unique_ptr<Loop> loop = make_loop();
  LineServer server(*loop, [](std::string_view line) { return std::string(line); });
  host().run(std::chrono::milliseconds(5));
  EXPECT_EQ(before, without_descriptors());
}

EDDY_RULE_IN(LeftAsFoundTest, LeftAsFoundTest, AThousandStartsAndStopsDoNotGrow,
             "1,000 Loops, each made, used and destroyed, leave no memory, descriptor or watch") {
  destroy_loop();
  const auto start_and_stop = [this](int times) {
    for (int i = 0; i < times; ++i) {
      const std::unique_ptr<Loop> loop = make_loop();
      const WorkGuard guard = loop->hold();
      LineServer server(*loop, [](std::string_view line) { return std::string(line); });
      loop->call_later(std::chrono::hours(1), [] {});
      loop->post([this] { quit(); });
      ASSERT_EQ(host().run(kPatience), RunEnd::quit);
    }
  };
  start_and_stop(200);
  const Found before = look();
  const std::size_t bytes = allocated_bytes();
  start_and_stop(1000);
  const std::size_t after = allocated_bytes();
  expect_same(before, look());
  // Less than 32 bytes each; nothing that is lost with each start is so small.
  EXPECT_LT(after, bytes + 32'000) << "bytes before: " << bytes;
}

EDDY_RULE_IN(LeftAsFoundTest, LeftAsFoundTest, EveryDescriptorIsCloseOnExec,
             "a child program inherits no descriptor of the Loop's, its listeners or connections") {
  destroy_loop();
  const auto before = open_descriptors();
  const std::unique_ptr<Loop> loop = make_loop();
  LineServer server(*loop, [](std::string_view line) { return std::string(line); });
  LineClient client(server.port());
  bool accepted = false;
  loop->call_later(std::chrono::milliseconds(20), [&] {
    accepted = server.connections() == 1;
    quit();
  });
  ASSERT_EQ(host().run(kPatience), RunEnd::quit);
  ASSERT_TRUE(accepted);

  const auto child = descriptors_of_a_child_program();
  EXPECT_GE(child.size(), 3U) << "a child program could not be asked";
  for (const auto& [fd, what] : open_descriptors()) {
    const auto known = before.find(fd);
    if (known != before.end() && known->second == what) continue;
    const auto inherited = child.find(fd);
    EXPECT_FALSE(inherited != child.end() && inherited->second == what)
        << "descriptor " << fd << " (" << what << ") survives exec";
  }
}

}  // namespace eddy::inline v0::conformance
