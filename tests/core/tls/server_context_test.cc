// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/server_context.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <tests/core/temporary_folder.h>
#include <tests/core/tls/memory_peers.h>
#include <tests/core/tls/raw_client.h>

namespace {

using eddy::core_test::TemporaryFolder;
using eddy::tls::Certificate;
using eddy::tls::ClientCertificates;
using eddy::tls::ClientContextOptions;
using eddy::tls::Errc;
using eddy::tls::ServerContext;
using eddy::tls::ServerContextOptions;
using eddy_tests::Authority;
using eddy_tests::Contexts;
using eddy_tests::localhost_options;
using eddy_tests::MadeCertificate;
using eddy_tests::MemoryPeers;
using eddy_tests::RawTlsClient;
using eddy_tests::StreamUser;
using eddy_tests::test_authority;
using testing::StartsWith;
using namespace std::chrono_literals;

// ---- Handshakes ---------------------------------------------------------------------------------

/// A server in memory and clients of every kind.
class Handshakes : public testing::Test {
 protected:
  /// Connects and lets both go on until nothing moves. The server says "hello" first.
  RawTlsClient& connect(ServerContext& context, const RawTlsClient::Options& options = {}) {
    client_.reset();
    auto opened = loop_.system().open_connection();
    server_ = std::make_unique<StreamUser>(context.accept(eddy::internal::make_socket_stream(
        eddy::internal::core_of(loop_), opened.fd, eddy::Address())));
    server_->write("hello");
    peer_ = opened.peer;
    client_ = std::make_unique<RawTlsClient>(opened.peer, options);
    exchange();
    return *client_;
  }
  void exchange() {
    for (int i = 0; i < 20; ++i) {
      client_->go_on();
      loop_.run_until_idle();
    }
  }

  eddy::testing::ManualLoop loop_;
  std::unique_ptr<StreamUser> server_;
  eddy::testing::ManualPeer peer_;
  std::unique_ptr<RawTlsClient> client_;
};

TEST_F(Handshakes, OldVersionsAreRefused) {
  ServerContext context(localhost_options());
  EXPECT_EQ(connect(context, {.max_version = TLS1_1_VERSION}).received(), "");
  EXPECT_EQ(server_->error(), Errc::protocol_error);
  EXPECT_EQ(connect(context, {.max_version = TLS1_2_VERSION}).received(), "hello");
  EXPECT_EQ(server_->stream().tls()->version(), "TLSv1.2");
  EXPECT_THAT(std::string(server_->stream().tls()->cipher()), StartsWith("TLS_ECDHE_"));

  ServerContextOptions options = localhost_options();
  options.min_version = eddy::tls::Version::tls1_3;
  ServerContext strict(options);
  EXPECT_EQ(connect(strict, {.max_version = TLS1_2_VERSION}).received(), "");
  EXPECT_EQ(connect(strict).received(), "hello");
}

TEST_F(Handshakes, TheCertificateIsChosenByName) {
  const auto named = [](const char* common_name, const char* names, bool rsa = false) {
    return test_authority().issue({common_name, names, rsa}).as_text();
  };
  ServerContext context(
      {.certificates = {named("first", "DNS:first.example"), named("wild", "DNS:*.b.example"),
                        named("exact", "DNS:a.b.example,DNS:c.example"),
                        named("exact", "DNS:a.b.example,DNS:c.example", true)}});
  const auto served = [&](const char* name) {
    return connect(context, {.server_name = name}).server_common_name();
  };
  EXPECT_EQ(served(nullptr), "first");
  EXPECT_EQ(served("unknown.example"), "first");
  EXPECT_EQ(served("a.b.example"), "exact");
  EXPECT_EQ(served("A.B.Example"), "exact");
  EXPECT_EQ(served("c.example"), "exact");
  EXPECT_EQ(served("other.b.example"), "wild");
  EXPECT_EQ(served("too.deep.b.example"), "first");
  EXPECT_EQ(served("b.example"), "first");
  EXPECT_EQ(client_->received(), "hello");

  // Two kinds of key under the same names.
  connect(context, {.server_name = "c.example", .signatures = "RSA-PSS+SHA256"});
  EXPECT_EQ(client_->server_key_kind(), EVP_PKEY_RSA);
  connect(context, {.server_name = "c.example", .signatures = "ECDSA+SHA256"});
  EXPECT_EQ(client_->server_key_kind(), EVP_PKEY_EC);
}

TEST_F(Handshakes, AProtocolInCommonIsNeededWhereAnyIsNamed) {
  Contexts contexts(localhost_options(), {.application_protocols = {"spdy/1", "http/1.1"}});
  MemoryPeers peers(contexts);
  peers.exchange();
  EXPECT_EQ(peers.client->stream().tls()->application_protocol(), "http/1.1");

  Contexts strangers(localhost_options(), {.application_protocols = {"h2"}});
  MemoryPeers refused(strangers);
  refused.exchange();
  EXPECT_EQ(refused.server->error(), Errc::protocol_error);
  EXPECT_EQ(refused.client->error(), Errc::refused_by_peer);

  Contexts silent(localhost_options(), {.application_protocols = {}});
  MemoryPeers accepted(silent);
  accepted.exchange();
  EXPECT_TRUE(accepted.server->stream().tls()->established());
  EXPECT_EQ(accepted.server->stream().tls()->application_protocol(), "");
}

TEST_F(Handshakes, TheClientChecksWhoTheServerIs) {
  const auto error_for = [](const Contexts& made, const char* host) {
    auto& contexts = const_cast<Contexts&>(made);
    MemoryPeers peers(contexts, host);
    peers.client->write("secret");
    peers.exchange();
    if (peers.client->error()) {
      EXPECT_EQ(peers.server->error(), Errc::refused_by_peer);
    }
    EXPECT_EQ(peers.server->received(), peers.client->error() ? "" : "secret");
    return peers.client->error();
  };
  EXPECT_FALSE(error_for(Contexts(), "localhost"));
  EXPECT_FALSE(error_for(Contexts(), "localhost."));
  EXPECT_FALSE(error_for(Contexts(), "127.0.0.1"));
  EXPECT_EQ(error_for(Contexts(), "127.0.0.2"), Errc::certificate_wrong_name);
  EXPECT_EQ(error_for(Contexts(), "example.com"), Errc::certificate_wrong_name);
  const Authority stranger("a stranger");
  EXPECT_EQ(
      error_for(Contexts(localhost_options(), {.ca_pem = stranger.certificate()}), "localhost"),
      Errc::certificate_untrusted);
  EXPECT_FALSE(error_for(Contexts(localhost_options(), {.verify = false}), "example.com"));
}

TEST_F(Handshakes, AnImpossibleHostIsAnError) {
  Contexts contexts;
  EXPECT_THROW(MemoryPeers(contexts, ""), std::invalid_argument);
  EXPECT_THROW(MemoryPeers(contexts, std::string(300, 'x')), std::invalid_argument);
  EXPECT_THROW(MemoryPeers(contexts, std::string_view("a\0b", 3)), std::invalid_argument);
}

TEST_F(Handshakes, ClientCertificatesAreAskedForAndChecked) {
  const Authority clients("authority of clients");
  const Authority strangers("another authority");
  const auto alice = clients.issue({.common_name = "Alice \xc3\x84", .names = ""}).as_text();
  const auto mallory = strangers.issue({.common_name = "Mallory", .names = ""}).as_text();
  ServerContextOptions options = localhost_options();
  options.client_ca_pem = clients.certificate();
  const auto meet = [&](ClientCertificates asked, std::optional<Certificate> shown) {
    options.client_certificates = asked;
    Contexts contexts(options, {.certificate = std::move(shown)});
    MemoryPeers peers(contexts);
    peers.client->write("ping");
    peers.exchange();
    if (peers.server->error()) return peers.server->error().message();
    EXPECT_EQ(peers.server->received(), "ping");
    return "welcome " + peers.server->stream().tls()->peer_subject();
  };
  const std::string rejected = make_error_code(Errc::certificate_rejected).message();
  const std::string untrusted = make_error_code(Errc::certificate_untrusted).message();
  EXPECT_EQ(meet(ClientCertificates::none, alice), "welcome ");
  EXPECT_EQ(meet(ClientCertificates::optional, alice), "welcome CN=Alice \xc3\x84");
  EXPECT_EQ(meet(ClientCertificates::optional, std::nullopt), "welcome ");
  EXPECT_EQ(meet(ClientCertificates::optional, mallory), untrusted);
  EXPECT_EQ(meet(ClientCertificates::required, alice), "welcome CN=Alice \xc3\x84");
  EXPECT_EQ(meet(ClientCertificates::required, std::nullopt), rejected);
  EXPECT_EQ(meet(ClientCertificates::required, mallory), untrusted);
}

// ---- Sessions -----------------------------------------------------------------------------------

class Sessions : public Handshakes, public testing::WithParamInterface<int> {
 protected:
  /// Whether a client that comes back with `session` goes on with it.
  bool resumes(ServerContext& context, SSL_SESSION* session) {
    const RawTlsClient& client = connect(context, {.max_version = GetParam(), .session = session});
    EXPECT_EQ(client.received(), "hello");
    const bool resumed = SSL_session_reused(client.ssl()) == 1;
    EXPECT_EQ(server_->stream().tls()->resumed(), resumed);
    return resumed;
  }
  RawTlsClient::SessionPtr first_session(ServerContext& context) {
    return connect(context, {.max_version = GetParam()}).session();
  }
};

INSTANTIATE_TEST_SUITE_P(Versions, Sessions, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

TEST_P(Sessions, AreResumedAcrossReloads) {
  const TemporaryFolder folder;
  const std::string file = folder.write("server.pem", "");
  const auto replace = [&](const char* common_name) {
    const MadeCertificate made = test_authority().issue({.common_name = common_name});
    return folder.write("server.pem", made.certificate + made.key);
  };
  ServerContext context({.certificates = {{.file = replace("before")}}});
  const auto session = first_session(context);
  EXPECT_TRUE(resumes(context, session.get()));
  EXPECT_EQ(context.stats().resumed, 1U);
  replace("after");
  context.reload();
  EXPECT_TRUE(resumes(context, session.get()));
  connect(context);
  EXPECT_EQ(client_->server_common_name(), "after");
}

TEST_P(Sessions, EndWithTheKeysThatProtectThem) {
  ServerContextOptions options = localhost_options();
  options.session_lifetime = 2h;
  ServerContext context(options);
  const auto session = first_session(context);
  loop_.advance(2h);
  EXPECT_TRUE(resumes(context, session.get())) << "the key before the newest";
  const auto renewed = client_->session();
  loop_.advance(1h);
  EXPECT_TRUE(resumes(context, session.get()));
  loop_.advance(1h);
  EXPECT_FALSE(resumes(context, session.get())) << "that key has gone";
  EXPECT_TRUE(resumes(context, renewed.get())) << "a resumed session had got the newer one";
}

TEST_P(Sessions, AreNotResumedWhereTheyAreOff) {
  ServerContextOptions options = localhost_options();
  options.session_lifetime = 0h;
  ServerContext context(options);
  const auto session = first_session(context);
  EXPECT_FALSE(resumes(context, session.get()));
}

TEST_P(Sessions, OfOtherRulesOrAnotherServerAreNotResumed) {
  ServerContext context(localhost_options());
  const auto session = first_session(context);
  ServerContext other(localhost_options());
  EXPECT_FALSE(resumes(other, session.get()));
  ServerContextOptions options = localhost_options();
  options.client_certificates = ClientCertificates::optional;
  options.client_ca_pem = test_authority().certificate();
  context.reload(options);
  EXPECT_FALSE(resumes(context, session.get()));
}

// ---- Reloading ----------------------------------------------------------------------------------

TEST_F(Handshakes, AReloadIsForNewConnections) {
  const auto named = [](const char* common_name) {
    return ServerContextOptions{
        .certificates = {test_authority().issue({.common_name = common_name}).as_text()}};
  };
  Contexts contexts(named("before"));
  MemoryPeers peers(contexts);
  peers.exchange();
  contexts.server.reload(named("after"));
  MemoryPeers later(contexts);
  later.exchange();
  EXPECT_EQ(later.client->stream().tls()->peer_subject(), "CN=after");
  peers.client->write("still there");
  peers.exchange();
  EXPECT_EQ(peers.server->received(), "still there");
  EXPECT_EQ(peers.client->stream().tls()->peer_subject(), "CN=before");
}

TEST_F(Handshakes, AReloadThatFailsChangesNothing) {
  const TemporaryFolder folder;
  const MadeCertificate made = test_authority().issue({.common_name = "before"});
  const std::string file = folder.write("server.pem", made.certificate + made.key);
  ServerContext context({.certificates = {{.file = file}}});
  folder.write("server.pem", "half a fi");
  EXPECT_THROW(context.reload(), std::system_error);
  std::error_code error;
  context.reload(error);
  EXPECT_EQ(error, Errc::not_pem);
  context.reload(ServerContextOptions{}, error);
  EXPECT_EQ(error, Errc::no_certificate);
  EXPECT_EQ(connect(context).server_common_name(), "before");
  const MadeCertificate newer = test_authority().issue({.common_name = "after"});
  folder.write("server.pem", newer.certificate + newer.key);
  context.reload(error);
  EXPECT_FALSE(error);
  EXPECT_EQ(connect(context).server_common_name(), "after");
}

TEST_F(Handshakes, AConnectionOutlivesItsContext) {
  auto context = std::make_unique<ServerContext>(localhost_options());
  auto opened = loop_.system().open_connection();
  StreamUser server(context->accept(eddy::internal::make_socket_stream(
      eddy::internal::core_of(loop_), opened.fd, eddy::Address())));
  context.reset();
  RawTlsClient client(opened.peer, {.server_name = "localhost"});
  server.write("hello");
  for (int i = 0; i < 10; ++i) {
    client.go_on();
    loop_.run_until_idle();
  }
  EXPECT_EQ(client.received(), "hello");
}

// ---- Hostile clients ----------------------------------------------------------------------------

TEST_F(Handshakes, RecordsWithoutDataAreStepsToo) {
  ServerContext context(localhost_options());
  RawTlsClient& client = connect(context);
  const std::size_t calls = server_->calls();
  for (int i = 0; i < 200; ++i) {
    SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    client.write("x");
  }
  exchange();
  EXPECT_EQ(server_->received(), std::string(200, 'x'));
  EXPECT_GE(server_->calls() - calls, 400U) << "no step did more than a record";
}

TEST_F(Handshakes, RenegotiationIsRefused) {
  ServerContext context(localhost_options());
  RawTlsClient& client = connect(context, {.max_version = TLS1_2_VERSION});
  SSL_renegotiate(client.ssl());
  exchange();
  EXPECT_EQ(client.error(), "no renegotiation");
  EXPECT_EQ(context.stats().handshakes, 1U);
}

// Answers to key updates that nobody reads are kept up to a bound; then nothing more is read.
TEST_F(Handshakes, WhoDoesNotReadIsNotRead) {
  ServerContext context(localhost_options());
  RawTlsClient& client = connect(context);
  for (int i = 0; i < 10'000; ++i) {
    SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(client.ssl());
  }
  client.write("end");
  loop_.run_until_idle();
  const std::size_t receives = peer_.receives();
  EXPECT_EQ(server_->received(), "");
  for (int i = 0; i < 100 && server_->received().empty(); ++i) exchange();
  EXPECT_EQ(server_->received(), "end");
  EXPECT_GT(peer_.receives(), receives + 10) << "it had stopped reading";
}

}  // namespace
