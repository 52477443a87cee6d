// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Slow, broken, resetting and half-open clients on many threads, beside one that just wants its
// answer. EDDY_ABUSE_SECONDS says how long; else a few seconds, and two
// minutes under AddressSanitizer.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <eddy/conformance/support/process_state.h>
#include <eddy/core/task/sleep.h>
#include <eddy/testing/test_client.h>
#include <eddy/web/web.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::TestClient;
using eddy::web::RequestBody;
using eddy::web::ResponseStream;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kThreads = 24;

std::chrono::seconds duration() {
  const char* seconds = std::getenv("EDDY_ABUSE_SECONDS");
  return std::chrono::seconds(seconds != nullptr ? std::atoi(seconds) : EDDY_ABUSE_SECONDS);
}

/// One thread's clients: each call is one connection and what it does to the server.
class Abuser {
 public:
  Abuser(std::uint16_t port, unsigned seed) : port_(port), random_(seed) {}

  void once() {
    static constexpr void (Abuser::*kWays[])() = {
        &Abuser::dribble,   &Abuser::half_a_head,  &Abuser::half_a_body,   &Abuser::never_reads,
        &Abuser::garbage,   &Abuser::half_open,    &Abuser::bad_chunks,    &Abuser::half_close,
        &Abuser::both_full, &Abuser::leaves_a_get, &Abuser::leaves_a_post, &Abuser::stalls};
    try {
      (this->*kWays[random_() % std::size(kWays)])();
    } catch (const std::exception&) {  // the server has cut it off, as it may
    }
  }

 private:
  TestClient connect() { return TestClient(port_, "127.0.0.1", 2s); }
  void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 30)); }
  void end(TestClient& client) {
    if (random_() % 2 == 0) client.reset();
  }

  void dribble() {
    TestClient client = connect();
    for (const char c :
         std::string("GET / HTTP/1.1\r\nHost: localhost\r\nX: yyyyyyyyyyyyyyyyyy\r\n\r\n")) {
      client.send({&c, 1});
      pause();
    }
    (void)client.receive_until("world");
  }
  void half_a_head() {
    TestClient client = connect();
    client.send("GET / HTTP/1.1\r\nHo");
    pause();
    end(client);
  }
  void half_a_body() {
    TestClient client = connect();
    client.send("POST /" + std::string(random_() % 2 == 0 ? "collect" : "echo") +
                " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" +
                std::string(50000, 'x'));
    pause();
    end(client);
  }
  void never_reads() {
    TestClient client = connect();
    client.set_buffers(0, 4096);
    std::string requests;
    for (int i = 0; i < 100; ++i) requests += "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.send(requests);
    pause();
    end(client);
  }
  void garbage() {
    TestClient client = connect();
    std::string bytes(random_() % 5000, '\0');
    for (char& c : bytes) c = static_cast<char>(random_());
    client.send(bytes);
    if (random_() % 2 == 0) (void)client.receive_all();
  }
  void half_open() {
    TestClient client = connect();
    std::this_thread::sleep_for(500ms);
  }
  void bad_chunks() {
    TestClient client = connect();
    client.send(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
        "chunked\r\n\r\n5\r\nhello\r\nzz\r\n");
    (void)client.receive_all();
  }
  void half_close() {
    TestClient client = connect();
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
    client.shutdown_write();
    (void)client.receive_all();
  }
  void stalls() {
    TestClient client = connect();
    client.send("GET / HTTP/1.1\r\nHost:");
    (void)client.receive_all();  // until the time for a head is up
  }
  void both_full() {
    TestClient client = connect();
    client.set_buffers(4096, 4096);
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n");
    client.send(std::string(200000, 'x'));
    pause();
    end(client);
  }
  void leaves_a_get() {
    TestClient client = connect();
    client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    pause();
    end(client);
  }
  void leaves_a_post() {
    TestClient client = connect();
    client.send("POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    pause();
    end(client);
  }

  std::uint16_t port_;
  std::minstd_rand random_;
};

Task<std::string> slow() {
  co_await eddy::sleep(50ms);
  co_return "slow";
}

void add_routes(eddy::web::Application& app) {
  app.get("/", [] { return "Hello, world"; });
  app.get("/large", [] { return std::string(50'000, 'x'); });
  app.get("/slow", slow);
  app.post("/slow", slow);
  app.post("/collect", [](const eddy::web::Request& r) { return std::to_string(r.body().size()); });
  app.post("/echo",
           [](RequestBody& body, ResponseStream& out) -> Task<void> {
             for (std::string_view piece; !(piece = co_await body.read()).empty();) {
               out.write(piece);
               co_await out.flush();
             }
           },
           {.body_bytes = 100'000'000});
}

// Runs the server for `time` beside the abusers; returns the longest that a plain GET took.
Clock::duration run_abused(eddy::Loop& loop, std::uint16_t port, Clock::duration time) {
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> unanswered{0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&stop, port, i] {
      Abuser abuser(port, static_cast<unsigned>(i) + 1);
      while (!stop) abuser.once();
    });
  }
  Clock::duration longest{};
  std::thread prober([&, remote = loop.remote()] {
    const auto until = Clock::now() + time;
    while (Clock::now() < until) {
      const auto start = Clock::now();
      try {
        TestClient client(port);
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        if (client.receive_all().find("Hello, world") == std::string::npos) ++unanswered;
      } catch (const std::exception&) {
        ++unanswered;
      }
      longest = std::max(longest, Clock::now() - start);
      std::this_thread::sleep_for(20ms);
    }
    stop = true;
    remote.post([&loop] { loop.stop(); });
  });
  loop.run();
  prober.join();
  // The abusers end while the loop still serves them.
  std::thread joiner([&, remote = loop.remote()] {
    for (std::thread& thread : threads) thread.join();
    remote.post([&loop] { loop.stop(); });
  });
  loop.run();
  joiner.join();
  EXPECT_EQ(unanswered, 0U);
  return longest;
}

TEST(Abuse, APlainRequestIsAnsweredAllTheWhileAndNothingGrows) {
  eddy::LoopOptions options;
  options.log = [](const eddy::LogRecord& record) {
    if (record.level == eddy::LogLevel::error) ADD_FAILURE() << record.message;
  };
  options.log_level = eddy::LogLevel::error;
  eddy::NativeLoop loop(std::move(options));
  eddy::web::Application app;
  add_routes(app);
  const auto& server = app.listen(
      loop, "127.0.0.1", 0,
      {.timeouts = {.idle = 1s, .header = 1s, .body = 1s, .write = 1s, .linger = 100ms}});
  auto settle = [&] {
    const auto until = Clock::now() + 3s;
    while (server.stats().connections > 0 && Clock::now() < until) {
      loop.call_later(10ms, [&] { loop.stop(); });
      loop.run();
    }
    EXPECT_EQ(server.stats().connections, 0U);
    EXPECT_EQ(server.stats().buffered_bytes, 0U);
    ::malloc_trim(0);
    return eddy::conformance::allocated_bytes();
  };
  // Once, so that what is kept for reuse is there.
  run_abused(loop, server.port(), 1s);
  const std::size_t before = settle();
  const std::size_t descriptors = eddy::conformance::open_descriptors().size();
  const auto longest = run_abused(loop, server.port(), duration());
  const std::size_t after = settle();
  std::printf(
      "%llu connections, %llu requests, %llu refused, %llu timeouts; a GET took at most %.0f ms\n",
      static_cast<unsigned long long>(server.stats().accepted),
      static_cast<unsigned long long>(server.stats().requests),
      static_cast<unsigned long long>(server.stats().refused),
      static_cast<unsigned long long>(server.stats().timeouts),
      std::chrono::duration<double, std::milli>(longest).count());
  EXPECT_GT(server.stats().accepted, 10 * kThreads) << "there was no abuse";
  EXPECT_GT(server.stats().refused, 0U);
  EXPECT_GT(server.stats().timeouts, 0U);
  EXPECT_LT(longest, 1s);
  EXPECT_EQ(eddy::conformance::open_descriptors().size(), descriptors);
  EXPECT_LT(after, before + 64 * 1024) << "bytes that are allocated when all have gone";
}

}  // namespace
