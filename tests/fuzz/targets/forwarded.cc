// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/forwarded.h>

#include <eddy/web/http/request_parser.h>
#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::Address;
using eddy::web::client_of;
using eddy::web::ForwardedClient;
using eddy::web::Headers;
using eddy::web::ProxyHeaders;
using eddy::web::TrustedProxies;

Address address(std::string_view ip) {
  std::error_code error;
  return Address::parse(ip, 0, error);
}

// The same text as every header that could count; false if it can't be a field's value.
bool set_all(Headers& headers, std::string_view text) {
  for (const char* name : {"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip",
                           "X-Scheme", "Forwarded"}) {
    if (!headers.try_set(name, text)) return false;
  }
  return true;
}

void check_client(const ForwardedClient& client, const TrustedProxies& trusted,
                  std::string_view input) {
  std::error_code error;
  static_cast<void>(Address::parse(client.ip, 0, error));
  require(!error, "the client has a numeric address", input);
  require(client.scheme.empty() || client.scheme == "http" || client.scheme == "https",
          "a scheme is known", input);
  require(client.host.empty() || (trusted.host && eddy::web::internal::is_host(client.host)),
          "a host is one, and is wanted", input);
}

// Whatever a client sends, what trusted proxies append to it is what counts.
void check_appended(std::string_view input, ProxyHeaders kind, const char* name,
                    const char* appended) {
  const TrustedProxies trusted{.networks = {"10.0.0.0/8"}, .headers = kind};
  Headers headers;
  if (!headers.try_set(name, std::string(input) + appended)) return;
  const ForwardedClient client = client_of(address("10.0.0.1"), headers.list(), trusted);
  require(client.ip == "203.0.113.9", "what a proxy appended counts", input);
}

}  // namespace

void fuzz_forwarded(std::string_view input) {
  check_appended(input, ProxyHeaders::x_headers, "X-Forwarded-For", ", 203.0.113.9");
  check_appended(input, ProxyHeaders::x_forwarded, "X-Forwarded-For", ",203.0.113.9, 10.2.3.4");
  check_appended(input, ProxyHeaders::forwarded, "Forwarded", ", for=203.0.113.9");
  check_appended(input, ProxyHeaders::forwarded, "Forwarded",
                 ",for=\"203.0.113.9:80\";proto=https, for=10.2.3.4;host=\"a,b\"");

  Headers headers;
  if (!set_all(headers, input)) return;
  for (const ProxyHeaders kind :
       {ProxyHeaders::x_headers, ProxyHeaders::x_forwarded, ProxyHeaders::forwarded}) {
    for (const bool host : {false, true}) {
      const TrustedProxies trusted{.networks = {"10.0.0.0/8"}, .headers = kind, .host = host};
      check_client(client_of(address("10.0.0.1"), headers.list(), trusted), trusted, input);
      const ForwardedClient stranger = client_of(address("192.0.2.1"), headers.list(), trusted);
      require(stranger.ip == "192.0.2.1" && stranger.scheme.empty() && stranger.host.empty(),
              "strangers are not believed", input);
    }
  }
  require_linear(input, [](std::string_view text) {
    Headers many;
    if (!set_all(many, text)) return;
    for (const ProxyHeaders kind : {ProxyHeaders::x_forwarded, ProxyHeaders::forwarded}) {
      const TrustedProxies trusted{
          .networks = {"0.0.0.0/0", "::/0"}, .headers = kind, .host = true};
      static_cast<void>(client_of(address("10.0.0.1"), many.list(), trusted));
    }
  });
}

}  // namespace eddy_tests
