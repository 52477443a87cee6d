// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Counts what a request allocates; a program of its own, since it replaces operator new.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <eddy/core/task/event.h>
#include <eddy/core/task/task_group.h>
#include <eddy/testing/manual_loop.h>
#include <eddy/web/http/http_client.h>
#include <eddy/web/http/response_writer.h>
#include <eddy/web/live/event_stream_route.h>
#include <eddy/web/web.h>
#include <eddy/web/websocket/websocket_connect.h>
#include <eddy/web/websocket/websocket_route.h>
#include <tests/web/http/web_client.h>

namespace {
std::size_t allocations = 0;
/// In use, with what the allocator needs beside each.
std::size_t bytes_in_use = 0;
std::size_t most_in_use = 0;
/// How many more there is memory for.
std::size_t allocations_left = SIZE_MAX;
}  // namespace

// Not inlined, or GCC takes the pairs for mismatched ones.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (allocations_left == 0) throw std::bad_alloc();
  --allocations_left;
  if (void* memory = std::malloc(bytes)) {
    bytes_in_use += malloc_usable_size(memory) + sizeof(std::size_t);
    most_in_use = std::max(most_in_use, bytes_in_use);
    return memory;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory != nullptr) bytes_in_use -= malloc_usable_size(memory) + sizeof(std::size_t);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  operator delete(memory);
}

namespace {

struct Hello : eddy::web::RequestHandler {
  void get(std::string_view name) { write("Hello, ", name); }
};

// Requests of one kind on one connection: after the first few they allocate nothing.
std::size_t allocations_of(const std::string& target, const std::string& answer) {
  eddy::NativeLoop loop;
  eddy::web::Application app({eddy::web::route<Hello>("/class/(.*)")});
  app.get("/", [] { return "Hello, world"; });
  app.get("/function/{name}", [](std::string_view name) { return name; });
  eddy_tests::RawClient client(app.listen(loop, 0).port());
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n";
  std::size_t before = 0;
  for (int i = 0; i < 50; ++i) {
    if (i == 10) before = allocations;
    client.send(request);
    EXPECT_TRUE(client.read_until(loop, answer));
    client.forget();
  }
  return allocations - before;
}

TEST(Allocations, NoneOnThePlainPath) {
  EXPECT_EQ(allocations_of("/", "\r\n\r\nHello, world"), 0U);
  EXPECT_EQ(allocations_of("/function/a", "\r\n\r\na"), 0U);
  EXPECT_EQ(allocations_of("/class/a", "\r\n\r\nHello, a"), 0U);
}

// What 10,000 idle clients and 10,000 waiting handlers cost (512 and 2,048 bytes of memory each) is
// measured by the benchmarks; this finds a field too many before them.
TEST(Allocations, AnIdleConnectionAndAWaitingHandlerAreSmall) {
  constexpr std::size_t kClients = 200;
  eddy::NativeLoop loop;
  eddy::Event enough;
  eddy::web::Application app;
  std::size_t answered = 0;
  std::size_t waiting = 0;
  app.get("/", [&] {
    ++answered;
    return "Hello, world";
  });
  app.get("/wait", [&]() -> eddy::Task<std::string> {
    ++waiting;
    co_await enough.wait();
    co_return "";
  });
  eddy::web::Server& server = app.listen(loop, 0);
  std::vector<std::optional<eddy_tests::RawClient>> clients(kClients);
  const auto ask = [&](const std::string& target, const std::size_t& reached) {
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    for (auto& client : clients) {
      if (!client) client.emplace(server.port());
      client->send(request);
    }
    EXPECT_TRUE(eddy_tests::pump_until(loop, [&] { return reached == kClients; }));
  };
  // Once for the tables of the loop and the server, which grow by doubling and are kept.
  ask("/wait", waiting);
  for (auto& client : clients) client.reset();
  ASSERT_TRUE(eddy_tests::pump_until(loop, [&] { return server.stats().connections == 0; }));
  waiting = 0;

  const std::size_t before = bytes_in_use;
  ask("/", answered);
  const std::size_t idle = (bytes_in_use - before) / kClients;
  ask("/wait", waiting);
  const std::size_t held = (bytes_in_use - before) / kClients;
  std::printf("%zu bytes for an idle connection, %zu for one whose handler waits\n", idle, held);
  EXPECT_LE(idle, 500U);
  // To wait for an Event takes 32 bytes more than to sleep, the tables of ten thousand about 50.
  EXPECT_LE(held, 2'015U);
  EXPECT_GT(held, 1'000U) << "it counts what it should";
}

TEST(Allocations, AnEventStreamKeepsNothingOfItsRequest) {
  constexpr std::size_t kClients = 200;
  eddy::NativeLoop loop;
  eddy::web::Application app;
  std::size_t open = 0;
  app.events("/open", [&](eddy::web::EventStream&) { ++open; });
  app.events("/task", [&](eddy::web::EventStream& events) -> eddy::Task<void> {
    ++open;
    co_await events.until_closed();
  });
  eddy::web::Server& server = app.listen(loop, 0);
  std::vector<std::optional<eddy_tests::RawClient>> clients(kClients);
  const auto measure = [&](const std::string& path) {
    const std::size_t before = bytes_in_use;
    open = 0;
    for (auto& client : clients) {
      client.emplace(server.port());
      client->send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    }
    EXPECT_TRUE(eddy_tests::pump_until(loop, [&] { return open == kClients; }));
    const std::size_t each = (bytes_in_use - before) / kClients;
    for (auto& client : clients) client.reset();
    EXPECT_TRUE(eddy_tests::pump_until(loop, [&] { return server.stats().connections == 0; }));
    return each;
  };
  (void)measure("/open");  // once for the tables that are kept
  const std::size_t alone = measure("/open");
  const std::size_t with_task = measure("/task");
  std::printf("%zu bytes for an open event stream, %zu for one with a task\n", alone, with_task);
  EXPECT_LE(alone, 600U);
  EXPECT_LE(with_task, 1'250U);
  EXPECT_GT(alone, 300U) << "it counts what it should";
}

// ---- The client

constexpr const char* kUrl = "http://127.0.0.1:80/";

eddy::Task<void> fetch(eddy::web::HttpClient& client, eddy::web::ClientRequest request,
                       std::string& body) {
  body = (co_await client.fetch(std::move(request))).body;
}

TEST(Allocations, AClientsContentIsNeitherCopiedNorKeptBehindItsSending) {
  constexpr std::size_t kSize = 1'000'000;
  // What there is at once room for: not all of the head, a part of the content, all.
  for (const std::size_t room : {std::size_t{10}, std::size_t{1000}, 2 * kSize}) {
    eddy::testing::ManualLoop loop;
    eddy::web::HttpClient client(loop);
    eddy::testing::ManualPeer peer = loop.system().expect_connect(80);
    peer.set_capacity(room);
    const std::size_t held_by_peer = std::min(room, kSize);
    eddy::web::ClientRequest request(kUrl, "PUT", std::string(kSize, 'x'));
    std::string body;
    eddy::TaskGroup group(loop);
    const std::size_t before = most_in_use = bytes_in_use;
    group.spawn(fetch(client, std::move(request), body));
    loop.run_until_idle();
    EXPECT_LT(most_in_use, before + held_by_peer + kSize / 2) << room;

    peer.set_capacity(std::max(room, kSize / 10));
    while (!peer.read().empty()) loop.run_until_idle();
    // The peer keeps its room.
    EXPECT_LT(bytes_in_use + kSize / 2, before + held_by_peer) << room;
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    loop.run_until_idle();
    EXPECT_EQ(body, "ok");
  }
}

TEST(Allocations, AWholeResponseCostsLittleForEachPiece) {
  constexpr std::size_t kPieces = 1000;
  eddy::testing::ManualLoop loop;
  eddy::web::HttpClient client(loop);
  eddy::testing::ManualPeer peer = loop.system().expect_connect(80);
  peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (std::size_t i = 0; i < kPieces; ++i) peer.write("1\r\nx\r\n");
  peer.write("0\r\n\r\n");
  std::string body;
  const std::size_t before = allocations;
  loop.run_until(fetch(client, eddy::web::ClientRequest(kUrl), body));
  EXPECT_LT(allocations - before, kPieces + 100);
  EXPECT_EQ(body, std::string(kPieces, 'x'));
}

// Whoever goes first of the handle and the Loop, when the server has gone.
TEST(Allocations, AClientOfAWebSocketLeavesNothing) {
  using eddy::web::WebSocketClient;
  const auto connect = [](bool loop_first) {
    WebSocketClient socket;
    eddy::testing::ManualLoop loop;
    eddy::web::Application app;
    app.websocket("/", [](eddy::web::WebSocket& served) -> eddy::Task<void> {
      while (co_await served.receive()) {
      }
    });
    auto& server = app.listen(loop, "127.0.0.1", 0);
    loop.spawn([](WebSocketClient& opened, std::uint16_t port) -> eddy::Task<void> {
      opened = co_await eddy::web::websocket_connect("ws://127.0.0.1:" + std::to_string(port));
    }(socket, server.port()));
    loop.run_until_idle();
    server.stop();
    loop.run_until_idle();
    EXPECT_TRUE(socket != nullptr && socket->closed());
    if (!loop_first) socket.reset();
  };
  for (const bool loop_first : {false, true}) {
    connect(loop_first);  // what is kept for the next one
    const std::size_t before = bytes_in_use;
    connect(loop_first);
    EXPECT_EQ(bytes_in_use, before) << loop_first;
  }
}

TEST(Allocations, AFieldThatThereWasNoMemoryForIsNotSent) {
  const std::string value(1000, 'x');
  bool added = false;
  for (std::size_t left = 0; !added; ++left) {
    ASSERT_LT(left, 10U);
    eddy::web::Headers headers;
    headers.set("A", "1");
    eddy::web::internal::ByteBuffer out;
    allocations_left = left;
    try {
      headers.add("X-Debug", value);
      added = true;
    } catch (const std::bad_alloc&) {
    }
    allocations_left = SIZE_MAX;
    (void)eddy::web::write_response_head(out, 304, {}, headers, {});
    EXPECT_EQ(out.view(), "HTTP/1.1 304 Not Modified\r\nA: 1\r\n" +
                              (added ? "X-Debug: " + value + "\r\n" : "") + "\r\n");
  }
}

}  // namespace
