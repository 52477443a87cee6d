// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/tcp_client.h>

#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tests/core/net/support.h>
#include <unistd.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using eddy::Address;
using eddy::ConnectOptions;
using eddy::Loop;
using eddy::Resolver;
using eddy::Stream;
using eddy::Task;
using eddy::TcpClient;
using eddy::TcpServer;
using eddy::core_test::Keeper;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using testing::ElementsAre;
using namespace std::chrono_literals;

using Family = Address::Family;
using Texts = std::vector<std::string>;

constexpr auto kSilence = std::errc::operation_in_progress;

Address ip(std::string_view host, std::uint16_t port) {
  std::error_code error;
  return Address::parse(host, port, error);
}

/// Knows some names; one without addresses is looked up for ever.
class ScriptedResolver final : public Resolver {
 public:
  using Resolver::resolve;
  Task<std::vector<Address>> resolve(std::string host, std::uint16_t port, Family family) override {
    asked_family = family;
    const auto found = names.find(host);
    if (found == names.end()) {
      throw std::system_error(std::make_error_code(std::errc::host_unreachable), "resolve " + host);
    }
    if (host == "limited.test") throw eddy::TimeoutError("a limit of its own");
    std::vector<Address> addresses;
    for (const std::string& text : found->second) addresses.push_back(ip(text, port));
    if (addresses.empty()) {
      eddy::Event never;
      co_await never.wait();
    }
    co_return addresses;
  }

  std::map<std::string, Texts> names;
  Family asked_family = Family::local;
};

/// Fails as it is told, or hangs, or lets pass.
class ScriptedLayer final : public eddy::ClientLayer {
 public:
  Task<std::unique_ptr<Stream>> open(std::unique_ptr<Stream> transport,
                                     std::string host) const override {
    hosts.push_back(host);
    if (hangs) co_await eddy::sleep(1h);
    if (fails) {
      throw std::system_error(std::make_error_code(std::errc::protocol_error), "layer " + host);
    }
    co_return transport;
  }

  mutable Texts hosts;
  bool hangs = false;
  bool fails = false;
};

class TcpClientTest : public testing::Test {
 protected:
  explicit TcpClientTest() : client_(resolver_) {}

  void host(const std::string& name, Texts addresses) {
    resolver_->names[name] = std::move(addresses);
  }
  void set(std::string_view address, std::errc result) {
    loop_.system().set_connect_result(address, result);
  }

  /// What is thrown.
  std::string error_of(const std::string& name, const ConnectOptions& options = {}) {
    try {
      stream_ = loop_.run_until(client_.connect(name, 80, options));
    } catch (const std::system_error& error) {
      code_ = error.code();
      return error.what();
    }
    return "connected";
  }

  /// "192.0.2.1 +250": who was tried, and when, in milliseconds from the first attempt.
  Texts attempts() {
    Texts texts;
    const auto& attempts = loop_.system().attempts();
    for (const auto& attempt : attempts) {
      const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(
          attempt.when - attempts.front().when);
      texts.push_back(attempt.address.host() + " +" + std::to_string(passed.count()));
    }
    return texts;
  }

  ManualLoop loop_;
  std::shared_ptr<ScriptedResolver> resolver_ = std::make_shared<ScriptedResolver>();
  TcpClient client_;
  std::unique_ptr<Stream> stream_;
  std::error_code code_;
};

// ---- One address --------------------------------------------------------------------------------

TEST_F(TcpClientTest, ConnectsToAHost) {
  host("example.test", {"192.0.2.1"});
  ManualPeer peer = loop_.system().expect_connect(80);
  EXPECT_EQ(error_of("example.test"), "connected");
  EXPECT_EQ(stream_->peer_address().to_string(), "192.0.2.1:80");
  EXPECT_EQ(resolver_->asked_family, Family::unspecified);
  EXPECT_FALSE(peer.closed());
  stream_.reset();
  EXPECT_TRUE(peer.closed());
}

TEST_F(TcpClientTest, TheResolversErrorIsItsOwn) {
  EXPECT_EQ(error_of("nowhere.test"), "resolve nowhere.test: No route to host");
}

TEST_F(TcpClientTest, ATimeOfTheResolversOwnIsNotTheWhole) {
  host("limited.test", {});
  EXPECT_EQ(error_of("limited.test"), "resolve limited.test: Connection timed out");
  EXPECT_EQ(code_, std::errc::timed_out);
}

TEST_F(TcpClientTest, OneAddressThatFailsIsNamed) {
  host("example.test", {"192.0.2.1"});
  EXPECT_EQ(error_of("example.test"),
            "connect to example.test:80: 192.0.2.1:80: Connection refused");
  EXPECT_EQ(code_, std::errc::connection_refused);
  host("192.0.2.1", {"192.0.2.1"});
  EXPECT_EQ(error_of("192.0.2.1"), "connect to 192.0.2.1:80: Connection refused");
  host("::1", {"::1"});
  EXPECT_EQ(error_of("::1"), "connect to [::1]:80: Connection refused");
}

TEST_F(TcpClientTest, TakesAnAddressToo) {
  Keeper keeper(loop_);
  keeper.server.listen(8000);
  keeper.server.listen_unix("@name");
  std::error_code error;
  stream_ = loop_.run_until(client_.connect(ip("127.0.0.1", 8000)));
  EXPECT_EQ(stream_->peer_address().to_string(), "127.0.0.1:8000");
  stream_ = loop_.run_until(client_.connect(Address::local("@name", error)));
  EXPECT_EQ(stream_->peer_address().family(), Family::local);
  EXPECT_THROW((void)client_.connect(Address()), std::system_error);
  try {
    stream_ = loop_.run_until(client_.connect(ip("127.0.0.1", 9)));
    ADD_FAILURE();
  } catch (const std::system_error& thrown) {
    EXPECT_STREQ(thrown.what(), "connect to 127.0.0.1:9: Connection refused");
  }
}

TEST_F(TcpClientTest, ANameMayBeAUnixSocket) {
  Keeper keeper(loop_);
  keeper.server.listen_unix("@name");
  const auto overrides = std::make_shared<eddy::OverrideResolver>(resolver_);
  overrides->add_unix("app.test", "@name");
  const TcpClient client(overrides);
  ConnectOptions options;
  options.family = Family::ipv4;
  options.source_address = "192.0.2.9";
  stream_ = loop_.run_until(client.connect("app.test", 80, options));
  EXPECT_EQ(stream_->peer_address().to_string(), "@name");
}

// ---- Several addresses --------------------------------------------------------------------------

TEST_F(TcpClientTest, FamiliesTakeTurnsInTheResolversOrder) {
  host("example.test", {"2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "192.0.2.2"});
  for (const char* address : {"2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1"}) {
    set(address, kSilence);
  }
  ManualPeer peer = loop_.system().expect_connect(80);
  EXPECT_EQ(error_of("example.test"), "connected");
  EXPECT_THAT(attempts(), ElementsAre("2001:db8::1 +0", "192.0.2.1 +250", "2001:db8::2 +500",
                                      "192.0.2.2 +750"));
  EXPECT_EQ(stream_->peer_address().to_string(), "192.0.2.2:80");
  EXPECT_EQ(loop_.system().open_descriptors(), 1U) << "the others are closed";
}

TEST_F(TcpClientTest, OneThatFailsMakesRoomAtOnce) {
  host("example.test", {"192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"});
  set("192.0.2.1", std::errc::network_unreachable);
  set("2001:db8::1", kSilence);
  (void)loop_.system().expect_connect(80);
  set("192.0.2.2", std::errc::connection_refused);
  EXPECT_EQ(error_of("example.test"), "connected");
  EXPECT_THAT(attempts(),
              ElementsAre("192.0.2.1 +0", "2001:db8::1 +0", "192.0.2.2 +250", "2001:db8::2 +250"));
  EXPECT_EQ(stream_->peer_address().to_string(), "[2001:db8::2]:80");
  EXPECT_EQ(loop_.system().open_descriptors(), 1U);
}

TEST_F(TcpClientTest, TheFirstIsEnough) {
  host("example.test", {"192.0.2.1", "2001:db8::1"});
  (void)loop_.system().expect_connect(80);
  EXPECT_EQ(error_of("example.test"), "connected");
  loop_.advance(1h);
  EXPECT_THAT(attempts(), ElementsAre("192.0.2.1 +0"));
}

TEST_F(TcpClientTest, OneThatIsConnectedTooLateIsClosed) {
  host("example.test", {"192.0.2.1", "2001:db8::1"});
  ManualPeer first = loop_.system().expect_connect(80);
  ManualPeer second = loop_.system().expect_connect(80);
  ConnectOptions options;
  options.attempt_delay = 0ms;
  EXPECT_EQ(error_of("example.test", options), "connected");
  EXPECT_EQ(loop_.system().open_descriptors(), 1U);
  EXPECT_EQ(loop_.system().attempts().size(), 2U);
  EXPECT_NE(first.closed(), second.closed());
}

TEST_F(TcpClientTest, WhenAllFailEachIsNamed) {
  host("example.test", {"192.0.2.1", "2001:db8::1", "192.0.2.2"});
  set("192.0.2.1", std::errc::host_unreachable);
  set("2001:db8::1", std::errc::network_unreachable);
  EXPECT_EQ(error_of("example.test"),
            "connect to example.test:80: 192.0.2.1:80: No route to host; [2001:db8::1]:80: Network "
            "is unreachable; 192.0.2.2:80: Connection refused");
  EXPECT_EQ(code_, std::errc::connection_refused);
  EXPECT_EQ(loop_.system().open_descriptors(), 0U);
  EXPECT_THAT(attempts(), ElementsAre("192.0.2.1 +0", "2001:db8::1 +0", "192.0.2.2 +0"));
}

TEST_F(TcpClientTest, TheDelayIsTheProgramsToSay) {
  host("example.test", {"192.0.2.1", "192.0.2.2"});
  set("192.0.2.1", kSilence);
  (void)loop_.system().expect_connect(80);
  ConnectOptions options;
  options.attempt_delay = 1s;
  EXPECT_EQ(error_of("example.test", options), "connected");
  EXPECT_THAT(attempts(), ElementsAre("192.0.2.1 +0", "192.0.2.2 +1000"));
}

TEST_F(TcpClientTest, AddressesBeyondTheMostAreNotTried) {
  host("example.test", {"192.0.2.1", "192.0.2.2", "192.0.2.3"});
  ConnectOptions options;
  options.max_addresses = 2;
  EXPECT_EQ(error_of("example.test", options),
            "connect to example.test:80: 192.0.2.1:80: Connection refused; 192.0.2.2:80: "
            "Connection refused");
}

TEST_F(TcpClientTest, OutOfDescriptorsIsAnErrorLikeAnother) {
  host("example.test", {"192.0.2.1", "2001:db8::1"});
  loop_.system().limit_descriptors(0);
  EXPECT_EQ(error_of("example.test"),
            "connect to example.test:80: 192.0.2.1:80: Too many open files; [2001:db8::1]:80: Too "
            "many open files");
}

// ---- Families and sources -----------------------------------------------------------------------

TEST_F(TcpClientTest, OnlyTheFamilyThatIsAskedFor) {
  host("example.test", {"192.0.2.1", "2001:db8::1"});
  ConnectOptions options;
  options.family = Family::ipv6;
  EXPECT_EQ(error_of("example.test", options),
            "connect to example.test:80: [2001:db8::1]:80: Connection refused");
  EXPECT_EQ(resolver_->asked_family, Family::ipv6);
  host("example.test", {"192.0.2.1"});
  EXPECT_EQ(error_of("example.test", options),
            "connect to example.test:80: no address of the family that was asked for: Address "
            "family not supported by protocol");
}

TEST_F(TcpClientTest, ASourceLeavesItsFamilyOnly) {
  host("example.test", {"2001:db8::1", "192.0.2.1", "192.0.2.2"});
  ConnectOptions options;
  options.source_address = "192.0.2.9";
  options.source_port = 4000;
  EXPECT_THAT(error_of("example.test", options), testing::HasSubstr("192.0.2.2:80: Connection"));
  EXPECT_EQ(resolver_->asked_family, Family::ipv4);
  ASSERT_THAT(attempts(), ElementsAre("192.0.2.1 +0", "192.0.2.2 +0"));
  for (const auto& attempt : loop_.system().attempts()) {
    EXPECT_EQ(attempt.source.to_string(), "192.0.2.9:4000");
  }
  options.source_address = "::1";
  host("example.test", {"192.0.2.1"});
  EXPECT_EQ(error_of("example.test", options),
            "connect to example.test:80 from ::1: no address of its family: Address family not "
            "supported by protocol");
  options.source_address = "eth0";
  EXPECT_EQ(error_of("example.test", options),
            "connect from 'eth0', which is no numeric address: Invalid argument");
}

TEST_F(TcpClientTest, ASourcePortAloneIsOfAnyAddress) {
  host("example.test", {"2001:db8::1", "192.0.2.1"});
  ConnectOptions options;
  options.source_port = 4000;
  (void)error_of("example.test", options);
  Texts sources;
  for (const auto& attempt : loop_.system().attempts()) {
    sources.push_back(attempt.source.to_string());
  }
  EXPECT_THAT(sources, ElementsAre("[::]:4000", "0.0.0.0:4000"));
}

// ---- The end before the end ---------------------------------------------------------------------

TEST_F(TcpClientTest, TheTimeIsForTheNameToo) {
  host("slow.test", {});
  ConnectOptions options;
  options.timeout = 1500ms;
  const eddy::TimePoint before = loop_.now();
  EXPECT_EQ(error_of("slow.test", options),
            "connect to slow.test:80: the name has not been looked up within 1500 ms: Connection "
            "timed out");
  EXPECT_EQ(code_, std::errc::timed_out);
  EXPECT_EQ(loop_.now() - before, 1500ms);
}

TEST_F(TcpClientTest, TheTimeIsForTheConnection) {
  host("example.test", {"192.0.2.1", "2001:db8::1", "192.0.2.2"});
  set("192.0.2.1", kSilence);
  set("192.0.2.2", kSilence);
  const eddy::TimePoint before = loop_.now();
  EXPECT_EQ(error_of("example.test"),
            "connect to example.test:80: [2001:db8::1]:80: Connection refused; nothing from "
            "192.0.2.1:80, 192.0.2.2:80 within 20 s: Connection timed out");
  EXPECT_EQ(code_, std::errc::timed_out);
  EXPECT_EQ(loop_.now() - before, 20s);
  EXPECT_EQ(loop_.system().open_descriptors(), 0U);
  host("example.test", {"192.0.2.1"});
  EXPECT_EQ(error_of("example.test"),
            "connect to example.test:80: nothing from 192.0.2.1:80 within 20 s: Connection timed "
            "out");
}

TEST_F(TcpClientTest, WithoutATimeItWaits) {
  host("example.test", {"192.0.2.1"});
  loop_.system().hold_connects();
  ConnectOptions options;
  options.timeout = eddy::Duration::zero();
  eddy::TaskGroup group(loop_);
  group.spawn([](const TcpClient& client, ConnectOptions how) -> Task<void> {
    (void)co_await client.connect("example.test", 80, how);
  }(client_, options));
  loop_.advance(24h);
  EXPECT_EQ(group.size(), 1U);
  group.request_stop();
  loop_.run_until_idle();
  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(loop_.system().open_descriptors(), 0U);
}

Task<void> connect_only(const TcpClient& client, std::string host) {
  (void)co_await client.connect(std::move(host), 80);
}

TEST_F(TcpClientTest, AStopAtAnyTimeClosesEverything) {
  host("example.test", {"192.0.2.1", "2001:db8::1", "192.0.2.2"});
  host("slow.test", {});
  loop_.system().hold_connects();
  for (const char* name : {"example.test", "slow.test"}) {
    for (const auto time : {0ms, 1ms, 250ms, 500ms, 5000ms}) {
      eddy::TaskGroup group(loop_);
      group.spawn(connect_only(client_, name));
      if (time > 0ms) loop_.advance(time);
      group.request_stop();
      loop_.run_until_idle();
      EXPECT_EQ(group.size(), 0U) << name << time.count();
      EXPECT_EQ(loop_.system().open_descriptors(), 0U) << name << time.count();
    }
  }
}

TEST_F(TcpClientTest, ToDestroyTheTaskAtAnyTimeClosesEverything) {
  host("example.test", {"192.0.2.1", "2001:db8::1", "192.0.2.2"});
  host("slow.test", {});
  loop_.system().hold_connects();
  for (const char* name : {"example.test", "slow.test"}) {
    for (const auto time : {0ms, 1ms, 250ms, 500ms, 5000ms}) {
      {
        eddy::TaskGroup group(loop_);
        group.spawn(connect_only(client_, name));
        if (time > 0ms) loop_.advance(time);
      }
      EXPECT_EQ(loop_.system().open_descriptors(), 0U) << name << time.count();
      loop_.run_until_idle();
    }
  }
}

TEST(TcpClientLoop, MayBeDestroyedMeanwhile) {
  const auto resolver = std::make_shared<ScriptedResolver>();
  resolver->names["example.test"] = {"192.0.2.1", "2001:db8::1"};
  for (const auto time : {0ms, 1ms, 300ms}) {
    const auto system = std::make_shared<eddy::testing::ManualSystem>();
    system->hold_connects();
    std::optional<TcpClient> client(resolver);
    {
      ManualLoop loop(system);
      loop.spawn(connect_only(*client, "example.test"));
      loop.run_until_idle();
      client.reset();
      if (time > 0ms) loop.advance(time);
      EXPECT_GE(system->open_descriptors(), 1U);
    }
    EXPECT_EQ(system->open_descriptors(), 0U);
  }
}

// ---- Layers -------------------------------------------------------------------------------------

TEST_F(TcpClientTest, ALayerComesInBetween) {
  host("example.test", {"192.0.2.1"});
  const auto layer = std::make_shared<ScriptedLayer>();
  ConnectOptions options;
  options.layer = layer;
  (void)loop_.system().expect_connect(80);
  EXPECT_EQ(error_of("example.test", options), "connected");
  options.server_name = "another.test";
  (void)loop_.system().expect_connect(80);
  EXPECT_EQ(error_of("example.test", options), "connected");
  EXPECT_THAT(layer->hosts, ElementsAre("example.test", "another.test"));

  layer->fails = true;
  ManualPeer peer = loop_.system().expect_connect(80);
  EXPECT_EQ(error_of("example.test", options), "layer another.test: Protocol error");
  EXPECT_TRUE(peer.closed());

  layer->hangs = true;
  peer = loop_.system().expect_connect(80);
  EXPECT_EQ(error_of("example.test", options),
            "connect to example.test:80: connected, but the handshake has not ended within 20 s: "
            "Connection timed out");
  EXPECT_TRUE(peer.closed());
}

// ---- Real sockets -------------------------------------------------------------------------------

/// What `stream` says until its end.
Task<std::string> all_of(Stream& stream) {
  std::string all;
  std::array<char, 64> buffer;
  while (const std::size_t n = co_await stream.read_some(buffer)) all.append(buffer.data(), n);
  co_return all;
}

Task<std::string> ask(const TcpClient& client, std::string host, std::uint16_t port,
                      ConnectOptions options) {
  const std::unique_ptr<Stream> stream =
      co_await client.connect(std::move(host), port, std::move(options));
  co_return co_await all_of(*stream);
}

/// Tells each client where it comes from.
TcpServer::OnConnection tell_peers(Loop& loop) {
  return [&loop](std::unique_ptr<Stream> stream) {
    loop.spawn([](std::unique_ptr<Stream> client) -> Task<void> {
      co_await client->write(client->peer_address().to_string());
    }(std::move(stream)));
  };
}

TEST(TcpClientOnSockets, ReachesLocalhostByTheFamilyThatAnswers) {
  eddy::NativeLoop loop;
  TcpServer server(loop, tell_peers(loop));
  server.listen("127.0.0.1", 0);
  const TcpClient client;
  EXPECT_THAT(loop.run_until(ask(client, "localhost", server.port(), {})),
              testing::StartsWith("127.0.0.1:"));
  const std::uint16_t port = server.port();
  server.stop();
  const std::string refused = std::to_string(port) + ": Connection refused";
  EXPECT_THAT(eddy::core_test::text_of_error(
                  [&] { (void)loop.run_until(ask(client, "localhost", port, {})); }),
              testing::AllOf(testing::HasSubstr("connect to localhost:"),
                             testing::EndsWith("127.0.0.1:" + refused)));
}

TEST(TcpClientOnSockets, ComesFromWhereItIsTold) {
  eddy::NativeLoop loop;
  TcpServer server(loop, tell_peers(loop));
  server.listen("127.0.0.1", 0);
  const TcpClient client;
  ConnectOptions options;
  options.source_address = "127.0.0.2";
  EXPECT_THAT(loop.run_until(ask(client, "127.0.0.1", server.port(), options)),
              testing::StartsWith("127.0.0.2:"));
  // A port that was free a moment ago, and again while the system still remembers the connection.
  const std::string seen = loop.run_until(ask(client, "127.0.0.1", server.port(), options));
  const int number = std::stoi(seen.substr(seen.find(':') + 1));
  options.source_port = static_cast<std::uint16_t>(number);
  options.source_address = "127.0.0.3";
  for (int i = 0; i < 2; ++i) {
    TcpServer another(loop, tell_peers(loop));
    another.listen("127.0.0.1", 0);
    EXPECT_EQ(loop.run_until(ask(client, "127.0.0.1", another.port(), options)),
              "127.0.0.3:" + std::to_string(number));
  }
  options.source_address = "192.0.2.1";
  EXPECT_EQ(eddy::core_test::text_of_error(
                [&] { (void)loop.run_until(ask(client, "127.0.0.1", server.port(), options)); }),
            "connect to 127.0.0.1:" + std::to_string(server.port()) +
                ": Cannot assign requested address");
}

TEST(TcpClientOnSockets, ConnectTakesASource) {
  eddy::NativeLoop loop;
  TcpServer server(loop, tell_peers(loop));
  server.listen("127.0.0.1", 0);
  const std::string seen = loop.run_until([](Address to) -> Task<std::string> {
    const std::unique_ptr<Stream> stream = co_await eddy::connect(to, ip("127.0.0.4", 0));
    co_return co_await all_of(*stream);
  }(server.addresses().front()));
  EXPECT_THAT(seen, testing::StartsWith("127.0.0.4:"));
}

TEST(TcpClientOnSockets, PassesByAnAddressThatDoesNotAnswer) {
  // A listening socket whose queue is full answers no more: its loop does not run.
  eddy::NativeLoop idle;
  eddy::ListenOptions options;
  options.backlog = 1;
  TcpServer silent(idle, [](const std::unique_ptr<Stream>&) {});
  silent.listen("127.0.0.5", 0, options);
  eddy::NativeLoop loop;
  TcpServer server(loop, tell_peers(loop));
  server.listen("127.0.0.1", silent.port());
  std::vector<std::unique_ptr<Stream>> fill;
  try {
    while (fill.size() < 10) {
      auto one = [](Address to) -> Task<std::unique_ptr<Stream>> {
        co_return co_await eddy::connect(to);
      }(silent.addresses().front());
      fill.push_back(loop.run_until(eddy::with_timeout(100ms, std::move(one))));
    }
    FAIL() << "nothing fills the queue";
  } catch (const eddy::TimeoutError&) {  // NOLINT(bugprone-empty-catch): full
  }
  const auto resolver = std::make_shared<ScriptedResolver>();
  resolver->names["example.test"] = {"127.0.0.5", "127.0.0.1"};
  const TcpClient client(resolver);
  ConnectOptions how;
  how.attempt_delay = 10ms;
  EXPECT_THAT(loop.run_until(ask(client, "example.test", server.port(), how)),
              testing::StartsWith("127.0.0.1:"));
}

}  // namespace
