// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same rules where they matter most: an HTTP server in the host, and its handlers.
#include <eddy/conformance/gate_test.h>
#include <eddy/conformance/support/default_sigpipe.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>
#include <eddy/web/web.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <stdexcept>
#include <vector>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(http)

namespace {

std::string request_for(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

/// The content of the next response; empty when there is none.
std::string read_response(LineClient& client) {
  std::size_t length = 0;
  for (;;) {
    const std::string line = client.read_line();
    if (client.broken()) return {};
    if (line == "\r" || line.empty()) break;
    constexpr std::string_view kLength = "Content-Length: ";
    if (line.starts_with(kLength))
      length = std::strtoul(line.c_str() + kLength.size(), nullptr, 10);
  }
  return client.read_bytes(length);
}

std::string get(LineClient& client, std::string_view path) {
  client.send(request_for(path));
  return read_response(client);
}

class HttpTest : public GateTest {
 protected:
  /// An application with /echo/..., and /nest, which calls on_nest() in a RequestHandler's get().
  void listen() {
    self = this;
    app_.emplace(std::initializer_list<web::Route>{web::route<Nest>("/nest")});
    app_->get("/echo/{text}", [this](std::string_view text) {
      ++served_;
      if (burn_ns_ > 0) burn_cpu(burn_ns_);
      return std::string(text);
    });
    server_ = &app_->listen(loop(), "127.0.0.1", 0);
    port_ = server_->port();
  }

  virtual void on_nest() {}

  std::optional<web::Application> app_;
  web::Server* server_ = nullptr;
  std::uint16_t port_ = 0;
  int served_ = 0;
  long burn_ns_ = 0;
  bool went_on_ = false;

 private:
  struct Nest : web::RequestHandler {
    void get() {
      const std::string own = "what the handler holds, and long enough to be on the heap";
      self->on_nest();
      // The connection may be dead now, and the handler is not.
      write(own.substr(0, 4));
      self->went_on_ = true;
    }
  };
  // Handlers are made by the server, without arguments.
  static inline HttpTest* self = nullptr;
};

}  // namespace

EDDY_RULE_IN(HttpTest, HttpTest, PipelinedRequestsAllRunOneStepATurn,
             "1,000 pipelined requests in one segment, a budget of one step and nothing else: all "
             "are answered, in order") {
  constexpr int kRequests = 1000;
  listen();
  set_budget({Duration::zero(), 1});
  std::atomic<int> answered{0};
  ClientThread client([&, remote = loop().remote()] {
    LineClient connection(port_);
    std::string all;
    for (int i = 0; i < kRequests; ++i) all += request_for("/echo/" + std::to_string(i));
    connection.send(all);
    while (answered < kRequests && read_response(connection) == std::to_string(answered)) {
      ++answered;
    }
    remote.post([this] { quit(); });
  });
  EXPECT_EQ(run(kPatience), RunEnd::quit);
  client.join();
  EXPECT_EQ(answered, kRequests);
  EXPECT_GE(gate().turns(), static_cast<std::uint64_t>(kRequests)) << "each is a step of its own";
}

EDDY_RULE_IN(HttpTest, HttpTest, PipelinedRequestsDoNotHoldTheHost,
             "1,000 pipelined requests of 1 ms in one segment leave the host's timer its time") {
  constexpr int kRequests = 1000;
  listen();
  burn_ns_ = 1'000'000;
  std::atomic<int> answered{0};
  const ClientThread client([&, remote = loop().remote()] {
    LineClient connection(port_);
    std::string all;
    for (int i = 0; i < kRequests; ++i) all += request_for("/echo/" + std::to_string(i));
    connection.send(all);
    while (answered < kRequests && read_response(connection) == std::to_string(answered)) {
      ++answered;
    }
    remote.post([] {});  // a turn, after which the test looks again
  });
  ASSERT_TRUE(run_until([&] { return served_ > 0; }));
  hold_to_gate(20);
  EXPECT_TRUE(run_until([&] { return answered == kRequests; }));
  // What is no step of its own would pass for a long one, which excuses a long dispatch.
  EXPECT_GE(gate().steps(), static_cast<std::uint64_t>(kRequests));
}

EDDY_RULE_IN(HttpTest, HttpTest, PeersThatVanishWithinAResponseRaiseNoSigpipe,
             "with SIGPIPE at its default, peers that vanish within a head, content, a file, a "
             "stream or an upload end their own connection and nothing else") {
  const DefaultSigpipe sigpipe;
  const std::string path =
      std::filesystem::temp_directory_path() / ("eddy_conformance_" + std::to_string(::getpid()));
  std::ofstream(path) << std::string(8 << 20, 'x');
  const web::File file = web::File::open(path);
  std::filesystem::remove(path);
  listen();
  app_->get("/text", [] { return std::string(8 << 20, 'x'); });
  app_->get("/file", [file] { return web::Response::from_file(file); });
  app_->get("/stream", [](web::ResponseStream& out) -> Task<void> {
    for (int i = 0; i < 1000; ++i) {
      out.write(std::string(10'000, 'x'));
      co_await out.flush();
    }
  });
  app_->post("/upload", [](web::RequestBody& body) -> Task<void> {
    for (std::string_view piece; !(piece = co_await body.read()).empty();) {
    }
  });
  const std::vector<std::string> requests = {
      request_for("/text") + request_for("/text"), request_for("/file") + request_for("/file"),
      request_for("/stream"), request_for("/echo/x") + "GET / HT",
      "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc"};
  constexpr int kRounds = 10;
  std::atomic<int> answered{0};
  ClientThread client([&, remote = loop().remote()] {
    LineClient steady(port_);
    for (int i = 0; i < kRounds; ++i) {
      for (const std::string& request : requests) {
        LineClient vanishing(port_);
        vanishing.send(request);
        // Before, while and after the server answers; by an end and by a reset.
        sleep_at_least(std::chrono::microseconds(i * 150));
        i % 2 == 0 ? vanishing.abort() : vanishing.close();
        answered += get(steady, "/echo/hi") == "hi" ? 1 : 0;
      }
    }
    remote.post([this] { quit(); });
  });
  EXPECT_EQ(run(kPatience), RunEnd::quit);
  client.join();
  EXPECT_EQ(answered, kRounds * static_cast<int>(requests.size()));
  EXPECT_TRUE(run_until([&] { return server_->stats().connections == 0; }));
}

EDDY_RULE_IN(HttpTest, HttpTest, AHandlerThatThrowsIsAnsweredForIt,
             "what a handler throws, at once or in its task, is a 500 and a log message, and the "
             "connection goes on") {
  listen();
  app_->get("/throw", []() -> std::string { throw std::runtime_error("thrown by a handler"); });
  app_->get("/throw_later", []() -> Task<std::string> {
    co_await yield();
    throw std::runtime_error("thrown by a task");
  });
  std::atomic<int> errors{0};
  std::atomic<int> answered{0};
  ClientThread client([&, remote = loop().remote()] {
    LineClient connection(port_);
    for (const char* path : {"/throw", "/throw_later"}) {
      connection.send(request_for(path));
      errors += connection.read_line().starts_with("HTTP/1.1 500 ") ? 1 : 0;
      (void)read_response(connection);
      answered += get(connection, "/echo/hi") == "hi" ? 1 : 0;
    }
    remote.post([this] { quit(); });
  });
  EXPECT_EQ(run(kPatience), RunEnd::quit);
  client.join();
  EXPECT_EQ(errors, 2);
  EXPECT_EQ(answered, 2);
  for (const char* text : {"thrown by a handler", "thrown by a task"}) {
    EXPECT_TRUE(std::any_of(logged().begin(), logged().end(), [text](const std::string& message) {
      return message.find(text) != std::string::npos;
    })) << text;
  }
}

namespace {

/// Room for `count` connections with both ends in this process. False: the system gives none.
bool allow_connections(std::size_t count) {
  const rlim_t needed = 2 * count + 64;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= needed) return true;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == needed;
}

class LoadTest : public HttpTest {
 protected:
  /// Asks `requests` times on each of 512 connections, and holds the host to the gate meanwhile.
  void load(int requests, long burn_ns) {
    constexpr std::size_t kConnections = 512;
    ASSERT_TRUE(allow_connections(kConnections)) << "the limit on descriptors (ulimit -Hn) is low";
    listen();
    burn_ns_ = burn_ns;
    const std::size_t all = kConnections * static_cast<std::size_t>(requests);
    std::string batch;
    for (int i = 0; i < requests; ++i) batch += request_for("/echo/x");
    std::atomic<std::size_t> answered{0};
    const ClientThread client([&, remote = loop().remote()] {
      std::vector<LineClient> clients;
      for (std::size_t i = 0; i < kConnections; ++i) {
        clients.emplace_back(port_);
        clients.back().send(batch);
      }
      for (LineClient& one : clients) {
        for (int i = 0; i < requests && read_response(one) == "x"; ++i) ++answered;
      }
      remote.post([] {});  // a turn, after which the test looks again
    });
    ASSERT_TRUE(run_until([&] { return served_ > 100; }));
    hold_to_gate(20);
    EXPECT_TRUE(run_until([&] { return answered == all; }));
    EXPECT_GE(gate().steps(), all) << "each request is a step of its own";
  }
};

/// Not as repetitive as it looks to an encoder.
std::string text_of(std::size_t bytes) {
  std::string text;
  for (unsigned i = 0; text.size() < bytes; ++i) text += std::to_string(i * 2654435761U) + " ";
  return text;
}

/// How late something was: handlers that ended meanwhile, and steps of whatever kind.
struct Lateness {
  void add(long handlers_since, long steps_since) {
    handlers = std::max(handlers, handlers_since);
    steps = std::max(steps, steps_since);
  }
  long handlers = 0;
  long steps = 0;
};

class LateHttpTest : public HttpTest {
 protected:
  static constexpr long kHandlers = 6;
  /// A request is a step, what it sends another one; and a step may have begun before.
  static constexpr long kSteps = 2 * kHandlers + 1;

  void serve_busy() {
    app_->get("/busy", [this] {
      burn_cpu(1'000'000);
      ends_.push_back(Clock::now());
      return "x";
    });
  }
  [[nodiscard]] std::size_t handled() const { return ends_.size(); }

  /// To be called by what was due at `time`; of the steps those that the test itself adds do not
  /// count, timers and posts of which several may come at a time.
  void note(Lateness& lateness, TimePoint time) {
    const auto since = [time](const std::vector<TimePoint>& times) -> long {
      return std::count_if(times.begin(), times.end(), [time](TimePoint t) { return t > time; });
    };
    lateness.add(since(ends_), gate().steps_since(time) - since(own_));
    own_.push_back(Clock::now());
  }

 private:
  std::vector<TimePoint> ends_;
  std::vector<TimePoint> own_;
};

}  // namespace

EDDY_RULE_IN(LateHttpTest, HttpTest, TimersAndPostsAreAtMostSixHandlersLateUnderLoad,
             "under 64 connections that always have a request, with handlers of 1 ms, a Loop timer "
             "and a post are at most 6 handlers late, which with what each sends are 12 steps and "
             "the one that had begun") {
  constexpr int kConnections = 64;
  constexpr int kTimes = 30;
  listen();
  serve_busy();
  std::atomic<bool> all_there{false};
  std::atomic<bool> stop{false};
  std::atomic<int> posts{0};
  Lateness late_post;
  std::array<std::atomic<TimePoint>, kTimes> queued{};
  const ClientThread client([&, remote = loop().remote()] {
    std::vector<LineClient> clients;
    std::string batch;
    for (int i = 0; i < 20; ++i) batch += request_for("/busy");
    for (int i = 0; i < kConnections; ++i) {
      clients.emplace_back(port_);
      clients.back().send(batch);
    }
    while (!all_there) sleep_at_least(std::chrono::milliseconds(1));
    for (int i = 0; i < kTimes && !stop; ++i) {
      sleep_at_least(std::chrono::milliseconds(7));
      remote.post([&, i] {
        const TimePoint since = queued[static_cast<std::size_t>(i)];
        if (since != TimePoint()) note(late_post, since);
        ++posts;
      });
      // Behind the call: before it this thread may lose its core to the load.
      queued[static_cast<std::size_t>(i)] = Clock::now();
    }
    while (!stop) sleep_at_least(std::chrono::milliseconds(1));
  });
  // Whoever is accepted is a step, too.
  EXPECT_TRUE(run_until([&] {
    return handled() > std::size_t{kConnections} && server_->stats().accepted == kConnections;
  }));
  all_there = true;
  Lateness late_timer;
  int timers = 0;
  std::function<void()> again = [&] {
    const TimePoint due = loop().now() + std::chrono::milliseconds(7);
    loop().call_at(due, [&, due] {
      note(late_timer, due);
      if (++timers < kTimes) again();
    });
  };
  again();
  EXPECT_TRUE(run_until([&] { return timers == kTimes && posts == kTimes; }));
  EXPECT_LT(handled(), kConnections * 20U) << "the load ended before the timers did";
  stop = true;
  std::printf("late by at most: a timer %ld handlers, %ld steps; a post %ld handlers, %ld steps\n",
              late_timer.handlers, late_timer.steps, late_post.handlers, late_post.steps);
  EXPECT_LE(late_timer.handlers, kHandlers);
  EXPECT_LE(late_timer.steps, kSteps);
  EXPECT_LE(late_post.handlers, kHandlers);
  EXPECT_LE(late_post.steps, kSteps);
}

EDDY_RULE_IN(LoadTest, HttpTest, QuickHandlersOfManyConnectionsDoNotHoldTheHost,
             "512 connections with handlers of 10 us leave the host's timer its time") {
  load(60, 10'000);
}

EDDY_RULE_IN(LoadTest, HttpTest, SlowHandlersOfManyConnectionsDoNotHoldTheHost,
             "512 connections with handlers of 1 ms leave the host's timer its time") {
  load(2, 1'000'000);
}

EDDY_RULE_IN(HttpTest, HttpTest, StreamsDoNotHoldTheHost,
             "uploads, downloads and compressed pages leave the host's timer its time") {
  web::ServerOptions options;
  options.compression.enabled = true;
  options.limits.body_bytes = std::size_t{1} << 30;
  std::atomic<std::uint64_t> uploaded{0};
  std::atomic<std::uint64_t> downloaded{0};
  std::atomic<std::uint64_t> encoded{0};
  web::Application app;
  app.post("/count", [&uploaded](web::RequestBody& body) -> Task<std::string> {
    for (std::string_view piece; !(piece = co_await body.read()).empty();) uploaded += piece.size();
    co_return std::to_string(body.bytes_read());
  });
  app.get("/endless", [](web::ResponseStream& out) -> Task<void> {
    for (const std::string piece(1000, 'x');;) {
      out.write(piece);
      co_await out.flush();
    }
  });
  app.get("/text", [text = text_of(3'000'000)] { return text; });
  const std::uint16_t port = app.listen(loop(), "127.0.0.1", 0, options).port();
  std::atomic<bool> stop{false};
  int ended = 0;  // clients; counted on the loop
  const auto end = [&ended, remote = loop().remote()] { remote.post([&ended] { ++ended; }); };
  const ClientThread uploads([&stop, &end, port] {
    const std::string piece(64 * 1024, 'x');
    while (!stop) {
      LineClient client(port);
      client.send("POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n");
      for (int i = 0; i < 100 && !stop; ++i) client.send(piece);
      client.abort();
    }
    end();
  });
  // What comes with `field` in its head is counted.
  auto read = [&stop, &end, port](std::string_view request, std::string_view field,
                                  std::atomic<std::uint64_t>& bytes) {
    while (!stop) {
      LineClient client(port);
      client.send(std::string(request) + "\r\nHost: localhost\r\n\r\n");
      bool found = false;
      for (std::string line; (line = client.read_line()).size() > 1;) {
        found = found || line.starts_with(field);
      }
      for (int i = 0; i < 100 && !stop; ++i) {
        const std::size_t count = client.read_bytes(10'000).size();
        if (found) bytes += count;
      }
      client.abort();
    }
    end();
  };
  const ClientThread downloads(
      [&] { read("GET /endless HTTP/1.1", "Transfer-Encoding: chunked", downloaded); });
  const ClientThread pages([&] {
    read("GET /text HTTP/1.1\r\nAccept-Encoding: gzip", "Content-Encoding: gzip", encoded);
  });
  EXPECT_TRUE(run_until([&] { return uploaded > 0 && downloaded > 0 && encoded > 0; }));
  hold_to_gate(20);
  stop = true;
  // They end while they are still served.
  EXPECT_TRUE(run_until([&] { return ended == 3; }));
}

namespace {

class NestedGetTest : public HttpTest {
 protected:
  static constexpr int kClients = 50;
  static constexpr int kRequests = 5;

  void on_nest() override {
    inside_ = true;
    const int before = served_;
    const bool blocked = differs(Difference::nesting) || differs(Difference::strand_on_threads);
    if (blocked) {
      nested_end_ = host().run(std::chrono::milliseconds(50));
    } else {
      run_until([&] { return served_ - before >= kClients * kRequests; });
      served_inside_ = served_ - before;
    }
    inside_ = false;
  }

  bool inside_ = false;
  int served_inside_ = 0;
  RunEnd nested_end_ = RunEnd::ended;
};

}  // namespace

EDDY_RULE_IN(NestedGetTest, HttpTest, TheOthersAreServedWhileAGetRunsTheHost,
             "while a RequestHandler's get() runs the host's loop, 50 other connections are served "
             "and its own connection's next request waits") {
  listen();
  const bool refuses = differs(Difference::nesting);
  const bool holds_the_strand = differs(Difference::strand_on_threads);
  std::atomic<int> answered{0};
  std::atomic<bool> in_order{false};
  std::vector<ClientThread> clients;
  std::atomic<int> left{6};
  const auto done = [&, remote = loop().remote()] {
    if (--left == 0) remote.post([this] { quit(); });
  };
  clients.emplace_back([&] {
    LineClient connection(port_);
    connection.send(request_for("/nest") + request_for("/echo/next"));
    in_order = read_response(connection) == "what" && read_response(connection) == "next";
    done();
  });
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back([&] {
      std::vector<LineClient> connections;
      for (int c = 0; c < kClients / 5; ++c) connections.emplace_back(port_);
      // Twice as many as the nested loop waits for: some may come before it.
      for (int request = 0; request < 2 * kRequests; ++request) {
        for (LineClient& connection : connections) {
          answered += get(connection, "/echo/hi") == "hi" ? 1 : 0;
        }
        sleep_at_least(std::chrono::milliseconds(1));
      }
      done();
    });
  }
  EXPECT_EQ(run(kPatience), RunEnd::quit);
  clients.clear();
  EXPECT_EQ(answered, kClients * kRequests * 2);
  EXPECT_TRUE(in_order) << "the waiting connection's replies, in their order";
  if (refuses) {
    EXPECT_EQ(nested_end_, RunEnd::refused);
  } else if (holds_the_strand) {
    EXPECT_EQ(nested_end_, RunEnd::limit);
  } else {
    EXPECT_GE(served_inside_, kClients * kRequests);
  }
}

namespace {

/// Depth 1 is in get(); depth 2 destroys.
class DeepHttpTest : public HttpTest {
 protected:
  void on_nest() override {
    loop().call_later(std::chrono::milliseconds(5), [this] {
      depth_ = gate().depth();
      destroy_();
      destroyed_ = true;
      quit();
    });
    const Duration limit = holds_the_strand_ ? std::chrono::milliseconds(50) : kPatience;
    refused_ = host().run(limit) == RunEnd::refused;
    if (destroyed_) quit();
  }

  /// As DestructionTest: who blocks in the strand is through before anything is destroyed, unless
  /// its own thread comes by it.
  void run_with(std::function<void()> destroy) {
    holds_the_strand_ = differs(Difference::strand_on_threads);
    destroy_ = std::move(destroy);
    listen();
    std::atomic<bool> ended{false};
    ClientThread client([&] {
      LineClient connection(port_);
      connection.send(request_for("/nest"));
      ended = connection.wait_for_end();
    });
    const bool refuses = differs(Difference::nesting);
    host().run(kPatience);
    host().run(std::chrono::milliseconds(5));
    EXPECT_TRUE(went_on_) << "get() goes on with a dead connection";
    EXPECT_TRUE(destroyed_);
    EXPECT_EQ(refused_, refuses);
    if (!refuses && !holds_the_strand_) {
      EXPECT_EQ(depth_, 2U);
    }
    app_.reset();
    destroy_loop();
    client.join();
    EXPECT_TRUE(ended);
  }

 private:
  std::function<void()> destroy_;
  bool holds_the_strand_ = false;
  bool destroyed_ = false;
  bool refused_ = false;
  std::size_t depth_ = 0;
};

}  // namespace

EDDY_RULE_IN(DeepHttpTest, HttpTest, AnApplicationMayBeDestroyedAtDepthTwo,
             "an inner turn destroys application and server while depth 1 is in get()") {
  run_with([this] { app_.reset(); });
}

EDDY_RULE_IN(DeepHttpTest, HttpTest, ALoopMayBeDestroyedAtDepthTwo,
             "an inner turn destroys the Loop while depth 1 is in get()") {
  run_with([this] { destroy_loop(); });
}

EDDY_RULE_IN(DeepHttpTest, HttpTest, ApplicationAndLoopMayBeDestroyedAtDepthTwo,
             "an inner turn destroys application, server and Loop while depth 1 is in get()") {
  run_with([this] {
    app_.reset();
    destroy_loop();
  });
}

}  // namespace eddy::inline v0::conformance
