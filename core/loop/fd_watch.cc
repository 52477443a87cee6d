// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>

#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/loop/loop_core.h>

namespace eddy::inline v0 {

/// The callable and its watch. on_ready pins it, so that the callable may end its own watch.
class FdWatch::State final : public internal::IoHandler,
                             public std::enable_shared_from_this<FdWatch::State> {
 public:
  State(std::shared_ptr<internal::LoopCore> core, UniqueFunction<void(Io)> callback)
      : core_(std::move(core)), callback_(std::move(callback)) {}
  ~State() { end(); }

  void begin(int fd, Io interest, std::error_code& error) noexcept {
    watch_ = core_->watch(fd, interest, *this, error);
    wanted_ = interest;
  }

  void end() noexcept { core_->unwatch(watch_); }

  [[nodiscard]] internal::LoopCore& core() const noexcept { return *core_; }

  void set_interest(Io interest) {
    internal::check_thread(*core_, "FdWatch::set_interest");
    wanted_ = interest;
    if (paused_) return;
    if (const auto error = core_->set_interest(watch_, interest)) {
      throw std::system_error(error, "FdWatch::set_interest");
    }
  }

  void on_ready(Io events) override {
    if (running_) return pause();
    const auto pin = shared_from_this();
    const Running running(*this);
    callback_(events);
  }
  void on_loop_closed() noexcept override { watch_ = {}; }
  [[nodiscard]] const char* label() const noexcept override { return "watch"; }

 private:
  class Running {
   public:
    explicit Running(State& state) noexcept : state_(state) { state_.running_ = true; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { state_.go_on(); }

   private:
    State& state_;
  };

  /// A nested turn finds ready what the callback, which runs it, has not read yet. It is not called
  /// again within itself, and the nested loop does not spin on it.
  void pause() noexcept {
    paused_ = true;
    (void)core_->set_interest(watch_, Io::none);
  }
  void go_on() noexcept {
    running_ = false;
    if (!std::exchange(paused_, false) || !watch_) return;
    // Refused (no memory, too many watches) it would be silent for ever.
    if (const auto error = core_->set_interest(watch_, wanted_)) {
      core_->report(internal::exception_of(error), "a watch that goes on");
    }
  }

  std::shared_ptr<internal::LoopCore> core_;
  UniqueFunction<void(Io)> callback_;
  internal::IoWatch watch_;
  Io wanted_ = Io::none;
  bool running_ = false;
  bool paused_ = false;
};

FdWatch Loop::watch(int fd, Io interest, UniqueFunction<void(Io)> callback) {
  std::error_code error;
  FdWatch watched = watch(fd, interest, std::move(callback), error);
  if (error) throw std::system_error(error, "watch descriptor " + std::to_string(fd));
  return watched;
}

FdWatch Loop::watch(int fd, Io interest, UniqueFunction<void(Io)> callback,
                    std::error_code& error) {
  internal::check_usable_always(*core_, "watch");
  auto state = std::make_shared<FdWatch::State>(core_, std::move(callback));
  error.clear();
  state->begin(fd, interest, error);
  return error ? FdWatch() : FdWatch(std::move(state));
}

FdWatch::FdWatch() noexcept = default;
FdWatch::FdWatch(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
FdWatch::FdWatch(FdWatch&& other) noexcept = default;

FdWatch& FdWatch::operator=(FdWatch&& other) noexcept {
  if (this != &other) {
    reset();
    state_ = std::move(other.state_);
  }
  return *this;
}

FdWatch::~FdWatch() { reset(); }

void FdWatch::set_interest(Io interest) {
  if (state_) state_->set_interest(interest);
}

void FdWatch::reset() noexcept {
  auto state = std::move(state_);
  if (!state) return;
  internal::LoopCore& core = state->core();
  // The watch ends now, though a callback on the stack may keep the callable for a while.
  internal::end_on_thread(core, "FdWatch::reset", [state = std::move(state)] { state->end(); });
}

}  // namespace eddy::inline v0
