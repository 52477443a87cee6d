// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/client_url.h>

#include <algorithm>
#include <cstdint>
#include <system_error>

#include <eddy/web/http/http_client.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web::internal {

namespace {

constexpr std::uint16_t kDefaultPort = 80;

/// `url` for a log: what stands before an '@' in its authority may be a password.
std::string without_user(std::string_view url) {
  constexpr std::string_view kEnds = "/?#";
  const std::size_t scheme = std::min(url.find_first_of("@/?#"), url.size());
  const std::size_t begin = url.substr(scheme).starts_with("//") ? scheme + 2 : 0;
  const std::string_view authority = url.substr(begin, url.find_first_of(kEnds, begin) - begin);
  const std::size_t at = authority.rfind('@');
  std::string text(url);
  // But for the name of a Unix socket.
  if (at != std::string_view::npos && !authority.starts_with("unix:@")) {
    text.replace(begin, at, "***");
  }
  return text;
}

[[noreturn]] void refuse(ClientErrc code, std::string_view url, std::string_view why) {
  throw HttpClientError(code, "fetch '" + without_user(url) + "': " + std::string(why));
}

/// Takes `prefix` off, whatever its case.
bool take_prefix(std::string_view& text, std::string_view prefix) noexcept {
  if (!equals_ignoring_case(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// What is asked for, of what follows the authority: without a fragment, and with a path.
std::string target_of(std::string_view url, std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  const bool fit =
      std::all_of(rest.begin(), rest.end(), [](char c) { return is_class(c, kTargetChar); });
  if (!fit) {
    refuse(ClientErrc::invalid_request, url,
           "blanks, control characters and what is not ASCII must be percent-encoded");
  }
  std::string target(rest);
  if (!target.starts_with('/')) target.insert(0, 1, '/');
  return target;
}

/// "unix:/run/app.sock:/path"; "unix:" has been taken.
ClientUrl parse_unix(std::string_view url, std::string_view rest) {
  const std::size_t colon = rest.find(':');
  const std::string_view path = rest.substr(0, colon);
  ClientUrl result;
  std::error_code error;
  // A name of its own would be one relative to whatever folder the program is in.
  const bool absolute = path.starts_with('/') || path.starts_with('@');
  if (absolute) result.address = Address::local(path, error);
  if (!absolute || error) {
    refuse(ClientErrc::invalid_request, url,
           "a Unix socket is unix:/path or unix:@name, with ':' before what is asked for");
  }
  result.host = "localhost";
  result.target =
      target_of(url, colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1));
  return result;
}

Address address_of(std::string_view url, std::string_view authority) {
  auto [host, port] = split_host_and_port(authority);
  if (host.empty() || port == 0) {
    refuse(ClientErrc::invalid_request, url, "it has no host, or a port that is none");
  }
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (equals_ignoring_case(host, "localhost")) host = "127.0.0.1";
  std::error_code error;
  const Address address = Address::parse(host, port.value_or(kDefaultPort), error);
  const bool is_v6 = address.family() == Address::Family::ipv6;
  if (!error && bracketed == is_v6) return address;
  if (bracketed || is_v6 || host.find(':') != std::string_view::npos) {
    refuse(ClientErrc::invalid_request, url,
           "what follows the host is no port, or an IPv6 address is not in brackets");
  }
  refuse(ClientErrc::unsupported, url,
         "names of hosts are not looked up yet; give a numeric address or localhost");
}

}  // namespace

ClientUrl parse_client_url(std::string_view url) {
  std::string_view rest = url;
  if (!take_prefix(rest, "http://")) {
    if (take_prefix(rest, "https://")) {
      refuse(ClientErrc::unsupported, url, "there is no TLS in this client yet");
    }
    refuse(ClientErrc::invalid_request, url, "it does not begin with http://");
  }
  // Else it is a host with that name: "http://unix:80/" has a port.
  if (rest.starts_with("unix:/") || rest.starts_with("unix:@")) {
    return parse_unix(url, rest.substr(std::string_view("unix:").size()));
  }
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  if (authority.find('@') != std::string_view::npos) {
    refuse(ClientErrc::unsupported, url,
           "a user name in a URL is not sent; give an Authorization field");
  }
  return {address_of(url, authority), std::string(authority), target_of(url, rest.substr(end))};
}

}  // namespace eddy::inline v0::web::internal
