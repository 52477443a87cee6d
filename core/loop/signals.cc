// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/signals.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <eddy/core/loop/linux/signal_registry.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/loop/scheduler.h>

namespace eddy::inline v0 {

/// The callable and the descriptor by which the handler reaches its loop.
class SignalWatch::State final : public internal::IoHandler,
                                 public std::enable_shared_from_this<SignalWatch::State> {
 public:
  State(std::shared_ptr<internal::LoopCore> core, int signal, UniqueFunction<void()> callback)
      : core_(std::move(core)), signal_(signal), callback_(std::move(callback)) {}
  ~State() { end(); }

  void begin(std::error_code& error) {
    fd_ = internal::open_signal(signal_, error);
    if (error) return;
    watch_ = internal::watch(*core_, fd_, Io::read, *this, error);
    if (error == std::errc::bad_file_descriptor) {
      throw std::invalid_argument("watch_signal: this loop's poller can't watch signals");
    }
  }

  void end() noexcept {
    internal::unwatch(*core_, watch_);
    close();
  }

  [[nodiscard]] internal::LoopCore& core() const noexcept { return *core_; }

  void on_ready(Io /*events*/) override {
    const auto pin = shared_from_this();
    internal::drain_signal(fd_);
    callback_();
  }
  void on_loop_closed() noexcept override {
    watch_ = {};
    close();
  }
  int renew_after_fork(int /*fd*/) noexcept override { return fd_ = internal::renew_signal(fd_); }
  [[nodiscard]] const char* label() const noexcept override { return "signal"; }

 private:
  void close() noexcept {
    if (fd_ >= 0) internal::close_signal(signal_, std::exchange(fd_, -1));
  }

  std::shared_ptr<internal::LoopCore> core_;
  const int signal_;
  UniqueFunction<void()> callback_;
  int fd_ = -1;
  internal::IoWatch watch_;
};

SignalWatch watch_signal(Loop& loop, int signal, UniqueFunction<void()> callback) {
  std::error_code error;
  SignalWatch watched = watch_signal(loop, signal, std::move(callback), error);
  if (error) throw std::system_error(error, "watch_signal " + std::to_string(signal));
  return watched;
}

SignalWatch watch_signal(Loop& loop, int signal, UniqueFunction<void()> callback,
                         std::error_code& error) {
  auto core = internal::core_of(loop);
  internal::check_usable_always(*core, "watch_signal");
  auto state = std::make_shared<SignalWatch::State>(std::move(core), signal, std::move(callback));
  error.clear();
  state->begin(error);
  return error ? SignalWatch() : SignalWatch(std::move(state));
}

SignalWatch::SignalWatch() noexcept = default;
SignalWatch::SignalWatch(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
SignalWatch::SignalWatch(SignalWatch&& other) noexcept = default;

SignalWatch& SignalWatch::operator=(SignalWatch&& other) noexcept {
  if (this != &other) {
    reset();
    state_ = std::move(other.state_);
  }
  return *this;
}

SignalWatch::~SignalWatch() { reset(); }

void SignalWatch::reset() noexcept {
  auto state = std::move(state_);
  if (!state) return;
  internal::LoopCore& core = state->core();
  internal::end_on_thread(core, "SignalWatch::reset", [state = std::move(state)] { state->end(); });
}

}  // namespace eddy::inline v0
