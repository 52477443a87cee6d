// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/host_pattern.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/request_parser.h>
#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::Address;
using eddy::web::HostAndPort;
using eddy::web::internal::HostPattern;
using eddy::web::internal::is_host;
using eddy::web::internal::names_this_machine;
using eddy::web::internal::split_host;

std::string in_case(std::string_view text, char first, char to_first) {
  std::string changed(text);
  for (char& c : changed) {
    if (c >= first && c <= first + 25) c = static_cast<char>(c - first + to_first);
  }
  return changed;
}
std::string lower(std::string_view text) { return in_case(text, 'A', 'a'); }
std::string upper(std::string_view text) { return in_case(text, 'a', 'A'); }

bool is_or_is_below(std::string_view name, std::string_view top) {
  return name == top || name.ends_with("." + std::string(top));
}

// What a client names: who passes, does so for the reason that the guide gives.
void check_client(std::string_view input) {
  const HostAndPort host = split_host(input);
  require(lies_within(host.host, input), "a host is a part of the text", input);
  if (!is_host(input)) return;
  const std::string name = lower(host.host);
  const bool local = names_this_machine(host.host);
  require(names_this_machine(split_host(upper(input)).host) == local, "case means nothing", input);
  if (local && !is_or_is_below(name, "localhost")) {
    const bool brackets = name.starts_with('[');
    std::error_code error;
    const Address address =
        Address::parse(brackets ? name.substr(1, name.size() - 2) : name, 0, error);
    require(!error && address.is_loopback(), "no other name is this machine's", input);
  }
  if (HostPattern("app.example").matches(host, 80)) {
    require(name == "app.example", "an entry is for its own name", input);
  }
  if (HostPattern("*.app.example:81").matches(host, 80)) {
    require(name.ends_with(".app.example") && host.port == 81, "or for those below it", input);
  }
  if (HostPattern("[2001:db8::1]").matches(host, 80)) {
    require(name.starts_with("[2001:"), "or for its own address", input);
  }
}

// What a program lists.
void check_entry(std::string_view input) {
  std::optional<HostPattern> pattern;
  try {
    pattern.emplace(input);
  } catch (const std::invalid_argument&) {
    return;
  }
  const bool below = input.starts_with("*.");
  const std::string own(below ? input.substr(2) : input);
  if (below) {
    const std::string child = "x." + own;
    require(is_host(child) && pattern->matches(split_host(upper(child)), 80),
            "what is below passes", input);
    require(!pattern->matches(split_host(own), 80), "but not the name itself", input);
  } else if (is_host(own)) {
    require(pattern->matches(split_host(upper(own)), 80), "an entry is for itself", input);
    require(!pattern->matches(split_host("x." + own), 80), "and for nothing below", input);
  } else {
    std::error_code error;
    static_cast<void>(Address::parse(own, 0, error));
    require(!error, "what is no host is an address without brackets", input);
  }
}

}  // namespace

void fuzz_host(std::string_view input) {
  check_client(input);
  check_entry(input);
  require_linear(input, [](std::string_view text) {
    check_client(text);
    check_entry(text);
  });
}

}  // namespace eddy_tests
