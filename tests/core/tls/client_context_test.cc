// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/client_context.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tests/core/tls/memory_peers.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using eddy::Address;
using eddy::ConnectOptions;
using eddy::Stream;
using eddy::Task;
using eddy::TcpClient;
using eddy::TcpServer;
using eddy::tls::ClientContext;
using eddy::tls::ClientContextOptions;
using eddy::tls::Condition;
using eddy::tls::Errc;
using eddy::tls::ServerContext;
using eddy::tls::ServerContextOptions;
using eddy_tests::Authority;
using eddy_tests::CertificateWish;
using eddy_tests::localhost_options;
using eddy_tests::MadeCertificate;
using eddy_tests::self_signed;
using eddy_tests::test_authority;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::uint16_t kPort = 443;

Task<void> serve(std::unique_ptr<Stream> stream) {
  try {
    co_await stream->write("name=");
    // Known now that the handshake has ended.
    co_await stream->write(std::string(stream->tls()->server_name()));
    stream->shutdown_write();
    std::array<char, 16> buffer;
    while (co_await stream->read_some(buffer) > 0) {
    }
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): the client says why
  }
}

/// Every name is this machine, where a TLS server listens.
class TlsClientTest : public testing::Test {
 protected:
  TlsClientTest() {
    for (const char* name : {"localhost.test", "example.test", "a.wild.test"}) {
      names_->add(name, "127.0.0.1");
    }
    loop_.set_log_sink(log_.sink());
  }

  void listen(const ServerContextOptions& options) {
    context_ = std::make_unique<ServerContext>(options);
    listen([this](std::unique_ptr<Stream> stream) {
      loop_.spawn(serve(context_->accept(std::move(stream))));
    });
  }
  void listen(const MadeCertificate& certificate) {
    listen(ServerContextOptions{.certificates = {certificate.as_text()}});
  }
  void listen(const CertificateWish& wish) { listen(test_authority().issue(wish)); }
  void listen(TcpServer::OnConnection on_connection) {
    server_ = std::make_unique<TcpServer>(loop_, std::move(on_connection));
    server_->listen(kPort);
  }

  static ClientContextOptions trusting(const Authority& authority = test_authority()) {
    ClientContextOptions options;
    options.ca_pem = authority.certificate();
    return options;
  }

  Task<std::unique_ptr<Stream>> connect(std::string host,
                                        ClientContextOptions options = trusting()) {
    ConnectOptions how;
    how.layer = std::make_shared<ClientContext>(options);
    how.timeout = timeout_;
    const TcpClient client(names_);
    return client.connect(std::move(host), kPort, how);
  }
  /// What the server says.
  std::string hear(std::string host, ClientContextOptions options = trusting()) {
    return loop_.run_until([](Task<std::unique_ptr<Stream>> task) -> Task<std::string> {
      const std::unique_ptr<Stream> stream = co_await std::move(task);
      EXPECT_TRUE(stream->tls()->established());
      std::string all;
      std::array<char, 100> buffer;
      while (const std::size_t n = co_await stream->read_some(buffer)) all.append(buffer.data(), n);
      co_return all;
    }(connect(std::move(host), std::move(options))));
  }
  /// What is thrown.
  std::string error_of(std::string host, ClientContextOptions options = trusting()) {
    code_.clear();
    try {
      (void)hear(std::move(host), std::move(options));
    } catch (const std::system_error& error) {
      code_ = error.code();
      return error.what();
    }
    return "connected";
  }

  eddy::testing::CapturedLog log_;
  eddy::testing::ManualLoop loop_;
  std::shared_ptr<eddy::OverrideResolver> names_ =
      std::make_shared<eddy::OverrideResolver>(std::make_shared<eddy::ThreadedResolver>());
  std::unique_ptr<ServerContext> context_;
  std::unique_ptr<TcpServer> server_;
  eddy::Duration timeout_ = 20s;
  std::error_code code_;
};

// ---- Who the server is --------------------------------------------------------------------------

TEST_F(TlsClientTest, TellsNamesAndNoAddresses) {
  listen(CertificateWish{.names = "DNS:localhost.test,DNS:*.wild.test,IP:127.0.0.1,IP:::1"});
  EXPECT_EQ(hear("localhost.test"), "name=localhost.test");
  EXPECT_EQ(hear("localhost.test."), "name=localhost.test");
  EXPECT_EQ(hear("a.wild.test"), "name=a.wild.test");
  EXPECT_EQ(hear("127.0.0.1"), "name=");
  EXPECT_EQ(hear("::1"), "name=");
}

TEST_F(TlsClientTest, AnotherNameIsRefused) {
  listen(CertificateWish{.names = "DNS:localhost,IP:127.0.0.1,DNS:*.wild.test"});
  EXPECT_EQ(error_of("example.test"),
            "TLS with example.test (its certificate is for localhost, 127.0.0.1, *.wild.test): the "
            "peer's certificate is for another name");
  EXPECT_EQ(code_, Errc::certificate_wrong_name);
  EXPECT_EQ(code_, Condition::certificate);
  EXPECT_EQ(error_of("::1"),
            "TLS with ::1 (its certificate is for localhost, 127.0.0.1, *.wild.test): the peer's "
            "certificate is for another name");
  EXPECT_EQ(code_, Errc::certificate_wrong_name);
}

TEST_F(TlsClientTest, WhatACertificateSaysIsHarmlessAndShort) {
  std::string many = "DNS:1.test";
  for (int i = 2; i < 10; ++i) many += ",DNS:" + std::to_string(i) + ".test";
  listen(CertificateWish{.names = many});
  EXPECT_THAT(error_of("example.test"),
              HasSubstr("for 1.test, 2.test, 3.test, 4.test, 5.test and others)"));
  listen(CertificateWish{.common_name = "evil\n\x1b[1m", .names = ""});
  const std::string text = error_of("example.test");
  EXPECT_THAT(text, StartsWith("TLS with example.test (its certificate is for CN=evil"));
  for (const char c : text) EXPECT_TRUE(c >= ' ' && c <= '~') << text;
}

TEST_F(TlsClientTest, ItsTimeMayBeOver) {
  listen(CertificateWish{.names = "DNS:example.test", .valid_from = -48h, .valid_until = -24h});
  EXPECT_THAT(error_of("example.test"),
              MatchesRegex("TLS with example.test \\(its certificate was valid until .* GMT\\): "
                           "the peer's certificate has expired"));
  log_.expect(eddy::LogLevel::warning, "expired on");
  EXPECT_EQ(code_, Errc::certificate_expired);
  EXPECT_EQ(code_, Condition::certificate);
}

TEST_F(TlsClientTest, ItsAuthoritysTimeMayBeOver) {
  const Authority old("Old authority", -24h);
  listen(old.issue({.names = "DNS:example.test"}));
  EXPECT_THAT(error_of("example.test", trusting(old)),
              MatchesRegex("TLS with example.test \\(the authority CN=Old authority was valid "
                           "until .* GMT\\): the peer's certificate has expired"));
  EXPECT_EQ(code_, Errc::certificate_expired);
}

TEST_F(TlsClientTest, ItsTimeMayNotHaveCome) {
  listen(CertificateWish{.names = "DNS:example.test", .valid_from = 12h});
  EXPECT_THAT(error_of("example.test"),
              MatchesRegex("TLS with example.test \\(its certificate is valid from .* GMT\\): the "
                           "peer's certificate is not valid yet"));
  log_.expect(eddy::LogLevel::warning, "is not valid before");
  EXPECT_EQ(code_, Errc::certificate_not_yet_valid);
  EXPECT_EQ(code_, Condition::certificate);
}

TEST_F(TlsClientTest, ItsAuthorityMustBeTrusted) {
  const Authority stranger("A stranger");
  listen(stranger.issue({.names = "DNS:example.test"}));
  EXPECT_EQ(error_of("example.test"),
            "TLS with example.test (its certificate is signed by CN=A stranger): the peer's "
            "certificate is signed by an authority that is not trusted");
  EXPECT_EQ(code_, Errc::certificate_untrusted);
  EXPECT_EQ(code_, Condition::certificate);
  // By default that is whom the system trusts.
  EXPECT_THAT(error_of("example.test", {}), HasSubstr("not trusted"));
  EXPECT_EQ(code_, Errc::certificate_untrusted);
}

// Its signature is not that of the one that is trusted.
TEST_F(TlsClientTest, AnAuthorityOfTheSameNameIsNotTheSame) {
  const Authority trusted("The same name");
  const Authority another("The same name");
  listen(another.issue({.names = "DNS:example.test"}));
  EXPECT_EQ(error_of("example.test", trusting(trusted)),
            "TLS with example.test (its certificate is signed by CN=The same name): the peer's "
            "certificate is signed by an authority that is not trusted");
  EXPECT_EQ(code_, Errc::certificate_untrusted);
}

TEST_F(TlsClientTest, ACertificateCannotVouchForItself) {
  const MadeCertificate own =
      self_signed({.common_name = "example.test", .names = "DNS:example.test"});
  listen(own);
  EXPECT_EQ(error_of("example.test"),
            "TLS with example.test (its certificate is signed by CN=example.test): the peer's "
            "certificate is signed by itself and not trusted");
  EXPECT_EQ(code_, Errc::certificate_self_signed);
  EXPECT_EQ(code_, Condition::certificate);
  ClientContextOptions trusting_it;
  trusting_it.ca_pem = own.certificate;
  EXPECT_EQ(hear("example.test", trusting_it), "name=example.test");
}

TEST_F(TlsClientTest, WithoutVerificationAnybodyWillDo) {
  listen(self_signed({.names = "DNS:another.test"}));
  ClientContextOptions options;
  options.verify = false;
  EXPECT_EQ(hear("example.test", options), "name=example.test");
}

TEST_F(TlsClientTest, TheServerMayBeCalledOtherwise) {
  listen(CertificateWish{.names = "DNS:example.test"});
  ConnectOptions options;
  options.layer = std::make_shared<ClientContext>(trusting());
  options.server_name = "example.test";
  const TcpClient client(names_);
  std::error_code none;
  const auto stream =
      loop_.run_until(client.connect(Address::parse("127.0.0.1", kPort, none), options));
  EXPECT_EQ(stream->tls()->server_name(), "example.test");
}

// ---- What else goes wrong -----------------------------------------------------------------------

TEST_F(TlsClientTest, AServerWithoutTlsIsSaidToBeOne) {
  listen([this](std::unique_ptr<Stream> stream) {
    loop_.spawn([](std::unique_ptr<Stream> plain) -> Task<void> {
      co_await plain->write("HTTP/1.1 400 Bad Request\r\n\r\n");
    }(std::move(stream)));
  });
  EXPECT_EQ(error_of("example.test"),
            "TLS with example.test (wrong version number): the peer does not speak TLS");
  EXPECT_EQ(code_, Errc::plain_text);
  EXPECT_NE(code_, Condition::certificate);
}

TEST_F(TlsClientTest, AServerMayGoOrRefuse) {
  listen([](const std::unique_ptr<Stream>&) {});
  EXPECT_THAT(error_of("example.test"), StartsWith("TLS with example.test: "));
  ServerContextOptions options = localhost_options();
  listen(options);
  ClientContextOptions other = trusting();
  other.application_protocols = {"h2"};
  EXPECT_EQ(error_of("example.test", other),
            "TLS with example.test (tlsv1 alert no application protocol): the peer refused TLS");
  EXPECT_EQ(code_, Errc::refused_by_peer);
}

TEST_F(TlsClientTest, ASilentServerHasItsTime) {
  std::vector<std::unique_ptr<Stream>> silent;
  listen([&](std::unique_ptr<Stream> stream) { silent.push_back(std::move(stream)); });
  const eddy::TimePoint before = loop_.now();
  EXPECT_EQ(error_of("example.test"), "TLS with example.test: Connection timed out");
  EXPECT_EQ(code_, std::errc::timed_out);
  EXPECT_EQ(loop_.now() - before, 10s) << "handshake_timeout";
  timeout_ = 3s;
  EXPECT_EQ(error_of("example.test"),
            "connect to example.test:443: connected, but the handshake has not ended within 3 s: "
            "Connection timed out");
  EXPECT_EQ(code_, std::errc::timed_out);
  silent.clear();
  EXPECT_EQ(loop_.system().open_descriptors(), 2U) << "those that listen";
}

TEST_F(TlsClientTest, ImpossibleNamesAreRefused) {
  listen(localhost_options());
  names_->add(std::string(256, 'x'), "127.0.0.1");
  EXPECT_THAT(error_of(std::string(256, 'x')), HasSubstr("can't be the name of a TLS server"));
  EXPECT_EQ(code_, std::errc::invalid_argument);
  loop_.run_until_idle();
  EXPECT_EQ(loop_.system().open_descriptors(), 2U);
  std::error_code error;
  ClientContextOptions wrong;
  wrong.ca_file = "/nowhere";
  const auto context = std::make_shared<ClientContext>(wrong, error);
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
  ConnectOptions options;
  options.layer = context;
  const TcpClient client(names_);
  EXPECT_THROW((void)loop_.run_until(client.connect("example.test", kPort, options)),
               std::system_error);
}

TEST_F(TlsClientTest, AStopClosesTheConnection) {
  std::vector<std::unique_ptr<Stream>> silent;
  listen([&](std::unique_ptr<Stream> stream) { silent.push_back(std::move(stream)); });
  eddy::TaskGroup group(loop_);
  const auto connect_only = [](Task<std::unique_ptr<Stream>> task) -> Task<void> {
    (void)co_await std::move(task);
  };
  group.spawn(connect_only(connect("example.test")));
  loop_.run_until_idle();
  ASSERT_EQ(silent.size(), 1U);
  EXPECT_EQ(group.size(), 1U);
  group.request_stop();
  loop_.run_until_idle();
  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(loop_.system().open_descriptors(), 3U) << "the server's end";
}

TEST(TlsClientLoop, MayBeDestroyedDuringTheHandshake) {
  const auto system = std::make_shared<eddy::testing::ManualSystem>();
  std::vector<std::unique_ptr<Stream>> silent;
  {
    eddy::testing::ManualLoop loop(system);
    TcpServer server(loop, [&](std::unique_ptr<Stream> s) { silent.push_back(std::move(s)); });
    server.listen(kPort);
    ConnectOptions options;
    options.layer = std::make_shared<ClientContext>();
    const TcpClient client;
    loop.spawn([](TcpClient by, ConnectOptions how) -> Task<void> {
      (void)co_await by.connect("127.0.0.1", kPort, how);
    }(client, options));
    loop.run_until_idle();
    EXPECT_EQ(silent.size(), 1U);
  }
  silent.clear();
  EXPECT_EQ(system->open_descriptors(), 0U);
}

}  // namespace
