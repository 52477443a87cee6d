// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Asio: an io_context that one thread runs, and one that four run, where the Loop has a strand.
#include <eddy/asio/asio_loop.h>
#include <eddy/conformance/host_fixture.h>
#include <eddy/conformance/support/interrupts.h>
#include <eddy/conformance/support/limit.h>

#ifdef EDDY_ASIO_STANDALONE
#  include <asio/post.hpp>
#  include <asio/steady_timer.hpp>
#  include <asio/strand.hpp>
namespace asio_library = ::asio;
#else
#  include <boost/asio/post.hpp>
#  include <boost/asio/steady_timer.hpp>
#  include <boost/asio/strand.hpp>
namespace asio_library = ::boost::asio;
#endif

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

using eddy::Clock;
using eddy::Duration;
using eddy::Loop;
using eddy::TimePoint;
using eddy::conformance::Difference;
using eddy::conformance::ForkStage;
using eddy::conformance::HostFixture;
using eddy::conformance::Interrupts;
using eddy::conformance::Limit;
using eddy::conformance::RunEnd;

class AsioFixture : public HostFixture {
 public:
  void set_up_host() override { context_.emplace(); }
  void destroy_host() override { context_.reset(); }

  std::unique_ptr<Loop> make_loop(eddy::LoopOptions options) override {
    return std::make_unique<eddy::AsioLoop>(*context_, std::move(options));
  }

  // run_one_until would wake up once a second.
  RunEnd run(Duration limit) override {
    if (!frame_) context_->restart();
    const auto frame = std::make_shared<Frame>();
    const auto outer = std::exchange(frame_, frame);
    {
      const Limit guard(limit, [this, frame] {
        asio_library::post(*context_, [frame] { frame->end(RunEnd::limit); });
      });
      while (frame->how == RunEnd::ended && context_->run_one() != 0) {
      }
    }
    frame_ = outer;
    return frame->how;
  }

  void quit() noexcept override {
    if (frame_) frame_->end(RunEnd::quit);
  }

  void call_after(Duration delay, std::function<void()> callback) override {
    start_timer(context_->get_executor(), delay, std::move(callback));
  }

  /// A context with nothing outstanding stops when it is polled.
  eddy::conformance::Holdings holdings() override {
    context_->restart();
    context_->poll();
    return {{"outstanding work", context_->stopped() ? 0 : 1}};
  }

  [[nodiscard]] std::string declared(Difference difference) const override {
    if (difference == Difference::sleeping_threads) {
      return "an io_context does not tell whether a thread is in its run()";
    }
    return {};
  }

  void forked(ForkStage stage) override {
    using Event = asio_library::execution_context;
    switch (stage) {
      case ForkStage::before:
        return context_->notify_fork(Event::fork_prepare);
      case ForkStage::in_parent:
        return context_->notify_fork(Event::fork_parent);
      case ForkStage::in_child:
        return context_->notify_fork(Event::fork_child);
    }
  }

 protected:
  asio_library::io_context& context() { return *context_; }

  template <class Executor>
  static void start_timer(const Executor& executor, Duration delay,
                          std::function<void()> callback) {
    auto timer = std::make_shared<asio_library::steady_timer>(executor, delay);
    timer->async_wait([timer, callback = std::move(callback)](const auto& error) mutable {
      if (!error) callback();
    });
  }

 private:
  struct Frame {
    void end(RunEnd end) {
      if (how == RunEnd::ended) how = end;
    }
    RunEnd how = RunEnd::ended;
  };

  std::optional<asio_library::io_context> context_;
  std::shared_ptr<Frame> frame_;
};

class AsioThreadsFixture final : public AsioFixture {
 public:
  void set_up_host() override {
    AsioFixture::set_up_host();
    strand_.emplace(context().get_executor());
  }
  void destroy_host() override {
    strand_.reset();
    AsioFixture::destroy_host();
  }

  std::unique_ptr<Loop> make_loop(eddy::LoopOptions options) override {
    return std::make_unique<eddy::AsioLoop>(*strand_, std::move(options));
  }

  RunEnd run(Duration limit) override {
    if (strand_->running_in_this_thread()) return run_nested(limit);
    std::unique_lock lock(mutex_);
    quit_ = false;
    returned_ = 0;
    context().restart();
    const bool interrupted = eddy::conformance::interrupts_wanted();
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([this, interrupted] {
        const Interrupts interrupts(interrupted);
        context().run();
        const std::lock_guard in_thread(mutex_);
        ++returned_;
        changed_.notify_all();
      });
    }
    RunEnd end = RunEnd::limit;
    if (changed_.wait_for(lock, limit, [this] { return quit_ || returned_ == kThreads; })) {
      end = quit_ ? RunEnd::quit : RunEnd::ended;
    }
    lock.unlock();
    context().stop();
    for (std::thread& thread : threads) thread.join();
    return end;
  }

  void quit() noexcept override {
    const std::lock_guard lock(mutex_);
    (nested_ > 0 ? nested_quit_ : quit_) = true;
    changed_.notify_all();
  }

  /// Any thread finds it due; the strand calls it. A thread that the system interrupts in between
  /// is late by itself, so what counts is when it has handed the call to the strand, if that is
  /// known before the call.
  void call_after(Duration delay, std::function<void()> callback) override {
    start_timer(context().get_executor(), delay, [this, callback = std::move(callback)]() mutable {
      const TimePoint found = Clock::now();
      const auto handed_over = std::make_shared<std::atomic<TimePoint>>(found);
      asio_library::post(*strand_, [this, handed_over, callback = std::move(callback)] {
        found_due_ = handed_over->load();
        callback();
      });
      handed_over->store(Clock::now());
    });
  }
  [[nodiscard]] TimePoint timer_found_due() const override { return found_due_; }

  [[nodiscard]] std::string declared(Difference difference) const override {
    if (difference == Difference::strand_on_threads) {
      return "four threads run the context, and the handler that blocks holds the strand";
    }
    return AsioFixture::declared(difference);
  }

 private:
  static constexpr int kThreads = 4;

  RunEnd run_nested(Duration limit) {
    ++nested_;
    const TimePoint until = Clock::now() + limit;
    nested_quit_ = false;
    while (!nested_quit_ && Clock::now() < until) context().run_one_until(until);
    --nested_;
    return nested_quit_.exchange(false) ? RunEnd::quit : RunEnd::limit;
  }

  std::optional<asio_library::strand<asio_library::io_context::executor_type>> strand_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> quit_{false};
  std::atomic<bool> nested_quit_{false};
  std::atomic<int> nested_{0};
  int returned_ = 0;
  /// In the strand only.
  TimePoint found_due_;
};

EDDY_CONFORMANCE_HOST(Asio, AsioFixture);
EDDY_CONFORMANCE_HOST(AsioThreads, AsioThreadsFixture);

}  // namespace
