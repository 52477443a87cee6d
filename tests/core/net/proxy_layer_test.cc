// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/proxy_layer.h>

#include <eddy/core/core.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <eddy/testing/test_client.h>
#include <gtest/gtest.h>
#include <tests/core/net/proxy_headers.h>
#include <tests/core/net/support.h>
#include <tests/core/support.h>
#include <tests/core/temp_file.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using eddy::Io;
using eddy::IoResult;
using eddy::LogLevel;
using eddy::NativeLoop;
using eddy::ProxyLayer;
using eddy::ProxyLayerOptions;
using eddy::Stream;
using eddy::Task;
using eddy::TcpServer;
using eddy::core_test::ipv4_addresses;
using eddy::core_test::Keeper;
using eddy::core_test::numbers;
using eddy::core_test::proxy_v2;
using eddy::core_test::run_turns_until;
using eddy::core_test::SocketPair;
using eddy::core_test::TempFile;
using eddy::testing::CapturedLog;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using eddy::testing::TestClient;
using namespace std::chrono_literals;

constexpr std::string_view kHeader = "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n";

ProxyLayerOptions trusting(std::string_view network = "127.0.0.0/8") {
  return {.trusted = {network}};
}

/// Reads what there is whenever it is told that there is something.
class Reader final : public eddy::StreamDelegate {
 public:
  explicit Reader(std::unique_ptr<Stream> stream, std::size_t piece = 64)
      : stream_(std::move(stream)), piece_(piece) {
    stream_->set_delegate(this, Io::read);
  }

  void on_stream_ready(Io events) override {
    ++calls;
    last = events;
    std::array<char, 64> buffer;
    const IoResult result = stream_->try_read(std::span(buffer).first(piece_));
    received.append(buffer.data(), result.bytes);
    if (result.error && !result.would_block()) error = result.error;
    ended = !result.error && result.bytes == 0;
    if (error || ended) stream_.reset();
  }
  void on_stream_closed() noexcept override { closed = true; }

  [[nodiscard]] Stream& stream() { return *stream_; }
  [[nodiscard]] std::string peer() const { return stream_->peer_address().to_string(); }

  std::string received;
  std::error_code error;
  Io last = Io::none;
  bool ended = false;
  bool closed = false;
  int calls = 0;

 private:
  std::unique_ptr<Stream> stream_;
  std::size_t piece_;
};

/// One connection through a layer, in memory.
struct Proxied {
  explicit Proxied(ProxyLayerOptions options = trusting(), std::size_t piece = 64) {
    loop.set_log_sink(log.sink());
    server.emplace(loop, [this, piece](std::unique_ptr<Stream> stream) {
      reader.emplace(std::move(stream), piece);
    });
    server->listen("127.0.0.1", 80, {.layers = {std::make_shared<ProxyLayer>(std::move(options))}});
    peer = loop.system().connect(80);
    loop.run_until_idle();
  }
  void send(std::string_view data) {
    peer.write(data);
    loop.run_until_idle();
  }

  CapturedLog log;
  ManualLoop loop;
  std::optional<TcpServer> server;
  std::optional<Reader> reader;
  ManualPeer peer;
};

TEST(ProxyLayer, ShowsTheClientOnceTheHeaderHasCome) {
  Proxied p;
  ASSERT_TRUE(p.reader);
  EXPECT_EQ(p.reader->stream().peer_address().host(), "127.0.0.1");
  p.send(kHeader);
  EXPECT_EQ(p.reader->peer(), "192.0.2.1:56324");
  EXPECT_EQ(p.reader->calls, 0) << "nothing is there to be read yet";
  p.send("hello");
  EXPECT_EQ(p.reader->received, "hello");
  p.peer.shutdown_write();
  p.loop.run_until_idle();
  EXPECT_TRUE(p.reader->ended);
}

TEST(ProxyLayer, WhatFollowsInTheSameReadIsServed) {
  Proxied p;
  p.send(std::string(kHeader) + "hello");
  EXPECT_EQ(p.reader->received, "hello");
  EXPECT_EQ(p.reader->peer(), "192.0.2.1:56324");
  EXPECT_EQ(p.peer.receives(), 1U);
  p.send(" again");
  EXPECT_EQ(p.reader->received, "hello again");
}

TEST(ProxyLayer, WhatFollowsIsReadInAsManyPiecesAsTheReaderLikes) {
  Proxied p(trusting(), 3);
  p.send(std::string(kHeader) + "hello, world");
  EXPECT_EQ(p.reader->received, "hello, world");
  EXPECT_EQ(p.reader->calls, 4) << "and it is not told of anything else";
}

TEST(ProxyLayer, CutAnywhere) {
  const std::string v2 = proxy_v2(0x21, 0x11, ipv4_addresses());
  for (const std::string& header : {std::string(kHeader), v2}) {
    const std::string input = header + "hello";
    for (std::size_t cut = 1; cut < input.size(); ++cut) {
      Proxied p;
      p.send(input.substr(0, cut));
      p.send(input.substr(cut));
      EXPECT_EQ(p.reader->received, "hello") << "cut at " << cut;
      EXPECT_EQ(p.reader->peer(), "192.0.2.1:56324") << "cut at " << cut;
    }
    Proxied bytewise;
    for (const char c : input) bytewise.send({&c, 1});
    EXPECT_EQ(bytewise.reader->received, "hello");
  }
}

TEST(ProxyLayer, WhoSpeaksForItselfKeepsItsAddress) {
  for (const std::string& header : {std::string("PROXY UNKNOWN\r\n"), proxy_v2(0x20, 0, "")}) {
    Proxied p;
    p.send(header + "hello");
    EXPECT_EQ(p.reader->received, "hello");
    EXPECT_EQ(p.reader->stream().peer_address().host(), "127.0.0.1");
  }
}

TEST(ProxyLayer, SaysWhetherTheClientCameByTls) {
  for (const unsigned flags : {0U, 1U}) {
    const std::string tls = std::string(1, static_cast<char>(flags)) + std::string(4, '\0');
    Proxied p;
    EXPECT_FALSE(p.reader->stream().secure());
    p.send(proxy_v2(0x21, 0x11, ipv4_addresses() + eddy::core_test::value(0x20, tls)) + "hello");
    EXPECT_EQ(p.reader->stream().secure(), flags != 0);
    EXPECT_EQ(p.reader->stream().tls(), nullptr) << "what is known of it, the proxy keeps";
  }
}

TEST(ProxyLayer, AnIpv4ClientInMappedFormIsAnIpv4Client) {
  Proxied p;
  p.send("PROXY TCP6 ::ffff:192.0.2.1 ::1 56324 443\r\n");
  EXPECT_EQ(p.reader->peer(), "192.0.2.1:56324");
}

TEST(ProxyLayer, AMalformedHeaderEndsTheConnection) {
  Proxied p;
  p.send("GET / HTTP/1.1\r\n");
  EXPECT_EQ(p.reader->error, std::errc::protocol_error);
  EXPECT_EQ(p.reader->received, "");
  EXPECT_TRUE(p.peer.closed());
  p.log.expect(LogLevel::info, "PROXY protocol of 127.0.0.1:");
}

TEST(ProxyLayer, AHeaderThatDoesNotComeInTimeEndsTheConnection) {
  auto options = trusting();
  options.header_time = 3s;
  Proxied p(options);
  p.send(kHeader.substr(0, 20));
  p.loop.advance(3s - 1ns);
  EXPECT_FALSE(p.peer.closed());
  p.loop.advance(1ns);
  EXPECT_EQ(p.reader->error, std::errc::timed_out);
  EXPECT_TRUE(p.peer.closed());
  // One that has come in time has no timer left.
  Proxied in_time(options);
  in_time.send(kHeader);
  in_time.loop.advance(1h);
  EXPECT_FALSE(in_time.peer.closed());
  EXPECT_EQ(in_time.loop.stats().timers, 0U);
}

TEST(ProxyLayer, TheEndOfInput) {
  // Before anything: who looks whether the port is open.
  Proxied nothing;
  nothing.peer.shutdown_write();
  nothing.loop.run_until_idle();
  EXPECT_TRUE(nothing.reader->ended);
  EXPECT_FALSE(nothing.reader->error);
  // In the middle.
  Proxied half;
  half.send(kHeader.substr(0, 10));
  half.peer.shutdown_write();
  half.loop.run_until_idle();
  EXPECT_EQ(half.reader->error, std::errc::protocol_error);
  // Behind it.
  Proxied whole;
  whole.peer.write(kHeader);
  whole.peer.shutdown_write();
  whole.loop.run_until_idle();
  EXPECT_TRUE(whole.reader->ended);
  // A reset is a reset.
  Proxied reset;
  reset.peer.reset();
  reset.loop.run_until_idle();
  EXPECT_EQ(reset.reader->error, std::errc::connection_reset);
}

TEST(ProxyLayer, StrangersAreClosedOrServedAsTheyAre) {
  Proxied refused(trusting("10.0.0.0/8"));
  EXPECT_FALSE(refused.reader);
  EXPECT_TRUE(refused.peer.closed());
  EXPECT_TRUE(refused.log.records().empty()) << "a stranger fills no log";
  auto options = trusting("10.0.0.0/8");
  options.strangers = ProxyLayerOptions::Strangers::pass;
  Proxied passed(options);
  passed.send(kHeader);
  EXPECT_EQ(passed.reader->received, kHeader) << "what it says of itself is only data";
  EXPECT_EQ(passed.reader->stream().peer_address().host(), "127.0.0.1");
  Proxied nobody(ProxyLayerOptions{});
  EXPECT_TRUE(nobody.peer.closed());
}

TEST(ProxyLayer, BehindAUnixSocket) {
  ManualLoop loop;
  Keeper keeper(loop);
  keeper.server.listen_unix("/run/app.sock",
                            {.layers = {std::make_shared<ProxyLayer>(trusting("unix:"))}});
  ManualPeer peer = loop.system().connect("/run/app.sock");
  peer.write(kHeader);
  loop.run_until_idle();
  ASSERT_EQ(keeper.streams.size(), 1U);
  std::array<char, 8> buffer;
  EXPECT_TRUE(keeper.streams[0]->try_read(buffer).would_block());
  EXPECT_EQ(keeper.streams[0]->peer_address().host(), "192.0.2.1");
}

TEST(ProxyLayer, OneWhoSpeaksFirstWaitsForTheHeader) {
  Proxied p;
  Stream& stream = p.reader->stream();
  const std::string_view greeting = "220 hello\r\n";
  EXPECT_TRUE(stream.try_write({&greeting, 1}).would_block());
  stream.set_interest(Io::write);
  p.loop.run_until_idle();
  EXPECT_EQ(p.reader->calls, 0);
  p.peer.write(kHeader);
  // Now it can write, and is told so.
  p.loop.run_turns(2);
  EXPECT_GE(p.reader->calls, 1);
  EXPECT_EQ(p.reader->last, Io::write);
  EXPECT_EQ(stream.try_write({&greeting, 1}).bytes, greeting.size());
  EXPECT_EQ(p.peer.unread(), greeting);
}

TEST(ProxyLayer, WhatArrivedWhileTheHostStoodStillHasArrivedInTime) {
  Proxied p;
  p.send(kHeader.substr(0, 20));
  p.peer.write(std::string(kHeader.substr(20)) + "hello");
  p.loop.system().move_clock(1min);
  p.loop.run_until_idle();
  EXPECT_FALSE(p.reader->error);
  EXPECT_EQ(p.reader->received, "hello");
}

TEST(ProxyLayer, WithoutInterestNothingIsReadAndTheTimeStillRuns) {
  Proxied p;
  p.reader->stream().set_interest(Io::none);
  p.send(std::string(kHeader) + "hello");
  EXPECT_EQ(p.peer.receives(), 0U);
  EXPECT_EQ(p.reader->calls, 0);
  p.loop.advance(5s);
  EXPECT_EQ(p.reader->calls, 0);
  p.reader->stream().set_interest(Io::read);
  p.loop.run_until_idle();
  EXPECT_EQ(p.reader->error, std::errc::timed_out);
}

TEST(ProxyLayer, TheRestWaitsWhileNobodyWantsIt) {
  Proxied p(trusting(), 1);
  p.reader->stream().set_interest(Io::none);
  p.peer.write(std::string(kHeader) + "hello");
  std::array<char, 2> buffer;
  EXPECT_EQ(p.reader->stream().try_read(buffer).bytes, 2U);
  p.loop.run_until_idle();
  EXPECT_EQ(p.reader->calls, 0);
  p.reader->stream().set_interest(Io::read);
  p.loop.run_until_idle();
  EXPECT_EQ(p.reader->received, "llo");
}

TEST(ProxyLayer, ServesAwaits) {
  Proxied p;
  std::unique_ptr<Stream> stream;
  TcpServer server(p.loop, [&](std::unique_ptr<Stream> s) { stream = std::move(s); });
  server.listen("127.0.0.1", 81, {.layers = {std::make_shared<ProxyLayer>(trusting())}});
  ManualPeer peer = p.loop.system().connect(81);
  p.loop.run_until_idle();
  std::string received;
  p.loop.spawn([](Stream& s, std::string& out) -> Task<void> {
    std::array<char, 4> buffer;
    co_await s.write("220 ");
    while (const std::size_t n = co_await s.read_some(buffer)) out.append(buffer.data(), n);
  }(*stream, received));
  p.loop.run_until_idle();
  EXPECT_EQ(peer.unread(), "");
  peer.write(std::string(kHeader) + "hello");
  p.loop.run_until_idle();
  EXPECT_EQ(peer.unread(), "220 ");
  EXPECT_EQ(received, "hello");
  peer.write(", world");
  peer.shutdown_write();
  p.loop.run_until_idle();
  EXPECT_EQ(received, "hello, world");
}

TEST(ProxyLayer, MayBeDestroyedWhenItIsTold) {
  for (const std::string_view input : {"PROXY UNKNOWN\r\nhello", "malformed"}) {
    CapturedLog log;
    ManualLoop loop;
    loop.set_log_sink(log.sink());
    struct Dropper final : eddy::StreamDelegate {
      void on_stream_ready(Io /*events*/) override { stream.reset(); }
      void on_stream_closed() noexcept override {}
      std::unique_ptr<Stream> stream;
    } dropper;
    TcpServer server(loop, [&](std::unique_ptr<Stream> s) {
      dropper.stream = std::move(s);
      dropper.stream->set_delegate(&dropper, Io::read);
    });
    server.listen("127.0.0.1", 80, {.layers = {std::make_shared<ProxyLayer>(trusting())}});
    ManualPeer peer = loop.system().connect(80);
    peer.write(input);
    loop.run_until_idle();
    EXPECT_EQ(dropper.stream, nullptr);
    EXPECT_TRUE(peer.closed());
  }
}

TEST(ProxyLayer, MayOutliveItsLoop) {
  for (const std::string& input :
       {std::string(), std::string("PROX"), std::string(kHeader), std::string(kHeader) + "hello"}) {
    const auto system = std::make_shared<eddy::testing::ManualSystem>();
    std::optional<ManualLoop> loop(std::in_place, system);
    std::optional<Reader> reader;
    TcpServer server(*loop, [&](std::unique_ptr<Stream> s) { reader.emplace(std::move(s), 1); });
    server.listen("127.0.0.1", 80, {.layers = {std::make_shared<ProxyLayer>(trusting())}});
    ManualPeer peer = system->connect(80);
    peer.write(input);
    loop->run_turns(2);  // accepted, and read once
    loop.reset();
    ASSERT_TRUE(reader);
    EXPECT_TRUE(reader->closed) << input;
    EXPECT_TRUE(reader->stream().closed());
    EXPECT_EQ(system->open_descriptors(), 0U);
    // What has been read may still be taken; then it is over.
    std::array<char, 8> buffer;
    if (input.ends_with("hello")) {
      EXPECT_GT(reader->stream().try_read(buffer).bytes, 0U);
    }
    EXPECT_EQ(reader->stream().try_read(buffer).error, std::errc::not_connected);
  }
}

// By the stream below, at one go: the layer has no part in it any more.
TEST(ProxyLayer, FilesAreSentByTheSystem) {
  const TempFile file(numbers(100'000));
  NativeLoop loop;
  SocketPair pair;
  std::error_code error;
  ProxyLayer layer(trusting());
  const auto stream = layer.accept(
      eddy::internal::make_socket_stream(eddy::internal::core_of(loop), pair.release_near(),
                                         eddy::Address::parse("127.0.0.1", 1, error)));
  EXPECT_TRUE(stream->try_send_file(file.fd(), 0, 100'000).would_block()) << "before the header";
  ASSERT_EQ(::send(pair.far(), kHeader.data(), kHeader.size(), 0),
            static_cast<ssize_t>(kHeader.size()));
  EXPECT_EQ(stream->try_send_file(file.fd(), 0, 100'000).bytes, 100'000U);
}

TEST(ProxyLayer, OnRealSockets) {
  NativeLoop loop;
  std::string peer;
  TcpServer server(loop, [&](std::unique_ptr<Stream> stream) {
    loop.spawn([](std::unique_ptr<Stream> s, std::string& out) -> Task<void> {
      std::array<char, 64> buffer;
      while (const std::size_t n = co_await s->read_some(buffer)) {
        out = s->peer_address().to_string();
        co_await s->write("you said " + std::string(buffer.data(), n));
      }
    }(std::move(stream), peer));
  });
  server.listen("127.0.0.1", 0, {.layers = {std::make_shared<ProxyLayer>(trusting())}});
  TestClient client(server.port());
  client.send(proxy_v2(0x21, 0x11, ipv4_addresses()) + "hi");
  ASSERT_TRUE(run_turns_until(loop, [&] { return !client.silent_for(0ms); }));
  EXPECT_EQ(client.receive(11), "you said hi");
  EXPECT_EQ(peer, "192.0.2.1:56324");
}

}  // namespace
