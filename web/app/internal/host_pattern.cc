// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/host_pattern.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web::internal {

namespace {

constexpr std::size_t kLongestName = 253;  // RFC 1035, 2.3.4, without the dot at the end
constexpr std::size_t kLongestLabel = 63;

bool is_label_char(char c) noexcept { return is_class(c, kUnreservedChar) && c != '.' && c != '~'; }

/// Letters, digits, '-' and '_', in labels between single dots.
bool is_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > kLongestName) return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.' ? label == 0 : !is_label_char(c)) return false;
    label = c == '.' ? 0 : label + 1;
    if (label > kLongestLabel) return false;
  }
  return label > 0;
}

/// What browsers take for an IPv4 address, or refuse: they send no such name.
bool ends_in_number(std::string_view name) noexcept {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return std::ranges::all_of(last, [](char c) { return is_class(c, kDigitChar); });
}

}  // namespace

HostAndPort split_host(std::string_view host) noexcept {
  if (host.ends_with(':')) host.remove_suffix(1);
  HostAndPort parts = split_host_and_port(host);
  if (parts.host.ends_with('.') && !parts.host.starts_with('[')) parts.host.remove_suffix(1);
  return parts;
}

Address address_of_host(std::string_view host) noexcept {
  std::error_code error;
  if (host.starts_with('[') && host.ends_with(']')) {
    const Address address = Address::parse(host.substr(1, host.size() - 2), 0, error);
    return address.family() == Address::Family::ipv6 ? address.unmapped() : Address();
  }
  // Most hosts are names, and most of those end with a letter.
  if (host.empty() || !is_class(host.back(), kHexChar)) return {};
  const Address address = Address::parse(host, 0, error);
  return address.family() == Address::Family::ipv4 ? address : Address();
}

bool names_this_machine(std::string_view host) noexcept {
  constexpr std::string_view kLocal = ".localhost";
  const std::size_t size = host.size();
  if (equals_ignoring_case(host, kLocal.substr(1))) return true;
  if (size > kLocal.size() && equals_ignoring_case(host.substr(size - kLocal.size()), kLocal)) {
    return true;
  }
  return address_of_host(host).is_loopback();
}

HostPattern::HostPattern(std::string_view text) {
  if (const char* const wrong = read(text)) throw std::invalid_argument(wrong);
}

const char* HostPattern::read(std::string_view text) {
  if (text.empty()) return "it is empty";
  if (text == "*") return "no entry stands for every host; where that is meant, the check is off";
  if (text.find('/') != std::string_view::npos) {
    return "it is a URL or a network; a host alone is wanted, as example.org or 192.0.2.1:8080";
  }
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return "a name beyond ASCII is written as browsers send it, as xn--bcher-kva.example";
  }
  below_ = text.starts_with("*.");
  if (below_) text.remove_prefix(1);

  std::error_code error;
  address_ = Address::parse(text, 0, error).unmapped();  // of IPv6 without brackets
  if (!error) return nullptr;
  HostAndPort parts = split_host(text);
  if (text.ends_with(':') || parts.port == 0) return "it has a ':' without a port";
  port_ = parts.port;
  address_ = address_of_host(parts.host);
  if (address_.family() != Address::Family::unspecified) return nullptr;
  if (below_ && !parts.host.empty()) parts.host.remove_prefix(1);
  if (parts.host.find('*') != std::string_view::npos) {
    return "a '*' stands for names below another, at the begin and before a dot: *.example.org";
  }
  if (parts.host.find(':') != std::string_view::npos) {
    return "what follows the ':' is no port, and an IPv6 address with one has brackets: [::1]:80";
  }
  if (!is_name(parts.host)) return "it is neither a name of a host nor an address";
  if (ends_in_number(parts.host)) return "it is no IPv4 address of four decimal numbers";
  if (below_) name_.push_back('.');
  for (const char c : parts.host) name_ += to_lower(c);
  return nullptr;
}

bool HostPattern::matches(const HostAndPort& host, std::uint16_t default_port) const noexcept {
  if (port_ && host.port.value_or(default_port) != *port_) return false;
  if (name_.empty()) {
    return std::ranges::equal(address_of_host(host.host).ip(), address_.ip());
  }
  if (!below_) return equals_ignoring_case(host.host, name_);
  const std::size_t size = host.host.size();
  return size > name_.size() && equals_ignoring_case(host.host.substr(size - name_.size()), name_);
}

}  // namespace eddy::inline v0::web::internal
