// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/name_lookup.h>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

#include <eddy/core/net/resolver.h>

namespace eddy::inline v0 {

namespace {

/// RFC 1035, 2.3.4: 255 bytes as DNS writes it, which are 253 as text.
constexpr std::size_t kLongestName = 253;

class Category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "getaddrinfo"; }
  [[nodiscard]] std::string message(int code) const override { return ::gai_strerror(code); }
  [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
    switch (code) {
      case EAI_NONAME:
#ifdef EAI_NODATA
      case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
      case EAI_ADDRFAMILY:
#endif
        return ResolverCondition::not_found;
      case EAI_AGAIN:
        return ResolverCondition::try_again;
      case EAI_MEMORY:
        return std::errc::not_enough_memory;
      default:
        return {code, *this};
    }
  }
};

class ConditionCategory final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "eddy.resolver"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<ResolverCondition>(code)) {
      case ResolverCondition::not_found:
        return "the host is not known";
      case ResolverCondition::try_again:
        return "no name server has answered";
    }
    return "unknown error";
  }
};

/// Is never destroyed: a lookup may end while the process does.
template <class T>
union Immortal {
  Immortal() noexcept : value() {}
  Immortal(const Immortal&) = delete;
  Immortal& operator=(const Immortal&) = delete;
  ~Immortal() {}  // NOLINT(modernize-use-equals-default): that would be deleted

  T value;
};

/// Not EAI_ADDRFAMILY, which POSIX does not have.
std::error_code no_such_name() noexcept { return {EAI_NONAME, getaddrinfo_category()}; }

int to_system(Address::Family family) noexcept {
  switch (family) {
    case Address::Family::ipv4:
      return AF_INET;
    case Address::Family::ipv6:
      return AF_INET6;
    default:
      return AF_UNSPEC;
  }
}

Address address_of(const addrinfo& found) noexcept {
  Address address;
  if ((found.ai_family == AF_INET || found.ai_family == AF_INET6) &&
      found.ai_addrlen <= Address::capacity()) {
    std::memcpy(address.data(), found.ai_addr, found.ai_addrlen);
    address.set_size(found.ai_addrlen);
  }
  return address;
}

struct FreeList {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

std::vector<Address> ask_system(const std::string& host, Address::Family family, int flags,
                                std::error_code& error) {
  addrinfo hints{};
  hints.ai_family = to_system(family);
  // One entry for each address instead of one for each kind of socket.
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (code != 0) {
    error = code == EAI_SYSTEM ? std::error_code(errno, std::system_category())
                               : std::error_code(code, getaddrinfo_category());
    return {};
  }
  const std::unique_ptr<addrinfo, FreeList> owner(list);
  std::vector<Address> addresses;
  for (const addrinfo* found = list; found != nullptr; found = found->ai_next) {
    const Address address = address_of(*found);
    if (address.family() == Address::Family::unspecified) continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(address);
    }
  }
  error = addresses.empty() ? no_such_name() : std::error_code();
  return addresses;
}

bool fits(Address::Family wanted, Address::Family family) noexcept {
  return wanted == Address::Family::unspecified || wanted == family;
}

[[noreturn]] void refuse_name(const std::string& why) {
  throw std::system_error(std::make_error_code(std::errc::invalid_argument), "resolve: " + why);
}

void check_name(std::string_view host) {
  if (host.empty() || host == ".") refuse_name("a host without a name");
  if (host.find('\0') != std::string_view::npos) refuse_name("the host's name has a NUL");
  const std::size_t size = host.size() - (host.ends_with('.') ? 1 : 0);
  if (size > kLongestName) {
    refuse_name("the host's name has " + std::to_string(size) + " bytes, and " +
                std::to_string(kLongestName) + " are the most");
  }
}

}  // namespace

const std::error_category& getaddrinfo_category() noexcept {
  static const Immortal<Category> category;
  return category.value;
}

const std::error_category& resolver_condition_category() noexcept {
  static const Immortal<ConditionCategory> category;
  return category.value;
}

// With AI_ADDRCONFIG a machine without IPv6 asks no server for addresses that it could not use, and
// waits for no answer to that. Its flaw is that loopback addresses do not count as the machine's
// own: names of /etc/hosts that have no other are not found then, unless one asks again without.
std::vector<Address> look_up_name(const std::string& host, Address::Family family,
                                  std::error_code& error) {
  if (family == Address::Family::unspecified) {
    std::vector<Address> addresses = ask_system(host, family, AI_ADDRCONFIG, error);
    if (error != ResolverCondition::not_found) return addresses;
  }
  return ask_system(host, family, 0, error);
}

namespace internal {

std::string folded_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string name(host);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

std::optional<std::vector<Address>> known_addresses(const std::string& host, std::uint16_t port,
                                                    Address::Family family) {
  check_name(host);
  std::vector<Address> addresses;
  std::error_code error;
  const std::string name = folded_name(host);
  if (name == "localhost" || name.ends_with(".localhost")) {
    addresses = {Address::parse("::1", port, error), Address::parse("127.0.0.1", port, error)};
  } else if (host.find('%') != std::string::npos) {
    // With a scope, "fe80::1%eth0". That asks no server either.
    addresses = ask_system(host, Address::Family::unspecified, AI_NUMERICHOST, error);
    for (Address& address : addresses) address = with_port(address, port);
  } else {
    const Address address = Address::parse(host, port, error);
    if (error) return std::nullopt;
    addresses = {address};
  }
  std::erase_if(addresses, [family](const Address& a) { return !fits(family, a.family()); });
  if (error || addresses.empty()) {
    throw std::system_error(error ? error : no_such_name(), "resolve " + host);
  }
  return addresses;
}

Address with_port(const Address& address, std::uint16_t port) noexcept {
  Address result = address;
  // Both have the port at the same place: behind the family.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  if (address.family() == Address::Family::ipv4 || address.family() == Address::Family::ipv6) {
    const in_port_t value = htons(port);
    std::memcpy(static_cast<char*>(result.data()) + offsetof(sockaddr_in, sin_port), &value,
                sizeof value);
  }
  return result;
}

}  // namespace internal
}  // namespace eddy::inline v0
