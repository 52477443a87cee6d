// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/tcp_server.h>

#include <string>
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop.h>

namespace eddy::inline v0 {

namespace {

constexpr Duration kRetryAccept = std::chrono::milliseconds(100);

/// A shortage is told of once in this time, however often accepting pauses in it.
constexpr Duration kTellAgain = std::chrono::minutes(1);

/// Attempts to find a port that is free in both families.
constexpr int kPortAttempts = 16;

bool out_of_descriptors(const std::error_code& error) noexcept {
  return error == std::errc::too_many_files_open ||
         error == std::errc::too_many_files_open_in_system || error == std::errc::no_buffer_space ||
         error == std::errc::not_enough_memory;
}

bool family_is_missing(const std::error_code& error) noexcept {
  return error == std::errc::address_family_not_supported ||
         error == std::errc::address_not_available;
}

/// What went wrong and where, for the forms that throw.
struct ListenFailure {
  std::error_code error;
  std::string where;

  [[noreturn]] void raise() const { throw std::system_error(error, "listen on " + where); }
};

}  // namespace

class TcpServer::State final : public std::enable_shared_from_this<TcpServer::State>,
                               private internal::TimerNode {
 public:
  State(std::shared_ptr<internal::LoopCore> core, OnConnection on_connection)
      : core_(std::move(core)), on_connection_(std::move(on_connection)) {}
  ~State() { stop(); }

  ListenFailure listen(std::string_view host, std::uint16_t port, const ListenOptions& options) {
    internal::check_usable_always(*core_, "listen");
    ListenFailure failure;
    const Address address = Address::parse(host, port, failure.error);
    failure.where = failure.error ? std::string(host) : address.to_string();
    if (failure.error) return failure;
    const int fd = internal::sockets(*core_).listen(address, options.backlog, failure.error);
    if (fd < 0) return failure;
    auto listener = std::make_unique<Listener>(*this, fd, options.layers);
    failure.error = listener->begin();
    if (failure.error) return failure;
    addresses_.push_back(internal::sockets(*core_).local_address(fd));
    listeners_.push_back(std::move(listener));
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
      const bool another_may_do = port == 0 && failure.error == std::errc::address_in_use;
      if (!another_may_do || attempt == kPortAttempts) return failure;
    }
  }

  void stop() noexcept {
    cancel();
    listeners_.clear();
    addresses_.clear();
  }

  [[nodiscard]] const std::vector<Address>& addresses() const noexcept { return addresses_; }
  [[nodiscard]] bool paused() const noexcept { return queued(); }
  void retry_accept() noexcept {
    if (!paused()) return;
    cancel();
    for (const auto& listener : listeners_) listener->watch_for(Io::read);
  }

 private:
  using Layers = std::vector<std::shared_ptr<StreamLayer>>;

  /// One listening socket.
  class Listener final : public internal::IoHandler {
   public:
    Listener(State& server, int fd, const Layers& layers)
        : server_(server), fd_(fd), layers_(std::make_shared<Layers>(layers)) {
      add_work(*server_.core_);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() {
      internal::unwatch(*server_.core_, watch_);
      close();
    }

    [[nodiscard]] std::error_code begin() noexcept {
      std::error_code error;
      watch_ = internal::watch(*server_.core_, fd_, Io::read, *this, error);
      return error;
    }

    void watch_for(Io interest) noexcept {
      (void)internal::set_interest(*server_.core_, watch_, interest);
    }

    void on_ready(Io /*events*/) override {
      const auto pin = server_.shared_from_this();
      const auto layers = layers_;  // this listener may be gone before the last connection
      pin->accept_from(fd_, *layers);
    }
    void on_loop_closed() noexcept override {
      watch_ = {};
      close();
    }
    [[nodiscard]] const char* label() const noexcept override { return "accept"; }

   private:
    void close() noexcept {
      if (fd_ < 0) return;
      internal::sockets(*server_.core_).close(std::exchange(fd_, -1));
      remove_work(*server_.core_);
    }

    State& server_;
    int fd_;
    std::shared_ptr<const Layers> layers_;
    internal::IoWatch watch_;
  };

  /// Each connection is a step; what is left is found ready again in the next turn.
  void accept_from(int listener, const Layers& layers) {
    do {
      Address peer;
      std::error_code error;
      const int fd = internal::sockets(*core_).accept(listener, peer, error);
      if (fd < 0) {
        if (out_of_descriptors(error)) pause(error);
        // Anything else concerns the one connection, or is that none is left.
        return;
      }
      internal::sockets(*core_).set_nodelay(fd);
      hand_over(fd, peer, layers);
    } while (!internal::step_done(*core_, "accept") && internal::is_open(*core_) &&
             !listeners_.empty());
  }

  void hand_over(int fd, const Address& peer, const Layers& layers) noexcept try {
    std::unique_ptr<Stream> stream = internal::make_socket_stream(core_, fd, peer);
    for (const auto& layer : layers) stream = layer->accept(std::move(stream));
    on_connection_(std::move(stream));
  } catch (...) {
    internal::report(*core_, std::current_exception(), "connection");
  }

  void pause(const std::error_code& error) {
    const TimePoint now = internal::now(*core_);
    internal::add_timer(*core_, *this, now + kRetryAccept);
    for (const auto& listener : listeners_) listener->watch_for(Io::none);
    if (now < tell_again_) return;
    tell_again_ = now + kTellAgain;
    internal::log(*core_, LogLevel::warning, "eddy.core",
                  "accepting connections pauses: " + error.message());
  }

  void on_timer() override {
    for (const auto& listener : listeners_) listener->watch_for(Io::read);
  }

  std::shared_ptr<internal::LoopCore> core_;
  OnConnection on_connection_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<Address> addresses_;
  TimePoint tell_again_ = TimePoint::min();
};

TcpServer::TcpServer(Loop& loop, OnConnection on_connection)
    : state_(std::make_shared<State>(internal::core_of(loop), std::move(on_connection))) {}

TcpServer::~TcpServer() { state_->stop(); }

void TcpServer::listen(std::uint16_t port, const ListenOptions& options) {
  if (const auto failure = state_->listen_loopback(port, options); failure.error) failure.raise();
}

void TcpServer::listen(std::string_view address, std::uint16_t port, const ListenOptions& options) {
  if (const auto failure = state_->listen(address, port, options); failure.error) failure.raise();
}

void TcpServer::listen(std::uint16_t port, std::error_code& error,
                       const ListenOptions& options) try {
  error = state_->listen_loopback(port, options).error;
} catch (const std::system_error& closed) {
  error = closed.code();
}

void TcpServer::listen(std::string_view address, std::uint16_t port, std::error_code& error,
                       const ListenOptions& options) try {
  error = state_->listen(address, port, options).error;
} catch (const std::system_error& closed) {
  error = closed.code();
}

const std::vector<Address>& TcpServer::addresses() const noexcept { return state_->addresses(); }

std::uint16_t TcpServer::port() const noexcept {
  return addresses().empty() ? std::uint16_t{0} : addresses().front().port();
}

void TcpServer::stop() noexcept { state_->stop(); }
bool TcpServer::paused() const noexcept { return state_->paused(); }
void TcpServer::retry_accept() noexcept { state_->retry_accept(); }

}  // namespace eddy::inline v0
