// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of whose pages requests are taken.
#include <eddy/web/app/origin.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/web/app/application.h>
#include <eddy/web/app/settings.h>
#include <tests/web/app/settings_server.h>

namespace {

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::Settings;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class OriginTest : public eddy_tests::SettingsServerTest {
 protected:
  OriginTest() { serve({}); }

  void serve(Settings settings, const eddy::web::ServerOptions& options = {}) {
    settings.check_host = false;
    app_.emplace(settings);
    // Without a guard: what check_origin() says of a request.
    app_->get("/", [this](const Request& request) {
      return eddy::web::check_origin(request, app_->settings()) ? "own" : "other";
    });
    count_posts();
    app_->listen(loop_, "127.0.0.1", 80, options);
  }

  std::string asked(std::string_view host, std::string_view fields) {
    const std::string answer = answer_for(host, fields);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }
  std::string of_page(std::string_view origin, std::string_view host) {
    return asked(host, "Origin: " + std::string(origin) + "\r\n");
  }
  std::string sent(std::string_view method, std::string_view fields) {
    return answer_to(std::string(method) + " / HTTP/1.1\r\nHost: app.example\r\n" +
                     std::string(fields) + "Content-Length: 2\r\n\r\nab");
  }
};

TEST_F(OriginTest, APageIsOfTheSiteByHostAndPort) {
  const std::pair<const char*, const char*> own[] = {
      {"http://app.example", "app.example"},       {"http://app.example:80", "app.example"},
      {"http://app.example", "app.example:80"},    {"HTTP://APP.example", "app.EXAMPLE"},
      {"http://app.example.", "app.example"},      {"http://app.example:8888", "app.example:8888"},
      {"https://app.example", "app.example"},  // TLS ends at a proxy
      {"https://app.example:443", "app.example"},  {"https://app.example", "app.example:443"},
      {"http://127.0.0.1:8888", "127.0.0.1:8888"}, {"http://[::1]:8888", "[0:0::1]:8888"},
  };
  for (const auto& [origin, host] : own) EXPECT_EQ(of_page(origin, host), "own") << origin;
  const std::pair<const char*, const char*> other[] = {
      {"http://evil.example", "app.example"},
      {"http://app.example.evil", "app.example"},
      {"http://x.app.example", "app.example"},
      {"http://app.example:8888", "app.example"},
      {"http://app.example", "app.example:8888"},
      {"http://app.example:443", "app.example"},
      {"https://app.example:80", "app.example"},
      {"http://localhost:8888", "127.0.0.1:8888"},
      {"null", "app.example"},
      {"null", "null"},
      {"", "app.example"},
      {"app.example", "app.example"},
      {"//app.example", "app.example"},
      {"ftp://app.example", "app.example"},
      {"httpx://app.example", "app.example"},
      {"http:app.example", "app.example"},
      {"http://", "app.example"},
      {"http://app.example/", "app.example"},
      {"http://app.example/x", "app.example"},
      {"http://u@app.example", "app.example"},
      {"http://app.example:80x", "app.example"},
      {"http://app.example http://app.example", "app.example"},
      {"http://[::2]:8888", "[::1]:8888"},
  };
  for (const auto& [origin, host] : other) EXPECT_EQ(of_page(origin, host), "other") << origin;
}

TEST_F(OriginTest, APageThatAnybodyCouldHaveChangedIsNotOfAnEncryptedSite) {
  serve({}, {.https = true});
  EXPECT_EQ(of_page("https://app.example", "app.example"), "own");
  EXPECT_EQ(of_page("http://app.example", "app.example"), "other");
  EXPECT_EQ(of_page("http://app.example:443", "app.example"), "other");
  serve({.check_origin = true}, {.https = true});
  EXPECT_THAT(sent("POST", "Origin: https://app.example\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(sent("POST", "Origin: http://app.example\r\n"), StartsWith("HTTP/1.1 403 "));
}

TEST_F(OriginTest, WithoutAnOriginItIsWhatTheBrowserSaysOfTheSite) {
  EXPECT_EQ(asked("app.example", ""), "own");
  EXPECT_EQ(asked("app.example", "Sec-Fetch-Site: same-origin\r\n"), "own");
  EXPECT_EQ(asked("app.example", "Sec-Fetch-Site: none\r\n"), "own");
  EXPECT_EQ(asked("app.example", "Sec-Fetch-Site: same-site\r\n"), "other");
  EXPECT_EQ(asked("app.example", "Sec-Fetch-Site: Cross-Site\r\n"), "other");
}

TEST_F(OriginTest, OldWebSocketsNameItOtherwise) {
  EXPECT_EQ(asked("app.example", "Sec-WebSocket-Origin: http://app.example\r\n"), "own");
  EXPECT_EQ(asked("app.example", "Sec-WebSocket-Origin: http://evil.example\r\n"), "other");
  EXPECT_EQ(asked("app.example",
                  "Sec-WebSocket-Origin: http://app.example\r\nOrigin: http://evil.example\r\n"),
            "other");
}

TEST_F(OriginTest, OfTwoOriginsNoneCounts) {
  EXPECT_EQ(asked("app.example", "Origin: http://app.example\r\nOrigin: http://evil.example\r\n"),
            "other");
}

TEST_F(OriginTest, TheListNamesOthers) {
  serve({.origins = {"https://a.example", "http://b.example:8080", "https://*.c.example",
                     "https://[2001:db8::1]:8443", "app://name", "null"}});
  for (const char* origin :
       {"https://a.example", "HTTPS://A.example:443", "http://b.example:8080",
        "https://x.c.example", "https://x.y.c.example", "https://[2001:DB8:0::1]:8443",
        "app://name", "null", "http://app.example"}) {
    EXPECT_EQ(of_page(origin, "app.example"), "own") << origin;
  }
  for (const char* origin : {"http://a.example", "https://a.example:8443", "https://a.example/",
                             "https://b.example:8080", "http://b.example", "https://c.example",
                             "https://x.c.example:1", "http://x.c.example", "https://[2001:db8::1]",
                             "app://name2", "app://", "nullx", "https://x y.c.example"}) {
    EXPECT_EQ(of_page(origin, "app.example"), "other") << origin;
  }
}

TEST_F(OriginTest, TheGuardRefusesWhatChangesSomething) {
  serve({.check_origin = true, .origins = {"https://a.example"}});
  const std::string answer = sent("POST", "Origin: http://evil.example\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_THAT(answer, HasSubstr("'http://evil.example'"));
  EXPECT_THAT(answer, HasSubstr("Settings::origins"));
  EXPECT_THAT(logged_,
              ElementsAre("403 POST / (127.0.0.1): pages of the origin 'http://evil.example' may "
                          "not send this (Settings::origins)"));
  for (const char* method : {"PUT", "PATCH", "DELETE", "BREW"}) {
    EXPECT_THAT(sent(method, "Origin: null\r\n"), StartsWith("HTTP/1.1 403 ")) << method;
  }
  EXPECT_THAT(sent("POST", "Sec-Fetch-Site: cross-site\r\n"), StartsWith("HTTP/1.1 403 "));
  EXPECT_EQ(posts_, 0);
  EXPECT_THAT(sent("POST", "Origin: http://app.example\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(sent("POST", "Origin: https://a.example\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(sent("POST", ""), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(posts_, 3);
}

TEST_F(OriginTest, TheGuardLeavesWhatOnlyReads) {
  serve({.check_origin = true});
  const std::string evil = "Origin: http://evil.example\r\n";
  EXPECT_EQ(asked("app.example", evil), "other");
  for (const char* method : {"HEAD", "OPTIONS"}) {
    EXPECT_THAT(answer_to(std::string(method) + " / HTTP/1.1\r\nHost: h\r\n" + evil + "\r\n"),
                StartsWith("HTTP/1.1 20"))
        << method;
  }
}

TEST_F(OriginTest, TheGuardAsksForNoContent) {
  serve({.check_origin = true});
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: h\r\nOrigin: null\r\nContent-Length: 3\r\n"
                        "Expect: 100-continue\r\n\r\n"),
              StartsWith("HTTP/1.1 403 "));
}

TEST_F(OriginTest, TheGuardIsOffUnlessItIsSet) {
  EXPECT_THAT(sent("POST", "Origin: http://evil.example\r\n"), StartsWith("HTTP/1.1 200 "));
}

std::string refusal(std::string_view entry) {
  try {
    const Application app(Settings{.origins = {std::string(entry)}});
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Origins, WhatIsNoneIsNamedWithTheReason) {
  EXPECT_EQ(refusal("a.example"),
            "Settings::origins: 'a.example': it is no origin; one looks like https://example.org, "
            "https://*.example.org:8443, app://name or null");
  for (const char* entry : {"", "*", "a.example:80", "://a", ":a", "a b://c", "app://a b"}) {
    EXPECT_THAT(refusal(entry), HasSubstr("it is no origin")) << entry;
  }
  EXPECT_THAT(refusal("https://a.example/"), HasSubstr("without a slash"));
  EXPECT_THAT(refusal("https://a.example/b"), HasSubstr("a host alone is wanted"));
  EXPECT_THAT(refusal("https://"), HasSubstr("it is empty"));
  EXPECT_THAT(refusal("https://a..b"), HasSubstr("neither a name"));
  for (const char* entry :
       {"https://a.example", "http://*.a.example:1", "null", "app://x", "a://"}) {
    EXPECT_EQ(refusal(entry), "") << entry;
  }
}

}  // namespace
