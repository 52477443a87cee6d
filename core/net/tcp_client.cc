// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/tcp_client.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop_core.h>
#include <eddy/core/net/connect.h>
#include <eddy/core/net/name_lookup.h>
#include <eddy/core/task/event.h>
#include <eddy/core/task/with_timeout.h>

namespace eddy::inline v0 {

namespace {

using Family = Address::Family;

/// One address to be tried, and where from; an empty source: from wherever the system chooses.
struct Route {
  Address to;
  Address from;
};

/// How far it has come: for the texts of errors.
struct Progress {
  enum class Phase : std::uint8_t { name, connection, layer };
  struct Failure {
    Address address;
    std::error_code error;
  };

  /// "example.com:80".
  std::string where;
  Phase phase = Phase::name;
  /// Those that have been asked and have said nothing.
  std::vector<Address> silent = {};
  std::vector<Failure> failures = {};

  [[nodiscard]] std::string text() const { return "connect to " + where; }
  /// Throws for the last failure, and tells of all.
  [[noreturn]] void throw_failures() const;
  [[noreturn]] void throw_timeout(Duration limit) const;
};

void Progress::throw_failures() const {
  std::string text = this->text();
  // An address that was connected to as such need not be named twice.
  if (failures.size() > 1 || failures.front().address.to_string() != where) {
    for (const Failure& failure : failures) {
      text += &failure == failures.data() ? ": " : "; ";
      text += failure.address.to_string();
      // What the last one says is added by the exception.
      if (&failure != &failures.back()) text += ": " + failure.error.message();
    }
  }
  throw std::system_error(failures.back().error, text);
}

std::string to_text(Duration time) {
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  if (milliseconds % 1000 == 0) return std::to_string(milliseconds / 1000) + " s";
  return std::to_string(milliseconds) + " ms";
}

void Progress::throw_timeout(Duration limit) const {
  std::string text = this->text();
  for (const Failure& failure : failures) {
    text.append(&failure == failures.data() ? ": " : "; ").append(failure.address.to_string());
    text.append(": ").append(failure.error.message());
  }
  text += failures.empty() ? ": " : "; ";
  if (phase == Phase::name) {
    text += "the name has not been looked up";
  } else if (phase == Phase::layer) {
    text += "connected, but the handshake has not ended";
  } else {
    text += "nothing from";
    for (const Address& address : silent) {
      text.append(&address == silent.data() ? " " : ", ").append(address.to_string());
    }
  }
  throw std::system_error(std::make_error_code(std::errc::timed_out),
                          text + " within " + to_text(limit));
}

// ---- Routes -------------------------------------------------------------------------------------

/// The families take turns, beginning with that of the first address (RFC 8305, 4).
std::vector<Route> interleave(const std::vector<Route>& routes) {
  const auto of_first = [&routes](const Route& route) {
    return route.to.family() == routes.front().to.family();
  };
  std::vector<Route> first;
  std::vector<Route> second;
  for (const Route& route : routes) (of_first(route) ? first : second).push_back(route);
  std::vector<Route> result;
  result.reserve(routes.size());
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) result.push_back(first[i]);
    if (i < second.size()) result.push_back(second[i]);
  }
  return result;
}

Address source_of(const ConnectOptions& options) {
  if (options.source_address.empty()) return {};
  std::error_code error;
  Address source = Address::parse(options.source_address, options.source_port, error);
  if (error) {
    throw std::system_error(
        error, "connect from '" + options.source_address + "', which is no numeric address");
  }
  return source;
}

Address any_of(Family family, std::uint16_t port) {
  std::error_code error;
  return Address::parse(family == Family::ipv6 ? "::" : "0.0.0.0", port, error);
}

/// What is to be tried, in that order.
std::vector<Route> routes_to(const std::vector<Address>& addresses, const Address& source,
                             const ConnectOptions& options, const Progress& progress) {
  const bool bound = source.family() != Family::unspecified;
  std::vector<Route> routes;
  for (const Address& address : addresses) {
    const Family family = address.family();
    if (family == Family::unspecified) continue;
    if (family == Family::local) {  // has no place on the network, and nothing to be chosen of it
      routes.push_back({address, {}});
      continue;
    }
    if (options.family != Family::unspecified && family != options.family) continue;
    if (bound && family != source.family()) continue;
    const bool port_only = !bound && options.source_port != 0;
    routes.push_back({address, port_only ? any_of(family, options.source_port) : source});
  }
  if (routes.empty()) {
    throw std::system_error(
        std::make_error_code(std::errc::address_family_not_supported),
        progress.text() + (bound ? " from " + source.host() + ": no address of its family"
                                 : ": no address of the family that was asked for"));
  }
  routes = interleave(routes);
  routes.resize(std::min(routes.size(), std::max<std::size_t>(options.max_addresses, 1)));
  return routes;
}

// ---- The race -----------------------------------------------------------------------------------

/// Connects by several routes, one beside the other. In the frame that awaits run(): what is left
/// of it ends with that.
class Race {
 public:
  Race(internal::LoopCore& core, std::vector<Route> routes, Duration delay, Progress& progress)
      : core_(core), routes_(std::move(routes)), delay_(delay), progress_(progress) {
    attempts_.reserve(routes_.size());
  }

  /// The first connection; null when there is none by any route.
  Task<std::unique_ptr<Stream>> run() {
    for (std::size_t next = 0; winner_ == nullptr;) {
      if (thrown_) std::rethrow_exception(thrown_);
      if (next < routes_.size()) {
        start(routes_[next++]);
      } else if (progress_.silent.empty()) {
        co_return nullptr;
      }
      news_.clear();
      co_await wait(next < routes_.size());
    }
    attempts_.clear();
    co_return std::move(winner_);
  }

 private:
  void start(const Route& route) {
    progress_.silent.push_back(route.to);
    attempts_.emplace_back(core_.shared_from_this(), attempt(route),
                           [](const std::exception_ptr&) {});
    attempts_.back().start_later();
  }

  /// For news, or, if somebody is left to be asked, until it is that one's turn.
  Task<void> wait(bool bounded) {
    if (!bounded) {
      co_await news_.wait();
      co_return;
    }
    try {
      co_await news_.wait(delay_);
    } catch (const TimeoutError&) {  // NOLINT(bugprone-empty-catch): the next one's turn
    }
  }

  // Whoever is told resumes in a step of its own, so that no attempt is destroyed while it runs.
  Task<void> attempt(const Route& route) {
    try {
      std::unique_ptr<Stream> stream = co_await connect(route.to, route.from);
      // One that comes later closes.
      if (winner_ == nullptr) winner_ = std::move(stream);
    } catch (const std::system_error& error) {
      progress_.failures.push_back({route.to, error.code()});
    } catch (const std::exception&) {
      thrown_ = std::current_exception();
    }
    progress_.silent.erase(std::find(progress_.silent.begin(), progress_.silent.end(), route.to));
    news_.set();
  }

  internal::LoopCore& core_;
  const std::vector<Route> routes_;
  const Duration delay_;
  Progress& progress_;
  std::unique_ptr<Stream> winner_;
  std::exception_ptr thrown_;
  Event news_;
  /// The last, so that they end first.
  std::vector<RunningTask> attempts_;
};

Task<std::unique_ptr<Stream>> connect_by(std::vector<Route> routes, Duration delay,
                                         Progress& progress) {
  progress.phase = Progress::Phase::connection;
  std::unique_ptr<Stream> stream;
  if (routes.size() == 1) {
    const Route& route = routes.front();
    progress.silent.push_back(route.to);
    try {
      stream = co_await connect(route.to, route.from);
    } catch (const std::system_error& error) {
      progress.failures.push_back({route.to, error.code()});
    }
  } else {
    const auto* here = co_await internal::EnvironmentAwaiter<internal::ReadEnvironment>();
    Race race(*here->core, std::move(routes), delay, progress);
    stream = co_await race.run();
  }
  if (stream == nullptr) progress.throw_failures();
  co_return stream;
}

// ---- The whole ----------------------------------------------------------------------------------

struct Target {
  std::string host;
  std::uint16_t port = 0;
  /// Of a connection to one address, which needs no resolver.
  std::vector<Address> addresses = {};
};

// What these need is in their parameters, so that the client may go.

Task<std::unique_ptr<Stream>> connect_all(std::shared_ptr<Resolver> resolver, const Target& target,
                                          const ConnectOptions& options, Progress& progress) {
  const Address source = source_of(options);
  std::vector<Address> addresses = target.addresses;
  if (addresses.empty()) {
    const Family wanted = options.family != Family::unspecified ? options.family : source.family();
    Task<std::vector<Address>> found = resolver->resolve(target.host, target.port, wanted);
    try {
      addresses = co_await std::move(found);
    } catch (const TimeoutError&) {  // a limit of the resolver's own
      throw std::system_error(std::make_error_code(std::errc::timed_out), "resolve " + target.host);
    }
  }
  std::vector<Route> routes = routes_to(addresses, source, options, progress);
  std::unique_ptr<Stream> stream =
      co_await connect_by(std::move(routes), options.attempt_delay, progress);
  if (options.layer == nullptr) co_return stream;
  progress.phase = Progress::Phase::layer;
  std::string name = options.server_name.empty() ? target.host : options.server_name;
  stream = co_await options.layer->open(std::move(stream), std::move(name));
  co_return stream;
}

std::string name_of(const Target& target) {
  if (!target.addresses.empty()) return target.addresses.front().to_string();
  const bool v6 = target.host.find(':') != std::string::npos;
  return (v6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
}

Task<std::unique_ptr<Stream>> connect_in_time(std::shared_ptr<Resolver> resolver, Target target,
                                              ConnectOptions options) {
  Progress progress{.where = name_of(target)};
  Task<std::unique_ptr<Stream>> whole = connect_all(std::move(resolver), target, options, progress);
  if (options.timeout == Duration::zero()) co_return co_await std::move(whole);
  try {
    co_return co_await with_timeout(options.timeout, std::move(whole));
  } catch (const TimeoutError&) {  // NOLINT(bugprone-empty-catch): told of below, in more words
  }
  progress.throw_timeout(options.timeout);
}

}  // namespace

TcpClient::TcpClient(std::shared_ptr<Resolver> resolver)
    : resolver_(resolver != nullptr ? std::move(resolver) : std::make_shared<ThreadedResolver>()) {}

Task<std::unique_ptr<Stream>> TcpClient::connect(std::string host, std::uint16_t port,
                                                 ConnectOptions options) const {
  return connect_in_time(resolver_, Target{std::move(host), port, {}}, std::move(options));
}

Task<std::unique_ptr<Stream>> TcpClient::connect(Address address, ConnectOptions options) const {
  if (address.family() == Family::unspecified) {
    throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                            "connect to an empty address");
  }
  return connect_in_time(resolver_, Target{address.host(), address.port(), {address}},
                         std::move(options));
}

}  // namespace eddy::inline v0
