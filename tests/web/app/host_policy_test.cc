// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which hosts an Application answers for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/core/net/proxy_layer.h>
#include <eddy/web/app/application.h>
#include <eddy/web/app/settings.h>
#include <tests/web/app/settings_server.h>

namespace {

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::route;
using eddy::web::ServerOptions;
using eddy::web::Settings;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct Class : eddy::web::RequestHandler {
  void get() { write("class"); }
};

class HostPolicyTest : public eddy_tests::SettingsServerTest {
 protected:
  HostPolicyTest() { serve({}); }

  void serve(const Settings& settings) {
    app_.emplace(settings, std::initializer_list<eddy::web::Route>{route<Class>("/class")});
    app_->get("/", [](const Request& request) { return "for " + std::string(request.host()); });
    count_posts();
  }
  void listen(std::string_view address = "127.0.0.1", const ServerOptions& options = {}) {
    app_->listen(loop_, address, 80, options);
  }
  std::string status_for(std::string_view host, std::string_view fields = {}) {
    const std::string answer = answer_for(host, fields);
    return answer.size() > 12 ? answer.substr(9, 3) : answer;
  }
};

// ---- Clients of this machine

TEST_F(HostPolicyTest, ThisMachineIsFoundByItsOwnNamesAndAddresses) {
  listen();
  for (const char* host :
       {"localhost", "localhost:80", "LocalHost:8888", "localhost.", "localhost.:1",
        "localhost:", "a.localhost", "a.b.LOCALHOST:3000", "a.localhost.", "127.0.0.1",
        "127.0.0.1:8888", "127.0.0.1.", "127.255.255.254", "127.1.2.3:1", "[::1]", "[::1]:8888",
        "[0:0:0:0:0:0:0:1]:80", "[::ffff:127.0.0.1]", "[::FFFF:7f00:2]:81"}) {
    EXPECT_EQ(status_for(host), "200") << host;
  }
  EXPECT_THAT(logged_, ElementsAre());
}

TEST_F(HostPolicyTest, AnyOtherNameIsOneThatLeadsHereByAccidentOrOnPurpose) {
  listen();
  for (const char* host : {"evil.example",
                           "evil.example:80",
                           "127.0.0.1.evil.example",
                           "127.evil.example",
                           "localhost.evil.example",
                           "localhostx",
                           "xlocalhost",
                           "notlocalhost:80",
                           "local",
                           ".localhost",
                           "127.0.0.1x",
                           "127.0.0.1x:80",
                           "127.1",
                           "127.0.0",
                           "2130706433",
                           "0x7f.0.0.1",
                           "0177.0.0.1",
                           "0.0.0.0",
                           "0.0.0.0:80",
                           "10.0.0.1",
                           "128.0.0.1",
                           "[::]",
                           "[::2]",
                           "[::ffff:10.0.0.1]",
                           "[fe80::1]",
                           "%6cocalhost",
                           "localhost%00",
                           "a_b",
                           "~"}) {
    EXPECT_EQ(status_for(host), "421") << host;
  }
}

TEST_F(HostPolicyTest, TheListOpensItForMore) {
  serve({.hosts = {"app.example", "*.example.org", "192.0.2.7", "2001:db8::7"}});
  listen();
  for (const char* host : {"app.example", "APP.example.:8888", "a.example.org", "a.b.Example.ORG:1",
                           "192.0.2.7", "192.0.2.7:1", "[2001:db8::7]", "[2001:DB8:0::7]:80",
                           "[::ffff:192.0.2.7]", "localhost", "127.0.0.1:80", "[::1]"}) {
    EXPECT_EQ(status_for(host), "200") << host;
  }
  for (const char* host : {"x.app.example", "app.example.x", "example.org", ".example.org.x",
                           "badexample.org", "192.0.2.8", "[2001:db8::8]", "evil.example"}) {
    EXPECT_EQ(status_for(host), "421") << host;
  }
}

TEST_F(HostPolicyTest, AnEntryWithAPortIsForThatPort) {
  serve({.hosts = {"app.example:8443", "web.example:80", "tls.example:443", "[2001:db8::7]:81"}});
  listen();
  for (const char* host : {"app.example:8443", "web.example", "web.example:80", "web.example:0080",
                           "web.example:", "tls.example:443", "[2001:db8::7]:81"}) {
    EXPECT_EQ(status_for(host), "200") << host;
  }
  for (const char* host :
       {"app.example", "app.example:8444", "web.example:8080", "tls.example", "[2001:db8::7]"}) {
    EXPECT_EQ(status_for(host), "421") << host;
  }
}

TEST_F(HostPolicyTest, NoPortIsThatOfTheScheme) {
  serve({.hosts = {"tls.example:443", "web.example:80"}});
  listen("127.0.0.1", {.https = true});
  EXPECT_EQ(status_for("tls.example"), "200");
  EXPECT_EQ(status_for("web.example"), "421");
  const std::string content = "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: tls.example\r\n" + content),
              StartsWith("HTTP/1.1 100 "))
      << "known before the content is asked for";
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: web.example\r\n" + content),
              StartsWith("HTTP/1.1 421 "));
}

TEST_F(HostPolicyTest, ARefusalSaysWhichHostAndWhatAllowsIt) {
  listen();
  const std::string answer = answer_to("GET /x?y HTTP/1.1\r\nHost: evil.example:8888\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 421 Misdirected Request\r\n"
                                 "Content-Type: text/plain; charset=UTF-8\r\n"));
  EXPECT_THAT(answer, HasSubstr("'evil.example:8888'"));
  EXPECT_THAT(answer, HasSubstr("Settings::hosts"));
  EXPECT_THAT(logged_, ElementsAre("421 GET /x?y (127.0.0.1): the host 'evil.example:8888' is not "
                                   "one of this application's (Settings::hosts)"));
}

TEST_F(HostPolicyTest, OfALongHostOnlyTheBeginIsShown) {
  listen();
  const std::string answer =
      answer_to("GET / HTTP/1.1\r\nHost: " + std::string(1000, 'x') + "\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("'" + std::string(40, 'x') + "'..."));
  EXPECT_LT(answer.size(), 500U);
}

TEST_F(HostPolicyTest, NothingOfTheApplicationIsReachedByAnotherHost) {
  int matched = 0;
  app_->add(
      [&matched](const Request& /*request*/) {
        ++matched;
        return true;
      },
      route(eddy::web::Method::get, "/matched", [] { return "matched"; }));
  app_->add_handlers("evil\\.example", {route<Class>("/of_host")});
  listen();
  const auto status = [this](std::string_view start) {
    return answer_to(std::string(start) + " HTTP/1.1\r\nHost: evil.example\r\n\r\n").substr(9, 3);
  };
  for (const char* start : {"GET /class", "GET /matched", "GET /nothing", "GET /of_host", "HEAD /",
                            "PUT /", "OPTIONS /", "OPTIONS *", "BREW /"}) {
    EXPECT_EQ(status(start), "421") << start;
  }
  EXPECT_EQ(matched, 0);
  EXPECT_THAT(answer_to("GET /class HTTP/1.1\r\nHost: localhost\r\n\r\n"), EndsWith("class"));
}

TEST_F(HostPolicyTest, ContentForAnotherHostIsNotAskedFor) {
  listen();
  const std::string answer = answer_to(
      "POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 421 "));
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 3\r\n\r\nabc"),
              StartsWith("HTTP/1.1 421 "));
  EXPECT_EQ(posts_, 0);
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"),
              EndsWith("\r\n\r\nabc"));
  EXPECT_EQ(posts_, 1);
}

TEST_F(HostPolicyTest, EachRequestOfAConnectionIsLookedAt) {
  listen();
  const std::string answers = answer_to(
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n");
  EXPECT_THAT(answers, HasSubstr("for localhostHTTP/1.1 421 "));
  EXPECT_THAT(answers, EndsWith("for [::1]"));
}

TEST_F(HostPolicyTest, TheHostOfAWholeTargetCounts) {
  listen();
  EXPECT_THAT(answer_to("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
              StartsWith("HTTP/1.1 421 "));
  EXPECT_THAT(answer_to("GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
              EndsWith("for localhost"));
}

TEST_F(HostPolicyTest, NoHostIsAsGoodAsAnAddress) {
  listen();
  EXPECT_THAT(answer_to("GET / HTTP/1.0\r\n\r\n"), EndsWith("for 127.0.0.1"));
  EXPECT_THAT(answer_to("GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n"),
              StartsWith("HTTP/1.1 421 "));
}

TEST_F(HostPolicyTest, CanBeSwitchedOff) {
  serve({.check_host = false, .hosts = {"app.example"}});
  listen();
  EXPECT_EQ(status_for("evil.example"), "200");
}

TEST_F(HostPolicyTest, IsOnWithoutSettings) {
  app_.emplace();
  app_->get("/", [] { return ""; });
  listen("::1");
  EXPECT_EQ(status_for("evil.example"), "421");
  EXPECT_EQ(status_for("localhost"), "200");
}

TEST_F(HostPolicyTest, NewSettingsCount) {
  app_->set_settings({.hosts = {"app.example"}});
  listen();
  EXPECT_EQ(status_for("app.example"), "200");
  EXPECT_EQ(status_for("evil.example"), "421");
}

// ---- Others

TEST_F(HostPolicyTest, AtOtherAddressesOnlyTheListDecides) {
  for (const char* address : {"0.0.0.0", "192.0.2.1", "::"}) {
    serve({});
    listen(address);
    EXPECT_EQ(status_for("any.example"), "200") << address;
    serve({.hosts = {"app.example"}});
    listen(address);
    EXPECT_EQ(status_for("app.example"), "200") << address;
    EXPECT_EQ(status_for("any.example"), "421") << address;
    EXPECT_EQ(status_for("localhost"), "421") << address;
    EXPECT_THAT(answer_to("GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 421 ")) << address;
  }
}

TEST_F(HostPolicyTest, NoHostNeedsAnEntryWhereTheListDecides) {
  serve({.hosts = {"127.0.0.1"}});
  listen("0.0.0.0");
  EXPECT_THAT(answer_to("GET / HTTP/1.0\r\n\r\n"), EndsWith("for 127.0.0.1"));
}

TEST_F(HostPolicyTest, OneApplicationMayListenInBothWays) {
  listen();
  app_->listen(loop_, "192.0.2.1", 81);
  EXPECT_EQ(status_for("any.example"), "421");
  const std::string request = "GET / HTTP/1.1\r\nHost: any.example\r\n\r\n";
  EXPECT_THAT(answer_of(loop_.system().connect(81), request), EndsWith("for any.example"));
}

TEST_F(HostPolicyTest, AtAUnixSocketOnlyTheListDecides) {
  const std::string request = "GET / HTTP/1.1\r\nHost: any.example\r\n\r\n";
  app_->listen_unix(loop_, "@any");
  EXPECT_THAT(answer_of(loop_.system().connect("@any"), request), EndsWith("for any.example"));
  serve({.hosts = {"app.example"}});
  app_->listen_unix(loop_, "@listed");
  EXPECT_THAT(answer_of(loop_.system().connect("@listed"), request), StartsWith("HTTP/1.1 421 "));
}

ServerOptions behind_proxies(std::string_view networks) {
  ServerOptions options;
  options.trusted_proxies.networks = eddy::NetworkSet::parse(networks);
  options.trusted_proxies.headers = eddy::web::ProxyHeaders::x_forwarded;
  options.trusted_proxies.host = true;
  return options;
}

TEST_F(HostPolicyTest, OfATrustedProxyOnlyTheListDecides) {
  listen("127.0.0.1", behind_proxies("127.0.0.1"));
  EXPECT_EQ(status_for("www.example"), "200");
  serve({.hosts = {"www.example"}});
  listen("127.0.0.1", behind_proxies("127.0.0.1"));
  EXPECT_EQ(status_for("www.example"), "200");
  EXPECT_EQ(status_for("evil.example"), "421");
  EXPECT_EQ(status_for("localhost"), "421");
}

TEST_F(HostPolicyTest, TheHostThatATrustedProxyTellsCounts) {
  serve({.hosts = {"www.example"}});
  listen("127.0.0.1", behind_proxies("127.0.0.1"));
  EXPECT_EQ(status_for("inner", "X-Forwarded-Host: www.example\r\n"), "200");
  EXPECT_EQ(status_for("www.example", "X-Forwarded-Host: evil.example\r\n"), "421");
}

TEST_F(HostPolicyTest, WhoIsNoTrustedProxyIsAClientOfThisMachine) {
  listen("127.0.0.1", behind_proxies("127.0.0.2, unix:"));
  EXPECT_EQ(status_for("evil.example"), "421");
  EXPECT_EQ(status_for("localhost", "X-Forwarded-Host: evil.example\r\n"), "200");
  EXPECT_EQ(status_for("evil.example", "X-Forwarded-Host: localhost\r\n"), "421");
}

TEST_F(HostPolicyTest, WhoSpeaksTheProxyProtocolIsAProxy) {
  eddy::ProxyLayerOptions options{.trusted = {"127.0.0.1"}};
  listen("127.0.0.1", {.layers = {std::make_shared<eddy::ProxyLayer>(std::move(options))}});
  EXPECT_THAT(answer_to("PROXY TCP4 192.0.2.1 192.0.2.2 56324 80\r\n"
                        "GET / HTTP/1.1\r\nHost: any.example\r\n\r\n"),
              EndsWith("for any.example"));

  eddy::ProxyLayerOptions strangers{.trusted = {"127.0.0.2"},
                                    .strangers = eddy::ProxyLayerOptions::Strangers::pass};
  serve({});
  listen("127.0.0.1", {.layers = {std::make_shared<eddy::ProxyLayer>(std::move(strangers))}});
  EXPECT_EQ(status_for("evil.example"), "421") << "a stranger speaks for itself";
}

// ---- The list

std::string refusal(std::string_view entry) {
  try {
    const Application app(Settings{.hosts = {"good.example", std::string(entry)}});
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Hosts, AreNamesAndAddresses) {
  const std::string longest = std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                              std::string(63, 'c') + "." + std::string(61, 'd');
  for (const std::string& entry :
       {std::string("a"), std::string("a.b-c.d_e"), std::string("EXAMPLE.org."), std::string("a:1"),
        std::string("a.:65535"), std::string("*.a"), std::string("*.a.b.:1"),
        std::string("1.2.3.4"), std::string("1.2.3.4:5"), std::string("::1"), std::string("[::1]"),
        std::string("[::1]:5"), std::string("3com.example"), std::string("xn--bcher-kva.example"),
        longest, longest + ".", "*." + longest}) {
    EXPECT_EQ(refusal(entry), "") << entry;
  }
  EXPECT_THAT(refusal(longest + "d"), HasSubstr("neither a name"));
  EXPECT_THAT(refusal(std::string(64, 'a') + ".b"), HasSubstr("neither a name"));
}

TEST(Hosts, WhatIsNoneIsNamedWithTheReason) {
  EXPECT_EQ(refusal("https://a.example"),
            "Settings::hosts: 'https://a.example': it is a URL or a network; a host alone is "
            "wanted, as example.org or 192.0.2.1:8080");
  const std::pair<const char*, const char*> wrong[] = {
      {"", "it is empty"},
      {"*", "the check is off"},
      {"10.0.0.0/8", "a network"},
      {"b\xC3\xBC"
       "cher.example",
       "xn--"},
      {"a.example:", "':' without a port"},
      {"a.example:0", "':' without a port"},
      {"a.example:65536", "is no port"},
      {"a.example:http", "is no port"},
      {"::1:80:", "':' without a port"},
      {"*a.example", "*.example.org"},
      {"a.*.example", "*.example.org"},
      {"*.*.example", "*.example.org"},
      {"*.", "neither a name"},
      {"*..", "neither a name"},
      {".", "neither a name"},
      {"..", "neither a name"},
      {".a", "neither a name"},
      {"a..b", "neither a name"},
      {"a b", "neither a name"},
      {"a,b", "neither a name"},
      {"u@a", "neither a name"},
      {"a\r\nb", "neither a name"},
      {"[::1", "':'"},
      {"[::1].", "':'"},
      {"::1.", "has brackets"},
      {"[a]", "neither a name"},
      {"[1.2.3.4]", "neither a name"},
      {"*.1.2.3.4", "no IPv4"},
      {"1.2.3", "no IPv4"},
      {"1.2.3.256", "no IPv4"},
      {"127.1:80", "no IPv4"},
  };
  for (const auto& [entry, reason] : wrong) {
    EXPECT_THAT(refusal(entry), StartsWith("Settings::hosts: '")) << entry;
    EXPECT_THAT(refusal(entry), HasSubstr(reason)) << entry;
  }
  EXPECT_THAT(refusal("a\r\nb"), HasSubstr("'a\\x0d\\x0ab'"));
}

TEST(Hosts, WhatIsRefusedChangesNothing) {
  Application app(Settings{.hosts = {"a.example"}});
  EXPECT_THROW(app.set_settings({.hosts = {"a b"}}), std::invalid_argument);
  EXPECT_THAT(app.settings().hosts, ElementsAre("a.example"));
}

}  // namespace
