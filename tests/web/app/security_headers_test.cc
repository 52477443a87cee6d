// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/security_headers.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/task/sleep.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/app/stock_handlers.h>
#include <eddy/web/web.h>
#include <tests/web/app/settings_server.h>

namespace {

using eddy::testing::ManualPeer;
using eddy::web::Application;
using eddy::web::Response;
using eddy::web::route;
using eddy::web::SecurityHeaders;
using eddy::web::Settings;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Frames = SecurityHeaders::Frames;

struct Page : eddy::web::RequestHandler {
  void get() { write(csp_nonce(), " ", request().csp_nonce()); }
};

struct Framed : eddy::web::RequestHandler {
  void set_default_headers() override { set_header("x-frame-options", "ALLOWALL"); }
  void get() { set_header("Content-Security-Policy", "default-src *"); }
  void post() { throw eddy::web::HttpError(409); }
};

struct Streamed : eddy::web::RequestHandler {
  eddy::Task<void> get() {
    write("a");
    co_await flush();
    write(csp_nonce());
  }
};

class SecurityHeadersTest : public eddy_tests::SettingsServerTest {
 protected:
  void serve(const std::optional<SecurityHeaders>& headers,
             const eddy::web::ServerOptions& options = {}) {
    app_.emplace(Settings{.hosts = {"app.example"}, .security_headers = headers},
                 std::initializer_list<eddy::web::Route>{
                     route<Page>("/page"), route<Framed>("/framed"), route<Streamed>("/streamed"),
                     route("/gone", eddy::web::ErrorHandler(410)),
                     route("/fallback", eddy::web::FallbackHandler([] { return "fallback"; }))});
    app_->get("/", [] { return "function"; });
    app_->get("/throws", []() -> std::string { throw std::runtime_error("no luck"); });
    app_->get("/not_modified", [] { return Response(304); });
    app_->get("/broken", [] {
      Response response;
      response.headers.set("Transfer-Encoding", "chunked");  // the server's to set: a 500
      return response;
    });
    app_->listen(loop_, "127.0.0.1", 80, options);
  }

  std::string answer_to(std::string_view start, std::string_view host = "app.example") {
    return SettingsServerTest::answer_to(std::string(start) +
                                         " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
  }
  /// All values of that field.
  static std::vector<std::string> fields(const std::string& answer, const std::string& name) {
    std::vector<std::string> found;
    const std::string head = answer.substr(0, answer.find("\r\n\r\n") + 2);
    const std::string start = "\r\n" + name + ": ";
    for (std::size_t at = 0; (at = head.find(start, at)) != std::string::npos;) {
      at += start.size();
      found.push_back(head.substr(at, head.find("\r\n", at) - at));
    }
    return found;
  }
  static std::string field(const std::string& answer, const std::string& name) {
    const auto found = fields(answer, name);
    return found.size() == 1 ? found[0] : std::to_string(found.size()) + " fields";
  }
};

const char* const kPolicy = "Content-Security-Policy";
const char* const kTransport = "Strict-Transport-Security";

TEST_F(SecurityHeadersTest, NoneAreSentWithoutTheSetting) {
  serve(std::nullopt);
  const std::string answer = answer_to("GET /");
  for (const char* name : {"X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"}) {
    EXPECT_EQ(field(answer, name), "0 fields");
  }
  EXPECT_EQ(field(answer, kPolicy), "0 fields");
}

TEST_F(SecurityHeadersTest, ByDefaultThoseThatBreakNoPage) {
  serve(SecurityHeaders());
  const std::string answer = answer_to("GET /");
  EXPECT_EQ(field(answer, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(field(answer, "X-Frame-Options"), "SAMEORIGIN");
  EXPECT_EQ(field(answer, "Referrer-Policy"), "strict-origin-when-cross-origin");
  EXPECT_EQ(field(answer, kPolicy), "frame-ancestors 'self'");
  EXPECT_EQ(field(answer, kTransport), "0 fields");
  EXPECT_EQ(field(answer, "Content-Length"), "8");
  EXPECT_THAT(answer, EndsWith("\r\n\r\nfunction"));
}

TEST_F(SecurityHeadersTest, AreSentWithWhateverTheApplicationAnswers) {
  serve(SecurityHeaders());
  for (const char* start : {"GET /", "GET /page", "GET /streamed", "GET /nothing", "POST /page",
                            "GET /throws", "GET /gone", "GET /framed?x", "OPTIONS *", "OPTIONS /",
                            "HEAD /", "BREW /", "GET /broken", "GET /not_modified", "GET /%FF"}) {
    const std::string answer = answer_to(start);
    EXPECT_EQ(field(answer, "X-Content-Type-Options"), "nosniff") << answer;
    EXPECT_EQ(field(answer, "Referrer-Policy"), "strict-origin-when-cross-origin") << answer;
  }
  EXPECT_THAT(answer_to("GET /broken"), StartsWith("HTTP/1.1 500 "));
  const std::string refused = answer_to("GET /", "evil.example");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 421 "));
  EXPECT_EQ(field(refused, "X-Content-Type-Options"), "nosniff");
}

TEST_F(SecurityHeadersTest, AFallbackHasItsOwn) {
  serve(SecurityHeaders());
  const std::string answer = answer_to("GET /fallback");
  EXPECT_THAT(answer, EndsWith("fallback"));
  EXPECT_EQ(field(answer, "X-Content-Type-Options"), "0 fields");
}

TEST_F(SecurityHeadersTest, AHandlersOwnFieldWins) {
  serve(SecurityHeaders());
  for (const char* start : {"GET /framed", "POST /framed"}) {
    const std::string answer = answer_to(start);
    EXPECT_EQ(field(answer, "x-frame-options"), "ALLOWALL") << start;
    EXPECT_EQ(field(answer, "X-Frame-Options"), "0 fields") << start;
    EXPECT_EQ(field(answer, "X-Content-Type-Options"), "nosniff") << start;
  }
  EXPECT_EQ(field(answer_to("GET /framed"), kPolicy), "default-src *");
  EXPECT_EQ(field(answer_to("POST /framed"), kPolicy), "frame-ancestors 'self'");
}

TEST_F(SecurityHeadersTest, FramesGoIntoThePolicy) {
  const auto policy = [this](const char* own, Frames frames) {
    serve(SecurityHeaders{.content_security_policy = own, .frames = frames});
    return field(answer_to("GET /"), kPolicy);
  };
  EXPECT_EQ(policy("default-src 'self'", Frames::nobody),
            "default-src 'self'; frame-ancestors 'none'");
  EXPECT_EQ(policy("default-src 'self'", Frames::same_origin),
            "default-src 'self'; frame-ancestors 'self'");
  EXPECT_EQ(policy("default-src 'self'", Frames::anyone), "default-src 'self'");
  EXPECT_EQ(policy("", Frames::anyone), "0 fields");
  EXPECT_EQ(policy("a b;Frame-Ancestors https://x", Frames::nobody),
            "a b;Frame-Ancestors https://x");
  EXPECT_EQ(policy("a frame-ancestors", Frames::nobody),
            "a frame-ancestors; frame-ancestors 'none'");
  EXPECT_EQ(field(answer_to("GET /"), "X-Frame-Options"), "DENY");
  policy("", Frames::anyone);
  EXPECT_EQ(field(answer_to("GET /"), "X-Frame-Options"), "0 fields");
}

TEST_F(SecurityHeadersTest, TheNonceIsThePagesOwnAndNewForEach) {
  serve(SecurityHeaders::strict());
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const std::string answer = answer_to("GET /page");
    const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
    ASSERT_EQ(body.size(), 45U);
    const std::string nonce = body.substr(0, 22);
    EXPECT_EQ(body.substr(23), nonce) << "asked for twice";
    EXPECT_EQ(nonce.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-_"),
              std::string::npos);
    EXPECT_EQ(field(answer, kPolicy),
              "default-src 'self'; script-src 'self' 'nonce-" + nonce +
                  "'; style-src 'self' 'nonce-" + nonce +
                  "'; object-src 'none'; base-uri 'none'; form-action 'self'; "
                  "frame-ancestors 'none'");
    seen.insert(nonce);
  }
  EXPECT_EQ(seen.size(), 20U);
}

TEST_F(SecurityHeadersTest, TheNonceIsTheSameBehindAHeadThatWasSent) {
  serve(SecurityHeaders{.content_security_policy = "script-src 'nonce-{nonce}'"});
  const std::string answer = answer_to("GET /streamed");
  const std::string policy = field(answer, kPolicy);
  ASSERT_THAT(policy, StartsWith("script-src 'nonce-"));
  EXPECT_THAT(answer, HasSubstr(policy.substr(18, 22) + "\r\n0\r\n")) << answer;
}

TEST_F(SecurityHeadersTest, EachRequestOfAConnectionHasANonceOfItsOwn) {
  serve(SecurityHeaders::strict());
  ManualPeer peer = loop_.system().connect(80);
  std::set<std::string> seen;
  for (int i = 0; i < 3; ++i) {
    peer.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    loop_.run_until_idle();
    const std::string answer = peer.read();
    seen.insert(field(answer, kPolicy));
    EXPECT_THAT(*seen.begin(), Not(HasSubstr("{nonce}")));
  }
  EXPECT_EQ(seen.size(), 3U);
}

TEST_F(SecurityHeadersTest, NotModifiedLeavesThePageItsNonce) {
  serve(SecurityHeaders::strict());
  const std::string answer = answer_to("GET /not_modified");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 304 "));
  EXPECT_EQ(field(answer, kPolicy), "0 fields");
  EXPECT_EQ(field(answer, "X-Frame-Options"), "DENY");
  serve(SecurityHeaders{.content_security_policy = "default-src 'self'"});
  EXPECT_THAT(field(answer_to("GET /not_modified"), kPolicy), StartsWith("default-src 'self'"));
}

TEST_F(SecurityHeadersTest, TransportSecurityIsForEncryptedConnectionsAndOtherMachines) {
  serve(SecurityHeaders::strict());
  EXPECT_EQ(field(answer_to("GET /"), kTransport), "0 fields");
  serve(SecurityHeaders::strict(), {.https = true});
  EXPECT_EQ(field(answer_to("GET /"), kTransport), "max-age=31536000");
  for (const char* host : {"localhost:8443", "a.localhost", "127.0.0.1:1", "[::1]"}) {
    EXPECT_EQ(field(answer_to("GET /", host), kTransport), "0 fields") << host;
  }
}

TEST_F(SecurityHeadersTest, TransportSecurityFollowsATrustedProxy) {
  eddy::web::ServerOptions options;
  options.trusted_proxies.networks = {"127.0.0.1"};
  serve(SecurityHeaders::strict(), options);
  EXPECT_EQ(field(answer_to("GET /"), kTransport), "0 fields");
  EXPECT_EQ(field(answer_to("GET /", "app.example\r\nX-Scheme: https"), kTransport),
            "max-age=31536000");
}

std::string refusal(const SecurityHeaders& headers) {
  try {
    const Application app(Settings{.security_headers = headers});
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(SecurityHeaders, WhatCouldNotBeSentIsNamed) {
  EXPECT_THAT(refusal({.content_security_policy = "a\r\nX: y"}),
              StartsWith("Settings::security_headers.content_security_policy: "));
  EXPECT_THAT(refusal({.content_security_policy = " a"}), HasSubstr("content_security_policy"));
  EXPECT_THAT(refusal({.content_security_policy = "a '{nonce}\n'"}),
              HasSubstr("content_security_policy"));
  EXPECT_THAT(refusal({.referrer_policy = "a\n"}),
              StartsWith("Settings::security_headers.referrer_policy: "));
  EXPECT_THAT(refusal({.strict_transport_security = "max-age=1\n"}),
              StartsWith("Settings::security_headers.strict_transport_security: "));
  EXPECT_THAT(refusal({.strict_transport_security = "includeSubDomains"}), HasSubstr("max-age="));
  EXPECT_EQ(refusal({.strict_transport_security = "includeSubDomains; Max-Age=1"}), "");
}

TEST(SecurityHeaders, WhatIsRefusedChangesNothing) {
  Application app(Settings{.hosts = {"a.example"}, .security_headers = SecurityHeaders()});
  EXPECT_THROW(app.set_settings({.security_headers = SecurityHeaders{.referrer_policy = "\n"}}),
               std::invalid_argument);
  EXPECT_EQ(app.settings().hosts.size(), 1U);
  EXPECT_EQ(app.settings().security_headers->referrer_policy, "strict-origin-when-cross-origin");
}

}  // namespace
