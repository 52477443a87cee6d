// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/thread_loop.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/base/signal_mask.h>

namespace eddy::inline v0 {

namespace {

using PostFunction = std::shared_ptr<ThreadLoop::Post>;

/// What the host's thread, the helper and the posted turns share. A turn may outlive the Loop.
struct Channel {
  std::mutex mutex;
  std::condition_variable changed;
  /// A turn has been posted and has not begun.
  bool posted = false;
  /// The Loop is going, or the host has dropped a turn.
  bool ended = false;
  /// Host's thread only; empty when the Loop has gone.
  Dispatcher dispatcher;
  std::thread helper;
  std::shared_ptr<Channel> kept;
};

/// A posted turn.
class PostedTurn {
 public:
  explicit PostedTurn(std::shared_ptr<Channel> channel) noexcept : channel_(std::move(channel)) {}
  PostedTurn(PostedTurn&&) noexcept = default;
  PostedTurn& operator=(PostedTurn&&) = delete;
  ~PostedTurn() {
    if (channel_) answer(*channel_, true);
  }

  void operator()() {
    const auto channel = std::move(channel_);
    if (!channel) return;
    // Before the turn: a nested host loop inside it must get the next one.
    answer(*channel, false);
    const Dispatcher dispatcher = channel->dispatcher;
    if (dispatcher) dispatcher.dispatch();
  }

 private:
  static void answer(Channel& channel, bool dropped) noexcept {
    const std::lock_guard lock(channel.mutex);
    channel.posted = false;
    channel.ended = channel.ended || dropped;
    channel.changed.notify_all();
  }

  std::shared_ptr<Channel> channel_;
};

/// The helper thread: until `stop_fd` is readable.
void watch(const std::shared_ptr<Channel>& channel, const PostFunction& post, int loop_fd,
           int stop_fd) noexcept {
  std::array<pollfd, 2> fds{{{loop_fd, POLLIN, 0}, {stop_fd, POLLIN, 0}}};
  for (;;) {
    if (::poll(fds.data(), fds.size(), -1) < 0) continue;  // no memory for the moment
    if (fds[1].revents != 0) return;
    try {
      {
        const std::lock_guard lock(channel->mutex);
        channel->posted = true;
      }
      (*post)(PostedTurn(channel));
    } catch (...) {
      // The turn is dropped, and that is the answer.
    }
    std::unique_lock lock(channel->mutex);
    channel->changed.wait(lock, [&] { return !channel->posted || channel->ended; });
    if (channel->ended) return;
  }
}

class ThreadHost final : public Host {
 public:
  ThreadHost(ThreadLoop::Post post, UniqueFunction<std::error_code(bool)> run_once)
      : post_(std::make_shared<ThreadLoop::Post>(std::move(post))) {
    if (run_once) run_once_ = std::make_shared<Pump>(std::move(run_once));
  }
  ~ThreadHost() override { close_stop(); }

  void attach(Dispatcher dispatcher) override {
    close_stop();
    if (::pipe2(stop_.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::system_category(), "ThreadLoop: pipe");
    }
    channel_ = std::make_shared<Channel>();
    channel_->dispatcher = std::move(dispatcher);
    const internal::SignalsBlocked blocked;
    channel_->helper = std::thread(watch, channel_, post_, channel_->dispatcher.fd(), stop_[0]);
  }

  void detach() noexcept override {
    const bool in_child = channel_->dispatcher.in_forked_child();
    channel_->dispatcher = {};
    if (in_child) {
      // The helper is the parent's, and may have held the lock: neither can be destroyed.
      channel_->kept = channel_;
      return;
    }
    {
      const std::lock_guard lock(channel_->mutex);
      channel_->ended = true;
      channel_->changed.notify_all();
    }
    // Closing it instead would do nothing while a forked child has a copy. The other end of this
    // pipe is open, so there is no SIGPIPE.
    while (write(stop_[1], "", 1) < 0 && errno == EINTR) {
    }
    channel_->helper.join();
  }

  [[nodiscard]] Access access() const noexcept override {
    return channel_->dispatcher.access_by_last_turn();
  }

  std::error_code run_once(bool wait) override {
    if (!run_once_) return Errc::not_pumpable;
    const auto pin = run_once_;
    return (*pin)(wait);
  }

  void keep_alive(bool /*on*/) noexcept override {}
  void wake() noexcept override {}

 private:
  using Pump = UniqueFunction<std::error_code(bool)>;

  void close_stop() noexcept {
    for (int& fd : stop_) {
      if (fd >= 0) ::close(std::exchange(fd, -1));
    }
  }

  PostFunction post_;
  std::shared_ptr<Pump> run_once_;
  std::shared_ptr<Channel> channel_;
  std::array<int, 2> stop_{-1, -1};
};

}  // namespace

ThreadLoop::ThreadLoop(Post post, LoopOptions options,
                       UniqueFunction<std::error_code(bool wait)> run_once)
    : Loop(std::make_unique<ThreadHost>(std::move(post), std::move(run_once)), std::move(options)) {
}

}  // namespace eddy::inline v0
