// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/proxy_layer.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <eddy/testing/test_client.h>
#include <eddy/web/app/application.h>
#include <eddy/web/http/server.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tests/core/net/proxy_headers.h>
#include <tests/core/temporary_folder.h>
#include <tests/web/http/web_client.h>

namespace {

using eddy::Address;
using eddy::NativeLoop;
using eddy::ProxyLayer;
using eddy::core_test::ipv4_addresses;
using eddy::core_test::proxy_v2;
using eddy::core_test::value;
using eddy::testing::CapturedLog;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using eddy::testing::TestClient;
using eddy::web::HttpServer;
using eddy::web::Request;
using eddy_tests::pump_until;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";

std::string_view target_of(const Request& request) { return request.target(); }

/// What a client gets for one request on a real socket.
std::string answer_to(NativeLoop& loop, TestClient& client, std::string_view request = kGet) {
  client.send(request);
  if (!pump_until(loop, [&] { return !client.silent_for(0ms); })) return "no answer";
  return client.receive_until("/x");
}

TEST(Listening, OnAUnixSocket) {
  const eddy::core_test::TemporaryFolder folder;
  const std::string path = folder / "app.sock";
  {
    NativeLoop loop;
    HttpServer server(loop, target_of);
    EXPECT_EQ(server.url(), "");
    server.listen_unix(path, {.mode = 0660});
    EXPECT_EQ(server.url(), "http://unix:" + path);
    EXPECT_EQ(server.port(), 0);
    TestClient client(path);
    EXPECT_THAT(answer_to(loop, client), EndsWith("\r\n\r\n/x"));
    std::error_code error;
    HttpServer second(loop, target_of);
    second.listen_unix(path, error);
    EXPECT_EQ(error, std::errc::address_in_use);
    EXPECT_THROW(second.listen_unix(path), std::system_error);
    // A browser can open the other address only.
    server.listen("127.0.0.1", 0);
    EXPECT_EQ(server.url(), "http://127.0.0.1:" + std::to_string(server.port()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Listening, AnApplicationOnAUnixSocket) {
  const eddy::core_test::TemporaryFolder folder;
  const std::string path = folder / "app.sock";
  NativeLoop loop;
  eddy::web::Application app;
  app.get("/x", [] { return "/x"; });
  EXPECT_EQ(app.listen_unix(loop, path, {}, {.mode = 0600}).url(), "http://unix:" + path);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  TestClient client(path);
  EXPECT_THAT(answer_to(loop, client), EndsWith("\r\n\r\n/x"));
  std::error_code error;
  EXPECT_EQ(app.listen_unix(loop, path, error), nullptr);
  EXPECT_EQ(error, std::errc::address_in_use);
  EXPECT_NE(app.listen_unix(loop, folder / "other", error), nullptr);
  EXPECT_FALSE(error);
}

TEST(Listening, WithASocketThatWasPassed) {
  std::error_code error;
  const Address address = Address::parse("127.0.0.1", 0, error);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(fd, static_cast<const sockaddr*>(address.data()),
                   static_cast<socklen_t>(address.size())),
            0);
  NativeLoop loop;
  HttpServer server(loop, target_of);
  server.adopt(fd, error);
  EXPECT_EQ(error, std::errc::invalid_argument) << "it does not listen yet";
  ASSERT_EQ(::listen(fd, 8), 0);
  server.adopt(fd);
  TestClient client(server.port());
  EXPECT_THAT(answer_to(loop, client), EndsWith("/x"));
}

TEST(Listening, AnApplicationTakesOverASocketToo) {
  NativeLoop loop;
  eddy::web::Application app;
  app.get("/x", [] { return "/x"; });
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  std::error_code error;
  EXPECT_EQ(app.adopt(loop, fd, error), nullptr);
  EXPECT_EQ(error, std::errc::invalid_argument) << "it does not listen yet";
  EXPECT_THROW(app.adopt(loop, fd), std::system_error);
  ASSERT_EQ(::listen(fd, 8), 0);
  const eddy::web::Server* const server = app.adopt(loop, fd, error);
  ASSERT_NE(server, nullptr) << error.message();
  EXPECT_FALSE(error);
  TestClient client(server->port());
  EXPECT_THAT(answer_to(loop, client), EndsWith("/x"));
}

TEST(Listening, ThroughTheProxyProtocol) {
  NativeLoop loop;
  HttpServer server(loop, target_of);
  eddy::ProxyLayerOptions options{.trusted = {"127.0.0.1"}};
  server.listen("127.0.0.1", 0, {.layers = {std::make_shared<ProxyLayer>(std::move(options))}});
  // The request in the same packet as the header, and behind it.
  TestClient together(server.port());
  const std::string header = "PROXY TCP4 192.0.2.1 192.0.2.2 56324 80\r\n";
  EXPECT_THAT(answer_to(loop, together, header + std::string(kGet)), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer_to(loop, together), EndsWith("/x"));
  TestClient apart(server.port());
  apart.send(header);
  ASSERT_TRUE(pump_until(loop, [&] { return server.stats().connections == 2; }));
  EXPECT_THAT(answer_to(loop, apart), EndsWith("/x"));
  // Without a header there is no answer, not even a refusal.
  TestClient without(server.port());
  without.send(kGet);
  ASSERT_TRUE(pump_until(loop, [&] { return !without.silent_for(0ms); }));
  EXPECT_EQ(without.receive_all(), "");
  EXPECT_TRUE(pump_until(loop, [&] { return server.stats().connections == 2; }));
}

TEST(Listening, AProxySaysWhetherTheClientCameByTls) {
  ManualLoop loop;
  eddy::ProxyLayerOptions options{.trusted = {"0.0.0.0/0"}};
  HttpServer server(loop, [](const Request& request) { return request.protocol(); },
                    {.layers = {std::make_shared<ProxyLayer>(std::move(options))}});
  server.listen("127.0.0.1", 80);
  for (const auto& [flags, protocol] : {std::pair('\x01', "https"), std::pair('\0', "http")}) {
    ManualPeer peer = loop.system().connect(80);
    const std::string tls = std::string(1, flags) + std::string(4, '\0');
    peer.write(proxy_v2(0x21, 0x11, ipv4_addresses() + value(0x20, tls)) + std::string(kGet));
    loop.run_until_idle();
    EXPECT_THAT(peer.unread(), EndsWith(std::string("\r\n\r\n") + protocol));
  }
}

TEST(Listening, BehindAProxyEachClientHasAnAddressOfItsOwn) {
  ManualLoop loop;
  eddy::ProxyLayerOptions options{.trusted = {"0.0.0.0/0"}};
  HttpServer server(
      loop, [](const Request& request) { return request.remote_ip(); },
      {.layers = {std::make_shared<ProxyLayer>(std::move(options))}, .connections_per_address = 1});
  server.listen("127.0.0.1", 80);
  const auto connect = [&loop](const std::string& client) {
    ManualPeer peer = loop.system().connect(80);
    loop.run_until_idle();  // accepted before anything is known
    peer.write("PROXY TCP4 " + client + " 192.0.2.1 1234 80\r\n" + std::string(kGet));
    loop.run_until_idle();
    return peer;
  };
  ManualPeer first = connect("198.51.100.1");
  EXPECT_THAT(first.unread(), EndsWith("\r\n\r\n198.51.100.1"));
  ManualPeer second = connect("198.51.100.2");
  EXPECT_THAT(second.unread(), EndsWith("\r\n\r\n198.51.100.2"));
  ManualPeer again = connect("198.51.100.1");
  EXPECT_EQ(again.unread(), "");
  EXPECT_TRUE(again.closed());
  EXPECT_EQ(server.stats().shed, 1U);
  first.close();
  loop.run_until_idle();
  EXPECT_THAT(connect("198.51.100.1").unread(), EndsWith("\r\n\r\n198.51.100.1"));
}

TEST(Listening, WithoutADescriptorItAnswers503) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  HttpServer server(loop, target_of);
  server.listen("127.0.0.1", 80);
  loop.system().limit_descriptors(3);
  ManualPeer first = loop.system().connect(80);
  ManualPeer second = loop.system().connect(80);
  first.write(kGet);
  second.write(kGet);
  loop.run_until_idle();
  EXPECT_THAT(first.unread(), EndsWith("/x"));
  EXPECT_THAT(second.unread(), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(second.unread(), HasSubstr("\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(second.closed());
  log.expect(eddy::LogLevel::warning, "turned away");
}

}  // namespace
