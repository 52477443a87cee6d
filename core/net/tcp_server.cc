// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/tcp_server.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/net/descriptor_reserve.h>
#include <eddy/core/net/listening_socket.h>

namespace eddy::inline v0 {

namespace {

using internal::ListenFailure;

constexpr Duration kRetryAccept = std::chrono::milliseconds(100);

/// A shortage is told of once in this time, however often accepting pauses in it.
constexpr Duration kTellAgain = std::chrono::minutes(1);

/// Attempts to find a port that is free in both families.
constexpr int kPortAttempts = 16;

bool out_of_descriptors(const std::error_code& error) noexcept {
  return error == std::errc::too_many_files_open ||
         error == std::errc::too_many_files_open_in_system;
}

bool out_of_memory(const std::error_code& error) noexcept {
  return error == std::errc::no_buffer_space || error == std::errc::not_enough_memory;
}

bool family_is_missing(const std::error_code& error) noexcept {
  return error == std::errc::address_family_not_supported ||
         error == std::errc::address_not_available;
}

/// Tells somebody that nobody will serve him, and closes.
void turn_away(SocketOps& sockets, int fd, std::string_view farewell) noexcept {
  if (!farewell.empty()) {
    (void)sockets.send(fd, {&farewell, 1});
    sockets.shutdown_write(fd);
    // What he has sent is read, at most this much: unread it would turn the close into a reset,
    // which could cost him the farewell.
    std::array<char, 4096> unread;
    for (int i = 0; i < 4 && sockets.receive(fd, unread).bytes > 0; ++i) {
    }
  }
  sockets.close(fd);
}

}  // namespace

class TcpServer::State final : public std::enable_shared_from_this<TcpServer::State>,
                               private internal::TimerNode {
 public:
  State(std::shared_ptr<internal::LoopCore> core, OnConnection on_connection)
      : core_(std::move(core)), on_connection_(std::move(on_connection)) {
    set_shedding({});
  }
  ~State() { stop(); }

  ListenFailure listen(std::string_view host, std::uint16_t port, const ListenOptions& options) {
    internal::check_usable_always(*core_, "listen");
    ListenFailure failure;
    const Address address = Address::parse(host, port, failure.error);
    failure.where = failure.error ? std::string(host) : address.to_string();
    if (!failure.error) failure.error = listen_on(address, options);
    return failure;
  }

  /// Both loopback addresses with one port.
  ListenFailure listen_loopback(std::uint16_t port, const ListenOptions& options) {
    for (int attempt = 1;; ++attempt) {
      ListenFailure failure = listen("127.0.0.1", port, options);
      if (failure.error) return failure;
      failure = listen("::1", addresses_.back().port(), options);
      if (!failure.error || family_is_missing(failure.error)) return {};
      listeners_.pop_back();
      addresses_.pop_back();
      if (listeners_.empty()) reserve_.give_up(internal::sockets(*core_));
      const bool another_may_do = port == 0 && failure.error == std::errc::address_in_use;
      if (!another_may_do || attempt == kPortAttempts) return failure;
    }
  }

  ListenFailure listen_unix(std::string_view path, const ListenOptions& options) {
    internal::check_usable_always(*core_, "listen_unix");
    ListenFailure failure;
    const Address address = Address::local(path, failure.error);
    failure.where = std::string(path);
    if (!path.empty() && path[0] == '\0') failure.where[0] = '@';
    if (failure.error == std::errc::filename_too_long) {
      failure.where += " (" + std::to_string(path.size()) + " bytes of at most " +
                       std::to_string(Address::kLongestPath) + ")";
    }
    if (!failure.error) failure.error = listen_on(address, options);
    return failure;
  }

  ListenFailure adopt(int fd, const ListenOptions& options) {
    internal::check_usable_always(*core_, "adopt");
    // All that may throw comes first: until it listens the descriptor is the caller's.
    auto listener = std::make_unique<Listener>(*this, options.layers);
    ListenFailure failure{{}, "descriptor " + std::to_string(fd)};
    make_room();
    failure.error = listener->socket().adopt(fd);
    if (failure.error) return failure;
    failure.error = add(listener);
    if (failure.error) listener->socket().release();
    return failure;
  }

  void stop() noexcept {
    cancel();
    ++stops_;
    listeners_.clear();
    addresses_.clear();
    reserve_.give_up(internal::sockets(*core_));
  }

  void rest(bool on) noexcept {
    if (std::exchange(resting_, on) != on) watch();
  }
  [[nodiscard]] bool paused() const noexcept { return resting_ || queued(); }

  void set_shedding(ShedOptions options) {
    pace_.set(options.per_second);
    farewell_ = std::move(options.farewell);
  }
  [[nodiscard]] std::uint64_t shed() const noexcept { return shed_; }

  void retry_accept() noexcept {
    if (!queued()) return;
    cancel();
    on_timer();
  }

  [[nodiscard]] const std::vector<Address>& addresses() const noexcept { return addresses_; }
  [[nodiscard]] const Address& accepting() const noexcept {
    static const Address nowhere;
    return accepting_ != nullptr ? *accepting_ : nowhere;
  }
  [[nodiscard]] bool secure(std::size_t index) const noexcept {
    return index < listeners_.size() && listeners_[index]->secure();
  }

 private:
  using Layers = std::vector<std::shared_ptr<StreamLayer>>;

  /// What a connection comes through.
  struct Entrance {
    Layers layers;
    Address address;
  };

  /// One listening socket.
  class Listener final : public internal::IoHandler {
   public:
    Listener(State& server, const Layers& layers)
        : server_(server),
          socket_(*server.core_),
          entrance_(std::make_shared<Entrance>(Entrance{layers, {}})) {}
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() { unwatch(); }

    [[nodiscard]] internal::ListeningSocket& socket() noexcept { return socket_; }
    [[nodiscard]] bool secure() const noexcept {
      return std::any_of(entrance_->layers.begin(), entrance_->layers.end(),
                         [](const auto& layer) { return layer->secure(); });
    }
    /// Once the socket listens: where that is.
    const Address& learn_address() noexcept { return entrance_->address = socket_.address(); }

    [[nodiscard]] std::error_code begin(Io interest) noexcept {
      std::error_code error;
      watch_ = internal::watch(*server_.core_, socket_.fd(), interest, *this, error);
      return error;
    }

    [[nodiscard]] std::error_code watch_for(Io interest) noexcept {
      return watch_ ? internal::set_interest(*server_.core_, watch_, interest) : std::error_code();
    }
    void unwatch() noexcept { internal::unwatch(*server_.core_, watch_); }

    void on_ready(Io /*events*/) override {
      const auto pin = server_.shared_from_this();
      const auto entrance = entrance_;  // this listener may be gone before the last connection
      pin->accept_from(socket_.fd(), *entrance);
    }
    void on_loop_closed() noexcept override {
      watch_ = {};
      socket_.close();
      server_.reserve_.give_up(internal::sockets(*server_.core_));
    }
    [[nodiscard]] const char* label() const noexcept override { return "accept"; }

   private:
    State& server_;
    internal::ListeningSocket socket_;
    std::shared_ptr<Entrance> entrance_;
    internal::IoWatch watch_;
  };

  std::error_code listen_on(const Address& address, const ListenOptions& options) {
    auto listener = std::make_unique<Listener>(*this, options.layers);
    make_room();
    if (const auto error = listener->socket().open(address, options)) return error;
    return add(listener);
  }

  void make_room() {
    listeners_.reserve(listeners_.size() + 1);
    addresses_.reserve(addresses_.size() + 1);
  }

  /// Takes `listener`, which there is room for, if there is no error.
  std::error_code add(std::unique_ptr<Listener>& listener) {
    if (const auto error = listener->begin(interest())) return error;
    addresses_.push_back(listener->learn_address());
    listeners_.push_back(std::move(listener));
    reserve_.fill(internal::sockets(*core_));
    return {};
  }

  [[nodiscard]] Io interest() const noexcept { return paused() ? Io::none : Io::read; }
  void watch() noexcept {
    if (!internal::is_open(*core_)) return;
    std::error_code error;
    for (const auto& listener : listeners_) {
      if (const auto failed = listener->watch_for(interest())) error = failed;
    }
    if (error) watch_later(error);
  }

  /// The system had no memory to watch a listener, which would be deaf from now on.
  void watch_later(const std::error_code& error) noexcept try {
    const TimePoint now = internal::now(*core_);
    internal::add_timer(*core_, *this, now + kRetryAccept);
    tell(now, "accepting connections pauses: " + error.message());
  } catch (...) {  // NOLINT(bugprone-empty-catch): nor has the program, so it stays deaf
  }

  /// Each connection is a step; what is left is found ready again in the next turn.
  void accept_from(int listener, const Entrance& entrance) {
    const auto stops = stops_;
    do {
      Address peer;
      std::error_code error;
      const int fd = internal::sockets(*core_).accept(listener, peer, error);
      if (fd >= 0) {
        take(fd, peer, entrance);
      } else if (out_of_descriptors(error)) {
        const std::string_view farewell =
            entrance.layers.empty() ? std::string_view(farewell_) : std::string_view();
        if (!shed_from(listener, error, farewell)) return;
      } else {
        // Anything else concerns the one connection, or is that none is left.
        if (out_of_memory(error)) rest_until(internal::now(*core_) + kRetryAccept, error);
        if (error == std::errc::invalid_argument) give_up(listener, error);
        return;
      }
    } while (!internal::step_done(*core_, "accept") && internal::is_open(*core_) &&
             stops == stops_ && !paused());
  }

  void take(int fd, const Address& peer, const Entrance& entrance) noexcept try {
    if (peer.family() != Address::Family::local) internal::sockets(*core_).set_nodelay(fd);
    auto stream = internal::make_socket_stream(core_, fd, peer.unmapped());
    for (const auto& layer : entrance.layers) {
      stream = layer->accept(std::move(stream));
      if (!stream) return;
    }
    // It may run the loop, and another listener accept within.
    struct Accepting {
      const Address*& place;
      const Address* outer;
      ~Accepting() { place = outer; }
    };
    const Accepting accepting{accepting_, std::exchange(accepting_, &entrance.address)};
    on_connection_(std::move(stream));
  } catch (...) {
    internal::report(*core_, std::current_exception(), "connection");
  }

  /// Turns one away by means of the reserve. False when nobody waits, or whoever does has to.
  bool shed_from(int listener, std::error_code shortage, std::string_view farewell) {
    const TimePoint now = internal::now(*core_);
    if (!reserve_ || !pace_.allows(now)) {
      rest_until(reserve_ ? pace_.until() : now + kRetryAccept, shortage);
      return false;
    }
    SocketOps& sockets = internal::sockets(*core_);
    reserve_.give_up(sockets);
    Address peer;
    std::error_code error;
    const int fd = sockets.accept(listener, peer, error);
    if (fd >= 0) turn_away(sockets, fd, farewell);
    reserve_.fill(sockets);
    if (fd >= 0) {
      ++shed_;
      pace_.count();
      tell(now, "who connects is turned away: " + shortage.message());
      return true;
    }
    // Another thread was faster, or there is nobody at all: the shortage is found first.
    if (out_of_descriptors(error)) rest_until(now + kRetryAccept, error);
    return false;
  }

  void rest_until(TimePoint when, const std::error_code& error) {
    internal::add_timer(*core_, *this, when);
    watch();
    tell(internal::now(*core_), "accepting connections pauses: " + error.message());
  }

  /// Somebody who shares the socket, as its opener may, has shut it down. It would be ready for
  /// ever, with nothing to accept.
  void give_up(int listener, const std::error_code& error) {
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
      if (listeners_[i]->socket().fd() != listener) continue;
      listeners_[i]->unwatch();
      internal::log(*core_, LogLevel::error, "eddy.core",
                    addresses_[i].to_string() + " does not listen any more: " + error.message());
    }
  }

  void tell(TimePoint now, const std::string& message) {
    if (now < tell_again_) return;
    tell_again_ = now + kTellAgain;
    internal::log(*core_, LogLevel::warning, "eddy.core", message);
  }

  void on_timer() noexcept override {
    // The reserve comes before the next connection, or the one after it could not be turned away.
    reserve_.fill(internal::sockets(*core_));
    watch();
  }

  std::shared_ptr<internal::LoopCore> core_;
  OnConnection on_connection_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<Address> addresses_;
  const Address* accepting_ = nullptr;
  internal::DescriptorReserve reserve_;
  internal::Pace pace_;
  std::string farewell_;
  std::uint64_t shed_ = 0;
  TimePoint tell_again_ = TimePoint::min();
  /// Tells a loop over one listener that it has gone.
  unsigned stops_ = 0;
  /// By pause(); a shortage is the timer.
  bool resting_ = false;
};

namespace {

/// For the forms without exceptions: using a closed Loop is an exception in the others.
template <class Listen>
std::error_code error_of(Listen listen) {
  try {
    return listen().error;
  } catch (const std::system_error& closed) {
    return closed.code();
  }
}

void check(const ListenFailure& failure) {
  if (failure.error) failure.raise();
}

}  // namespace

TcpServer::TcpServer(Loop& loop, OnConnection on_connection)
    : state_(std::make_shared<State>(internal::core_of(loop), std::move(on_connection))) {}

TcpServer::~TcpServer() { state_->stop(); }

void TcpServer::listen(std::uint16_t port, const ListenOptions& options) {
  check(state_->listen_loopback(port, options));
}

void TcpServer::listen(std::uint16_t port, std::error_code& error, const ListenOptions& options) {
  error = error_of([&] { return state_->listen_loopback(port, options); });
}

void TcpServer::listen(std::string_view address, std::uint16_t port, const ListenOptions& options) {
  check(state_->listen(address, port, options));
}

void TcpServer::listen(std::string_view address, std::uint16_t port, std::error_code& error,
                       const ListenOptions& options) {
  error = error_of([&] { return state_->listen(address, port, options); });
}

void TcpServer::listen_unix(std::string_view path, const ListenOptions& options) {
  check(state_->listen_unix(path, options));
}

void TcpServer::listen_unix(std::string_view path, std::error_code& error,
                            const ListenOptions& options) {
  error = error_of([&] { return state_->listen_unix(path, options); });
}

void TcpServer::adopt(int fd, const ListenOptions& options) { check(state_->adopt(fd, options)); }

void TcpServer::adopt(int fd, std::error_code& error, const ListenOptions& options) {
  error = error_of([&] { return state_->adopt(fd, options); });
}

const std::vector<Address>& TcpServer::addresses() const noexcept { return state_->addresses(); }

const Address& TcpServer::accepting() const noexcept { return state_->accepting(); }

bool TcpServer::secure(std::size_t index) const noexcept { return state_->secure(index); }

std::uint16_t TcpServer::port() const noexcept {
  for (const Address& address : addresses()) {
    if (address.port() != 0) return address.port();
  }
  return 0;
}

void TcpServer::stop() noexcept { state_->stop(); }
void TcpServer::pause() noexcept { state_->rest(true); }
void TcpServer::resume() noexcept { state_->rest(false); }
bool TcpServer::paused() const noexcept { return state_->paused(); }
void TcpServer::set_shedding(ShedOptions options) { state_->set_shedding(std::move(options)); }
std::uint64_t TcpServer::shed() const noexcept { return state_->shed(); }
void TcpServer::retry_accept() noexcept { state_->retry_accept(); }

}  // namespace eddy::inline v0
