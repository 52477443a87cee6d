// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/net/address.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0 {

/// What getaddrinfo says of a name: EAI_NONAME and the rest of <netdb.h>, with its own texts.
[[nodiscard]] EDDY_API const std::error_category& getaddrinfo_category() noexcept;
[[nodiscard]] EDDY_API const std::error_category& resolver_condition_category() noexcept;

/// What its codes come to, to be compared with: `error.code() == ResolverCondition::not_found`.
enum class ResolverCondition {
  /// There is no such name, or it has no address of the family that was asked for.
  not_found = 1,
  /// No name server has answered; it may another time.
  try_again,
};
[[nodiscard]] inline std::error_condition make_error_condition(ResolverCondition value) noexcept {
  return {static_cast<int>(value), resolver_condition_category()};
}

/// Finds the addresses of a host.
///
/// Thread: that of the Loop of the task that waits. Source: tornado.netutil.Resolver.
class EDDY_API Resolver {
 public:
  Resolver() = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  virtual ~Resolver() = default;

  /// The addresses of `host`, each with `port`, the one to be tried first in front: at least one,
  /// of `family` unless that is unspecified. Throws std::system_error, which names the host. A stop
  /// must end the wait at once. The resolver may be destroyed meanwhile.
  [[nodiscard]] virtual Task<std::vector<Address>> resolve(std::string host, std::uint16_t port,
                                                           Address::Family family) = 0;
  [[nodiscard]] Task<std::vector<Address>> resolve(std::string host, std::uint16_t port) {
    return resolve(std::move(host), port, Address::Family::unspecified);
  }
};

/// Looks a name up, and blocks until it knows: the addresses, of any port, or an error. May throw.
using NameLookup = std::function<std::vector<Address>(
    const std::string& host, Address::Family family, std::error_code& error)>;
/// By getaddrinfo: what /etc/hosts, DNS and the rest of nsswitch.conf say, in the order of RFC
/// 6724. Where no family is asked for, only those that this machine has an address of are looked
/// for first (AI_ADDRCONFIG).
[[nodiscard]] EDDY_API std::vector<Address> look_up_name(const std::string& host,
                                                         Address::Family family,
                                                         std::error_code& error);

struct ResolverOptions {
  /// Threads at most, at least one. They start as they are needed.
  std::size_t threads = 8;
  /// Names that may wait for a thread; one more is Errc::queue_full.
  std::size_t queue_limit = 1024;
  /// What the threads call; empty: look_up_name(). It may still run when the resolver has gone, so
  /// it owns what it uses.
  NameLookup lookup = {};
};

/// Looks names up on threads of its own, since what the system offers for it blocks: never on the
/// Loop's thread, nor on its executor's, which name servers that do not answer would use up.
///
/// What is no question to anybody is answered at once, without a thread: numeric addresses, and
/// localhost with all names under it, which are ::1 and 127.0.0.1 whatever a server would say (RFC
/// 6761, 6.3). Impossible names (empty, with a NUL, of more than 253 bytes) are
/// std::errc::invalid_argument.
///
/// A stop or a timeout ends the wait at once; so does the destruction of the task. A lookup that
/// nobody waits for any more is forgotten if it has not begun. One that has can't be ended: it goes
/// on by itself. Who asks for the same name meanwhile waits for that one, so a program that tries
/// again and again holds one thread and not all.
///
/// Nothing is kept: the system says an address without how long it holds. What caches is the
/// system's own resolver (systemd-resolved, nscd), which knows.
///
/// Destroying this waits for nobody: who waits gets the answer all the same, and the threads end
/// when they have none to give. Neither does the process's end, which takes the threads along. In a
/// forked child it begins anew; lookups that were under way end in the parent alone.
///
/// Thread-safe: may serve Loops of several threads. Source: tornado.netutil.ThreadedResolver.
class EDDY_API ThreadedResolver final : public Resolver {
 public:
  explicit ThreadedResolver(ResolverOptions options = {});
  ~ThreadedResolver() override;

  using Resolver::resolve;
  [[nodiscard]] Task<std::vector<Address>> resolve(std::string host, std::uint16_t port,
                                                   Address::Family family) override;

 private:
  class Threads;
  std::unique_ptr<Threads> threads_;
};

/// Sends some hosts elsewhere, as a file of hosts of the program's own: to a test's server, to a
/// container, to a Unix socket. All others are left to another resolver, and so are the new names.
///
///     auto resolver = std::make_shared<OverrideResolver>(std::make_shared<ThreadedResolver>());
///     resolver->add("api.example.com", "127.0.0.1");
///     resolver->add("api.example.com", 443, "localhost", 8443);
///     resolver->add_unix("docker.test", "/var/run/docker.sock");
///
/// Names are compared without regard to case. The most exact rule decides: host, port and family,
/// then host and port, then the host alone. A numeric address is a host like any other.
///
/// Thread: rules are added before it is used; after that, as the other resolver.
/// Source: tornado.netutil.OverrideResolver.
class EDDY_API OverrideResolver : public Resolver {
 public:
  explicit OverrideResolver(std::shared_ptr<Resolver> resolver);
  ~OverrideResolver() override;

  /// `host` is `target`, on the port that is asked for.
  OverrideResolver& add(std::string_view host, std::string target);
  /// `host` on `port` is `target` on `target_port`, for those who ask for `family` if one is given.
  OverrideResolver& add(std::string_view host, std::uint16_t port, std::string target,
                        std::uint16_t target_port,
                        Address::Family family = Address::Family::unspecified);
  /// `host` is a Unix socket (see Address::local), whatever port and family are asked for. Throws
  /// std::system_error for an impossible path.
  OverrideResolver& add_unix(std::string_view host, std::string_view path);

  using Resolver::resolve;
  [[nodiscard]] Task<std::vector<Address>> resolve(std::string host, std::uint16_t port,
                                                   Address::Family family) override;

 private:
  class Rules;
  std::shared_ptr<Resolver> resolver_;
  std::unique_ptr<Rules> rules_;
};

}  // namespace eddy::inline v0

template <>
struct std::is_error_condition_enum<eddy::ResolverCondition> : std::true_type {};
