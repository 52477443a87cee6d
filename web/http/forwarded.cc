// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/forwarded.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/scan.h>
#include <eddy/web/http/request_parser.h>

namespace eddy::inline v0::web {

namespace {

using internal::equals_ignoring_case;
using internal::trim_blanks;

std::string ip_of(const Address& address) {
  return address.ip().empty() ? std::string("0.0.0.0") : address.unmapped().host();
}

/// "http" or "https" as a literal; empty for anything else.
std::string_view known_scheme(std::string_view text) noexcept {
  if (equals_ignoring_case(text, "http")) return "http";
  if (equals_ignoring_case(text, "https")) return "https";
  return {};
}

std::optional<Address> read_ip(std::string_view text) {
  std::error_code error;
  const Address address = Address::parse(text, 0, error);
  if (error) return std::nullopt;
  return address.unmapped();
}

/// An address with or without a port: "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:4711", and
/// "2001:db8::1" as X-Forwarded-For has it.
std::optional<Address> read_node(std::string_view text) {
  std::string_view host = text;
  std::size_t end = text.size();
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    if (host.find(':') == std::string_view::npos) return std::nullopt;  // only IPv6 has brackets
    ++end;
  } else if (text.find(':') == text.rfind(':')) {
    end = std::min(text.find(':'), text.size());
    host = text.substr(0, end);
  }
  // The port may be a word of the proxy's own making (RFC 7239, 6.2).
  const std::string_view port = text.substr(end);
  if (!port.empty() && (port[0] != ':' || !internal::is_token(port.substr(1)))) return std::nullopt;
  return read_ip(host);
}

/// Follows a chain of proxies from the nearest to the client.
class Chain {
 public:
  explicit Chain(const NetworkSet& trusted) noexcept : trusted_(trusted) {}

  /// The next one as the last one told it. False: the search is over.
  bool add(const std::optional<Address>& node) {
    found_ = node;
    return node && trusted_.contains(*node);
  }
  /// What the search ended with: the client, or nothing that is an address.
  [[nodiscard]] const std::optional<Address>& client() const noexcept { return found_; }

 private:
  const NetworkSet& trusted_;
  std::optional<Address> found_;
};

/// The last item of a comma-separated list, which loses it. Empty items are skipped (RFC 9110,
/// 5.6.1); false when there is none left.
bool take_last_item(std::string_view& list, std::string_view& item) noexcept {
  while (!list.empty()) {
    const std::size_t comma = list.rfind(',');
    const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
    item = trim_blanks(list.substr(begin));
    list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
    if (!item.empty()) return true;
  }
  return false;
}

/// Calls `each` with the items of all fields of that name, from the last to the first, until it
/// returns false. `take` takes the last item of a field.
template <class Take, class Each>
void for_each_from_the_last(const HeaderList& headers, std::string_view name, Take take,
                            Each each) {
  const auto fields = headers.get_list(name);
  std::string_view item;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    std::string_view list = *field;
    while (take(list, item)) {
      if (!each(item)) return;
    }
  }
}

// ---- The X- headers -----------------------------------------------------------------------------

std::string_view last_item_of(const HeaderList& headers, std::string_view name) {
  std::string_view last;
  for_each_from_the_last(headers, name, take_last_item, [&last](std::string_view item) {
    last = item;
    return false;
  });
  return last;
}

std::optional<Address> forwarded_for(const HeaderList& headers, const NetworkSet& trusted) {
  Chain chain(trusted);
  for_each_from_the_last(headers, "X-Forwarded-For", take_last_item,
                         [&chain](std::string_view item) { return chain.add(read_node(item)); });
  return chain.client();
}

/// Only one, and only an address: of two it is not known which is the proxy's.
std::optional<Address> real_ip(const HeaderList& headers) {
  const auto fields = headers.get_list("X-Real-Ip");
  return fields.size() == 1 ? read_ip(fields[0]) : std::nullopt;
}

void read_x_headers(const HeaderList& headers, const TrustedProxies& trusted,
                    ForwardedClient& client) {
  const bool all = trusted.headers == ProxyHeaders::x_headers;
  std::optional<Address> address;
  if (all) address = real_ip(headers);
  if (!address) address = forwarded_for(headers, trusted.networks);
  if (address) client.ip = ip_of(*address);
  const bool x_scheme = all && headers.contains("X-Scheme");
  client.scheme = known_scheme(last_item_of(headers, x_scheme ? "X-Scheme" : "X-Forwarded-Proto"));
  if (all || !trusted.host) return;
  const std::string_view host = last_item_of(headers, "X-Forwarded-Host");
  if (internal::is_host(host)) client.host = host;
}

// ---- Forwarded ----------------------------------------------------------------------------------

/// What one proxy told: the values of an element, without their quotes.
struct Element {
  std::optional<std::string_view> node;
  std::optional<std::string_view> proto;
  std::optional<std::string_view> host;
};

/// Whether the quote at `at` is escaped by a backslash that is not itself escaped.
bool is_escaped(std::string_view text, std::size_t at) noexcept {
  std::size_t begin = at;
  while (begin > 0 && text[begin - 1] == '\\') --begin;
  return (at - begin) % 2 != 0;
}

/// As take_last_item, past commas in quotes. It reads from the end, where the nearest proxy has
/// written, so that no open quote of a client's can swallow that.
bool take_last_element(std::string_view& list, std::string_view& element) noexcept {
  while (!list.empty()) {
    bool quoted = false;
    std::size_t begin = list.size();
    while (begin > 0 && (quoted || list[begin - 1] != ',')) {
      --begin;
      if (list[begin] == '"' && !is_escaped(list, begin)) quoted = !quoted;
    }
    element = trim_blanks(list.substr(begin));
    list = list.substr(0, begin > 0 ? begin - 1 : 0);
    if (!element.empty()) return true;
  }
  return false;
}

/// A token or quoted string that `text` begins with and loses. Values with escapes are none that
/// is understood here: addresses, schemes and hosts have nothing to escape.
bool take_value(std::string_view& text, std::string_view& value) noexcept {
  if (text.starts_with('"')) {
    const std::size_t end = text.find_first_of("\"\\", 1);
    if (end == std::string_view::npos || text[end] != '"') return false;
    value = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return true;
  }
  const std::size_t end = std::min(text.find_first_of("; \t"), text.size());
  value = text.substr(0, end);
  text.remove_prefix(end);
  return internal::is_token(value);
}

/// Strict, but for blanks around the semicolons; no parameter comes twice.
bool read_element(std::string_view text, Element& element) noexcept {
  while (true) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view name = text.substr(0, equals);
    std::string_view value;
    if (!internal::is_token(name)) return false;
    text.remove_prefix(equals + 1);
    if (!take_value(text, value)) return false;
    for (const auto& [known, place] :
         {std::pair("for", &element.node), std::pair("proto", &element.proto),
          std::pair("host", &element.host)}) {
      if (!equals_ignoring_case(name, known)) continue;
      if (*place) return false;
      *place = value;
    }
    text = trim_blanks(text);
    if (text.empty()) return true;
    if (text[0] != ';') return false;
    text = trim_blanks(text.substr(1));
    if (text.empty()) return true;
  }
}

/// In RFC 7239 an IPv6 address has brackets, always.
std::optional<Address> read_forwarded_node(const std::optional<std::string_view>& node) {
  if (!node) return std::nullopt;
  const auto address = read_node(*node);
  const bool bracketed = node->starts_with('[');
  return address && bracketed == (node->find(':') != node->rfind(':')) ? address : std::nullopt;
}

void read_forwarded(const HeaderList& headers, const TrustedProxies& trusted,
                    ForwardedClient& client) {
  Chain chain(trusted.networks);
  // What the proxy that the client spoke to has told; further ones know only their own peer.
  Element outermost;
  for_each_from_the_last(headers, "Forwarded", take_last_element, [&](std::string_view text) {
    Element element;
    if (!read_element(text, element)) return chain.add(std::nullopt);
    outermost = element;
    return chain.add(read_forwarded_node(element.node));
  });
  if (chain.client()) client.ip = ip_of(*chain.client());
  client.scheme = known_scheme(outermost.proto.value_or(""));
  if (trusted.host && outermost.host && internal::is_host(*outermost.host)) {
    client.host = *outermost.host;
  }
}

}  // namespace

ForwardedClient client_of(const Address& peer, const HeaderList& headers,
                          const TrustedProxies& trusted) {
  ForwardedClient client;
  client.ip = ip_of(peer);
  if (!trusted.networks.contains(peer)) return client;
  if (trusted.headers == ProxyHeaders::forwarded) {
    read_forwarded(headers, trusted, client);
  } else {
    read_x_headers(headers, trusted, client);
  }
  return client;
}

}  // namespace eddy::inline v0::web
