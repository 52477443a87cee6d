// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/forwarded.h>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using eddy::Address;
using eddy::NetworkSet;
using eddy::web::client_of;
using eddy::web::ForwardedClient;
using eddy::web::Headers;
using eddy::web::ProxyHeaders;
using eddy::web::TrustedProxies;

constexpr const char* kProxy = "10.0.0.1";

Address ip(std::string_view host) {
  std::error_code error;
  const Address address = Address::parse(host, 4711, error);
  EXPECT_FALSE(error) << host;
  return address;
}

struct Case {
  std::vector<std::pair<const char*, const char*>> headers;
  const char* client;
  const char* scheme = "";
  const char* host = "";
};

/// 10.0.0.0/8 and ::1 are proxies.
void check(ProxyHeaders kind, const std::vector<Case>& cases, bool host = false) {
  const TrustedProxies trusted{.networks = {"10.0.0.0/8", "::1"}, .headers = kind, .host = host};
  for (const Case& c : cases) {
    Headers headers;
    std::string text;
    for (const auto& [name, value] : c.headers) {
      headers.add(name, value);
      text.append(name).append(": ").append(value).append("; ");
    }
    const ForwardedClient client = client_of(ip(kProxy), headers.list(), trusted);
    EXPECT_EQ(client.ip, c.client) << text;
    EXPECT_EQ(client.scheme, c.scheme) << text;
    EXPECT_EQ(client.host, c.host) << text;
    // From anybody else the same headers mean nothing.
    const ForwardedClient stranger = client_of(ip("203.0.113.9"), headers.list(), trusted);
    EXPECT_EQ(stranger.ip, "203.0.113.9") << text;
    EXPECT_EQ(stranger.scheme, "") << text;
    EXPECT_EQ(stranger.host, "") << text;
  }
}

TEST(Forwarded, TornadosHeaders) {
  check(ProxyHeaders::x_headers,
        {
            {{}, kProxy},
            // The last address that is no proxy's; what a client made up stands before it.
            {{{"X-Forwarded-For", "1.1.1.1, 2.2.2.2, 10.5.5.5"}}, "2.2.2.2"},
            {{{"X-Forwarded-For", "1.1.1.1"}}, "1.1.1.1"},
            {{{"X-Forwarded-For", "10.5.5.5"}}, "10.5.5.5"},
            {{{"X-Forwarded-For", "10.1.1.1, 10.2.2.2"}}, "10.1.1.1"},
            {{{"x-forwarded-for", "2.2.2.2,10.5.5.5"}}, "2.2.2.2"},
            {{{"X-Forwarded-For", "2620:0:1cfe:face:b00c::3"}}, "2620:0:1cfe:face:b00c::3"},
            {{{"X-Forwarded-For", "2.2.2.2, ::1"}}, "2.2.2.2"},
            {{{"X-Forwarded-For", "::ffff:2.2.2.2, ::ffff:10.5.5.5"}}, "2.2.2.2"},
            // Several fields are one list, and empty items none.
            {{{"X-Forwarded-For", "1.1.1.1, 2.2.2.2"}, {"X-Forwarded-For", "10.5.5.5"}}, "2.2.2.2"},
            {{{"X-Forwarded-For", "2.2.2.2, ,\t, 10.5.5.5,"}}, "2.2.2.2"},
            {{{"X-Forwarded-For", ""}}, kProxy},
            {{{"X-Forwarded-For", ", ,"}}, kProxy},
            // With a port, as some write it.
            {{{"X-Forwarded-For", "2.2.2.2:4711, 10.5.5.5:80"}}, "2.2.2.2"},
            {{{"X-Forwarded-For", "[2001:db8::1]:4711"}}, "2001:db8::1"},
            {{{"X-Forwarded-For", "[2001:db8::1]"}}, "2001:db8::1"},
            // Junk ends the search: what stands before it is anybody's word.
            {{{"X-Forwarded-For", "2.2.2.2, unknown, 10.5.5.5"}}, kProxy},
            {{{"X-Forwarded-For", "4.4.4.4<script>"}}, kProxy},
            {{{"X-Forwarded-For", "www.example.org"}}, kProxy},
            {{{"X-Forwarded-For", "1.2.3.4:"}}, kProxy},
            {{{"X-Forwarded-For", "[1.2.3.4]"}}, kProxy},
            {{{"X-Forwarded-For", "[::2"}}, kProxy},
            {{{"X-Forwarded-For", "[::2]x"}}, kProxy},
            {{{"X-Forwarded-For", "1.2.3.4.5"}}, kProxy},
            // X-Real-Ip comes first, if there is one address in it.
            {{{"X-Real-Ip", "3.3.3.3"}, {"X-Forwarded-For", "2.2.2.2"}}, "3.3.3.3"},
            {{{"X-Real-Ip", "10.3.3.3"}, {"X-Forwarded-For", "2.2.2.2"}}, "10.3.3.3"},
            {{{"X-Real-Ip", "junk"}, {"X-Forwarded-For", "2.2.2.2"}}, "2.2.2.2"},
            {{{"X-Real-Ip", "junk"}}, kProxy},
            {{{"X-Real-Ip", "3.3.3.3"}, {"X-Real-Ip", "4.4.4.4"}}, kProxy},
            {{{"X-Real-Ip", "3.3.3.3, 4.4.4.4"}}, kProxy},
            // The scheme: the nearest proxy's word, and only two are known.
            {{{"X-Scheme", "https"}}, kProxy, "https"},
            {{{"X-Forwarded-Proto", "https"}}, kProxy, "https"},
            {{{"X-Forwarded-Proto", "HTTPS"}}, kProxy, "https"},
            {{{"X-Forwarded-Proto", "https , http"}}, kProxy, "http"},
            {{{"X-Forwarded-Proto", "http,https"}}, kProxy, "https"},
            {{{"X-Scheme", "http"}, {"X-Forwarded-Proto", "https"}}, kProxy, "http"},
            {{{"X-Scheme", "ftp"}}, kProxy},
            {{{"X-Scheme", "ftp"}, {"X-Forwarded-Proto", "https"}}, kProxy},
            {{{"X-Forwarded-Proto", "unknown"}}, kProxy},
            {{{"X-Forwarded-Proto", ""}}, kProxy},
            // No other kind of header counts beside.
            {{{"Forwarded", "for=2.2.2.2;proto=https;host=example.org"}}, kProxy},
            {{{"X-Forwarded-Host", "example.org"}}, kProxy},
        });
}

TEST(Forwarded, TheXForwardedHeadersAlone) {
  check(ProxyHeaders::x_forwarded,
        {
            {{{"X-Forwarded-For", "1.1.1.1, 2.2.2.2, 10.5.5.5"}}, "2.2.2.2"},
            {{{"X-Real-Ip", "3.3.3.3"}, {"X-Forwarded-For", "2.2.2.2"}}, "2.2.2.2"},
            {{{"X-Real-Ip", "3.3.3.3"}}, kProxy},
            {{{"X-Scheme", "https"}}, kProxy},
            {{{"X-Scheme", "https"}, {"X-Forwarded-Proto", "http"}}, kProxy, "http"},
            {{{"Forwarded", "for=2.2.2.2;proto=https"}}, kProxy},
            {{{"X-Forwarded-Host", "example.org"}}, kProxy},
        });
  check(ProxyHeaders::x_forwarded,
        {
            {{{"X-Forwarded-Host", "example.org"}}, kProxy, "", "example.org"},
            {{{"X-Forwarded-Host", "evil.example, example.org:8443"}},
             kProxy,
             "",
             "example.org:8443"},
            {{{"X-Forwarded-Host", "example.org/path"}}, kProxy},
            {{{"X-Forwarded-Host", "[::1]:80"}}, kProxy, "", "[::1]:80"},
            {{{"X-Forwarded-Host", ""}}, kProxy},
        },
        true);
}

TEST(Forwarded, Rfc7239) {
  check(ProxyHeaders::forwarded,
        {
            {{}, kProxy},
            {{{"Forwarded", "for=2.2.2.2"}}, "2.2.2.2"},
            {{{"forwarded", "For=\"2.2.2.2\""}}, "2.2.2.2"},
            {{{"Forwarded", "for=\"2.2.2.2:4711\""}}, "2.2.2.2"},
            {{{"Forwarded", "for=\"[2001:db8:cafe::17]:4711\""}}, "2001:db8:cafe::17"},
            {{{"Forwarded", "for=\"[2001:db8:cafe::17]:_port\""}}, "2001:db8:cafe::17"},
            {{{"Forwarded", "for=2.2.2.2;proto=https;by=203.0.113.43;host=example.org"}},
             "2.2.2.2",
             "https",
             "example.org"},
            {{{"Forwarded", "proto=HTTP; host=\"example.org:8443\" ;\tfor=2.2.2.2;"}},
             "2.2.2.2",
             "http",
             "example.org:8443"},
            {{{"Forwarded", "for=2.2.2.2;secret=\"a;b,c\";proto=https"}}, "2.2.2.2", "https"},
            // A chain: what the proxy that the client spoke to has told counts.
            {{{"Forwarded", "for=1.1.1.1;proto=http, for=2.2.2.2;proto=https, for=10.5.5.5"}},
             "2.2.2.2",
             "https"},
            {{{"Forwarded", "for=1.1.1.1"},
              {"Forwarded", "for=2.2.2.2"},
              {"Forwarded", "for=\"[::1]\""}},
             "2.2.2.2"},
            {{{"Forwarded", "for=10.1.1.1;proto=https, for=10.2.2.2;proto=http"}},
             "10.1.1.1",
             "https"},
            // Names that are no addresses: the client is not known, and nothing before it is looked
            // at.
            {{{"Forwarded", "for=unknown"}}, kProxy},
            {{{"Forwarded", "for=_hidden;proto=https"}}, kProxy, "https"},
            {{{"Forwarded", "for=1.1.1.1, for=_hidden, for=10.5.5.5"}}, kProxy},
            {{{"Forwarded", "proto=https"}}, kProxy, "https"},
            // An IPv6 address needs brackets, and brackets and colons need quotes.
            {{{"Forwarded", "for=\"2001:db8::1\""}}, kProxy},
            {{{"Forwarded", "for=[2001:db8::1]"}}, kProxy},
            {{{"Forwarded", "for=2.2.2.2:4711"}}, kProxy},
            {{{"Forwarded", "for=\"[2.2.2.2]\""}}, kProxy},
            // What is malformed tells nothing.
            {{{"Forwarded", "for"}}, kProxy},
            {{{"Forwarded", "for="}}, kProxy},
            {{{"Forwarded", "for =2.2.2.2"}}, kProxy},
            {{{"Forwarded", "=2.2.2.2"}}, kProxy},
            {{{"Forwarded", "for=2.2.2.2;for=3.3.3.3"}}, kProxy},
            {{{"Forwarded", "for=2.2.2.2 proto=https"}}, kProxy},
            {{{"Forwarded", "for=\"2.2.2.2"}}, kProxy},
            {{{"Forwarded", "for=\"2.2.2.2\"x"}}, kProxy},
            {{{"Forwarded", "for=\"2.2.2\\.2\""}}, kProxy},
            {{{"Forwarded", "for=2.2.2.2;proto=ftp;host=\"a b\""}}, "2.2.2.2"},
            // What a client sends before it takes nothing of the proxy's own away.
            {{{"Forwarded", "for=\"9.9.9.9, for=2.2.2.2;proto=https"}}, "2.2.2.2", "https"},
            {{{"Forwarded", "for=\"9.9.9.9\\, for=\"2.2.2.2:80\""}}, "2.2.2.2"},
            {{{"Forwarded", "for=\"\\\", for=\"2.2.2.2:80\""}}, "2.2.2.2"},
            {{{"Forwarded", "\"\"\", for=2.2.2.2, for=10.5.5.5"}}, "2.2.2.2"},
            {{{"Forwarded", ", ,for=2.2.2.2, ,"}}, "2.2.2.2"},
            // No other kind of header counts beside.
            {{{"X-Forwarded-For", "3.3.3.3"}, {"X-Real-Ip", "4.4.4.4"}, {"X-Scheme", "https"}},
             kProxy},
        },
        true);
  check(ProxyHeaders::forwarded, {{{{"Forwarded", "for=2.2.2.2;host=example.org"}}, "2.2.2.2"}});
}

TEST(Forwarded, BehindAUnixSocket) {
  std::error_code error;
  const Address peer = Address::local("/run/client", error);
  Headers headers;
  headers.add("X-Real-Ip", "2.2.2.2");
  EXPECT_EQ(client_of(peer, headers.list(), {.networks = {"unix:"}}).ip, "2.2.2.2");
  EXPECT_EQ(client_of(peer, headers.list(), {.networks = {"0.0.0.0/0"}}).ip, "0.0.0.0");
  EXPECT_EQ(client_of(peer, {}, {.networks = {"unix:"}}).ip, "0.0.0.0");
}

TEST(Forwarded, NobodyIsBelievedUnlessTold) {
  Headers headers;
  headers.add("X-Real-Ip", "2.2.2.2");
  headers.add("X-Forwarded-Proto", "https");
  const ForwardedClient client = client_of(ip("127.0.0.1"), headers.list(), {});
  EXPECT_EQ(client.ip, "127.0.0.1");
  EXPECT_EQ(client.scheme, "");
  EXPECT_EQ(client_of(ip("::ffff:127.0.0.1"), {}, {}).ip, "127.0.0.1");
}

TEST(Forwarded, ALongListIsReadOnce) {
  // Linear in its length: a hundred thousand addresses take no time that a test could notice.
  std::string list;
  for (int i = 0; i < 100'000; ++i) list += "10.0.0.1, ";
  Headers headers;
  headers.add("X-Forwarded-For", list + "10.0.0.2");
  EXPECT_EQ(client_of(ip(kProxy), headers.list(), {.networks = {"10.0.0.0/8"}}).ip, "10.0.0.1");
  std::string elements(100'000, '\\');
  Headers forwarded;
  forwarded.add("Forwarded", "for=\"" + elements + "\"");
  const TrustedProxies trusted{.networks = {"10.0.0.0/8"}, .headers = ProxyHeaders::forwarded};
  EXPECT_EQ(client_of(ip(kProxy), forwarded.list(), trusted).ip, kProxy);
}

}  // namespace
