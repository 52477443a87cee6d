// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The HTTP server over TLS, on real sockets, as other people's programs see it: curl and OpenSSL's
// s_client.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <eddy/tls/tls.h>
#include <eddy/web/web.h>
#include <tests/core/temporary_folder.h>
#include <tests/core/tls/certificates.h>
#include <tests/web/http/web_client.h>

namespace {

using eddy::core_test::TemporaryFolder;
using eddy::tls::ClientCertificates;
using eddy::tls::ServerContext;
using eddy::tls::ServerContextOptions;
using eddy::web::Request;
using eddy_tests::Authority;
using eddy_tests::MadeCertificate;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class TlsServer : public testing::Test {
 protected:
  TlsServer() {
    loop_.set_log_sink([](const eddy::LogRecord&) {});
    app_.get("/", [](const Request& request) {
      const eddy::TlsInfo* tls = request.tls();
      if (tls == nullptr) return std::string(request.protocol());
      return std::string(request.protocol()) + " " + std::string(tls->version()) + " " +
             std::string(tls->server_name()) + " [" + tls->peer_subject() + "]";
    });
    app_.post("/echo", [](const Request& request) { return std::string(request.body()); });
    app_.get("/big", [] { return std::string(5'000'000, 'x'); });
    app_.get("/later", [](const Request& request) -> eddy::Task<std::string> {
      co_await eddy::yield();
      co_return std::string(request.tls()->version());
    });
  }

  void listen(const ServerContextOptions& options) {
    context_ = std::make_shared<ServerContext>(options);
    server_ = &app_.listen(loop_, "127.0.0.1", 0, {.layers = {context_}});
  }
  /// With a certificate for localhost, in a file.
  void listen() { listen({.certificates = {{.file = write_certificate("localhost")}}}); }
  std::string write_certificate(const std::string& common_name) const {
    const MadeCertificate made = authority_.issue({.common_name = common_name});
    return folder_.write("server.pem", made.certificate + made.key);
  }

  /// Runs a command while the loop serves; what it says, standard error included. It may last 20
  /// seconds.
  std::string run(const std::string& command) {
    std::string said;
    std::atomic<bool> done = false;
    std::thread thread([&] {
      FILE* pipe = ::popen(("timeout 20 " + command + " 2>&1").c_str(), "r");
      std::array<char, 4096> piece;
      while (const std::size_t n = ::fread(piece.data(), 1, piece.size(), pipe)) {
        said.append(piece.data(), n);
      }
      ::pclose(pipe);
      done = true;
    });
    const bool in_time = eddy_tests::pump_until(
        loop_, [&] { return done.load(); }, std::chrono::seconds(30));
    EXPECT_TRUE(in_time) << command;
    thread.join();
    return said;
  }
  std::string curl(const std::string& arguments, const std::string& path = "/") {
    return run("curl -sS --noproxy '*' --cacert " + authority_file_ + " " + arguments +
               " https://localhost:" + std::to_string(server_->port()) + path);
  }
  /// One request by s_client, which stays until the server closes.
  std::string s_client(const std::string& arguments) {
    const std::string request =
        folder_.write("request", "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    return run("openssl s_client -connect 127.0.0.1:" + std::to_string(server_->port()) +
               " -CAfile " + authority_file_ + " -ign_eof " + arguments + " < " + request);
  }

  eddy::NativeLoop loop_;
  eddy::web::Application app_;
  TemporaryFolder folder_;
  const Authority authority_;
  const std::string authority_file_ = folder_.write("authority.pem", authority_.certificate());
  std::shared_ptr<ServerContext> context_;
  eddy::web::Server* server_ = nullptr;
};

TEST_F(TlsServer, IsHttps) {
  listen();
  EXPECT_EQ(server_->url(), "https://127.0.0.1:" + std::to_string(server_->port()));
  EXPECT_EQ(curl(""), "https TLSv1.3 localhost []");
  EXPECT_EQ(curl("--tls-max 1.2"), "https TLSv1.2 localhost []");
  EXPECT_EQ(curl("", "/later"), "TLSv1.3");
  EXPECT_EQ(context_->stats().handshakes, 3U);
}

TEST_F(TlsServer, WithoutALayerIsHttp) {
  server_ = &app_.listen(loop_, "127.0.0.1", 0);
  EXPECT_EQ(run("curl -sS --noproxy '*' " + server_->url()), "http");
  EXPECT_THAT(server_->url(), StartsWith("http://"));
}

TEST_F(TlsServer, MayBeOfOneAddressAlone) {
  const auto context = std::make_shared<ServerContext>(
      ServerContextOptions{.certificates = {{.file = write_certificate("localhost")}}});
  eddy::web::HttpServer server(loop_, [](const Request& request) { return request.protocol(); });
  server.listen("127.0.0.1", 0, {.layers = {context}});
  server.listen("127.0.0.1", 0);
  EXPECT_THAT(server.url(), StartsWith("https://"));
  const std::string plain = std::to_string(server.addresses()[1].port());
  EXPECT_EQ(run("curl -sS --noproxy '*' http://127.0.0.1:" + plain), "http");
  EXPECT_EQ(run("curl -sSk --noproxy '*' " + server.url()), "https");
}

TEST_F(TlsServer, KeepsConnections) {
  listen();
  const std::string url = " https://localhost:" + std::to_string(server_->port()) + "/";
  EXPECT_EQ(curl(url + url),
            "https TLSv1.3 localhost []https TLSv1.3 localhost []"
            "https TLSv1.3 localhost []");
  EXPECT_EQ(context_->stats().handshakes, 1U);
}

TEST_F(TlsServer, CarriesLargeBodiesBothWays) {
  listen();
  std::string text;
  for (int i = 0; text.size() < 900'000; ++i) text += std::to_string(i) + ",";
  const std::string file = folder_.write("body", text);
  const std::string answer = folder_ / "answer";
  EXPECT_EQ(curl("--data-binary @" + file + " -o " + answer, "/echo"), "");
  EXPECT_EQ(run("cmp " + file + " " + answer), "");
  EXPECT_EQ(curl("-o /dev/null -w '%{size_download} %{http_code}'", "/big"), "5000000 200");
}

TEST_F(TlsServer, SpeaksHttp11WhereMoreIsOffered) {
  listen();
  EXPECT_THAT(curl("-v --http2"), HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(s_client("-alpn h2,http/1.1"), HasSubstr("ALPN protocol: http/1.1"));
  EXPECT_THAT(s_client("-alpn h2"), HasSubstr("no application protocol"));
}

TEST_F(TlsServer, IsVerifiedAndSpeaksNoOldVersion) {
  listen();
  const std::string said = s_client("-servername localhost -verify_hostname localhost");
  EXPECT_THAT(said, HasSubstr("Verify return code: 0 (ok)"));
  EXPECT_THAT(said, HasSubstr("https TLSv1.3 localhost []"));
  EXPECT_THAT(s_client("-tls1_2"), HasSubstr("https TLSv1.2"));
  for (const char* old : {"-tls1_1", "-tls1"}) {
    EXPECT_THAT(s_client(std::string(old) + " -cipher ALL@SECLEVEL=0"),
                testing::AllOf(Not(HasSubstr("200 OK")), HasSubstr("alert protocol version")))
        << old;
  }
  EXPECT_THAT(s_client("-tls1_2 -cipher AES128-SHA:ECDHE-ECDSA-AES128-SHA"),
              HasSubstr("handshake failure"))
      << "neither forward secret nor AEAD";
}

TEST_F(TlsServer, SaysGoodbyeWithinTls) {
  listen();
  EXPECT_THAT(s_client("-msg"),
              HasSubstr("<<< TLS 1.3, Alert [length 0002], warning close_notify"));
}

TEST_F(TlsServer, ServesSeveralNames) {
  const auto issue = [&](const char* name, const char* names) {
    return authority_.issue({.common_name = name, .names = names}).as_text();
  };
  listen({.certificates = {issue("first", "DNS:localhost"), issue("wild", "DNS:*.example.org")}});
  EXPECT_THAT(s_client("-servername localhost"), HasSubstr("subject=CN = first"));
  EXPECT_THAT(s_client("-servername a.example.org"), HasSubstr("subject=CN = wild"));
  EXPECT_THAT(s_client("-noservername"), HasSubstr("subject=CN = first"));
}

TEST_F(TlsServer, ResumesSessions) {
  listen();
  const std::string session = folder_ / "session";
  for (const std::string version : {"-tls1_2", "-tls1_3"}) {
    EXPECT_THAT(s_client(version + " -sess_out " + session), HasSubstr("New, TLSv1"));
    EXPECT_THAT(s_client(version + " -sess_in " + session), HasSubstr("Reused, TLSv1"));
    context_->reload();
    EXPECT_THAT(s_client(version + " -sess_in " + session), HasSubstr("Reused, TLSv1"));
  }
  EXPECT_EQ(context_->stats().resumed, 4U);
}

TEST_F(TlsServer, TakesANewCertificateBetweenTwoRequests) {
  listen();
  EXPECT_THAT(s_client(""), HasSubstr("subject=CN = localhost"));
  write_certificate("renewed");
  EXPECT_THAT(s_client(""), HasSubstr("subject=CN = localhost"));
  context_->reload();
  EXPECT_THAT(s_client(""), HasSubstr("subject=CN = renewed"));
  EXPECT_EQ(curl(""), "https TLSv1.3 localhost []");
}

TEST_F(TlsServer, KnowsItsClientsByCertificate) {
  const MadeCertificate alice = authority_.issue({.common_name = "Alice", .names = ""});
  const std::string shown = "--cert " + folder_.write("alice.pem", alice.certificate) + " --key " +
                            folder_.write("alice.key", alice.key);
  listen({.certificates = {{.file = write_certificate("localhost")}},
          .client_certificates = ClientCertificates::required,
          .client_ca_file = authority_file_});
  EXPECT_EQ(curl(shown), "https TLSv1.3 localhost [CN=Alice]");
  EXPECT_EQ(curl(shown + " --tls-max 1.2"), "https TLSv1.2 localhost [CN=Alice]");
  // It reads "certificate required" or, where its request crosses our close, that we have gone.
  EXPECT_THAT(curl(""), StartsWith("curl: ("));
  EXPECT_EQ(context_->stats().failed, 1U);
}

TEST_F(TlsServer, ClosesOnWhoSpeaksNoTls) {
  listen();
  eddy_tests::RawClient client(server_->port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(client.read_until_closed(loop_));
  EXPECT_EQ(client.received(), "");
  EXPECT_EQ(context_->stats().plain_text, 1U);
  EXPECT_EQ(server_->stats().connections, 0U);
  EXPECT_EQ(curl(""), "https TLSv1.3 localhost []") << "others are served";
}

}  // namespace
