// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A host that watches no descriptors, but runs what other threads post to it: the Loop's helper
// thread waits for it.
#include <eddy/conformance/host_fixture.h>
#include <eddy/conformance/support/process_state.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/loop/thread_loop.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

namespace {

using eddy::Clock;
using eddy::Duration;
using eddy::Loop;
using eddy::TimePoint;
using eddy::UniqueFunction;
using eddy::conformance::Difference;
using eddy::conformance::ForkStage;
using eddy::conformance::HostFixture;
using eddy::conformance::RunEnd;
using eddy::conformance::wait_until_other_threads_sleep;

/// A queue of callbacks and a list of timers, as of a toolkit that has nothing else.
class CallbackHost {
 public:
  /// Thread-safe; after end() it drops the callback.
  void post(UniqueFunction<void()> callback) {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    callbacks_.push_back(std::move(callback));
    changed_.notify_one();
  }

  void call_at(TimePoint when, std::function<void()> callback) {
    timers_.emplace(when, std::move(callback));
  }

  /// Runs timers that are due and one callback, or sleeps until there is one or until `until`.
  void run_once(TimePoint until) {
    while (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
      auto timer = timers_.extract(timers_.begin());
      timer.mapped()();
    }
    UniqueFunction<void()> callback;
    {
      std::unique_lock lock(mutex_);
      if (!timers_.empty()) until = std::min(until, timers_.begin()->first);
      const auto ready = [this] { return !callbacks_.empty(); };
      if (until == TimePoint::max()) {
        changed_.wait(lock, ready);
      } else if (!changed_.wait_until(lock, until, ready)) {
        return;
      }
      callback = std::move(callbacks_.front());
      callbacks_.pop_front();
    }
    callback();
  }

  /// Drops what is queued, and everything that comes.
  void end() {
    std::deque<UniqueFunction<void()>> dropped;
    const std::lock_guard lock(mutex_);
    ended_ = true;
    dropped.swap(callbacks_);
  }

  std::size_t timers() const { return timers_.size(); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<UniqueFunction<void()>> callbacks_;
  bool ended_ = false;
  std::multimap<TimePoint, std::function<void()>> timers_;
};

class ThreadFixture final : public HostFixture {
 public:
  void set_up_host() override { callbacks_ = std::make_shared<CallbackHost>(); }
  void destroy_host() override { callbacks_->end(); }

  std::unique_ptr<Loop> make_loop(eddy::LoopOptions options) override {
    return std::make_unique<HostedLoop>(*this, std::move(options));
  }

  RunEnd run(Duration limit) override {
    const TimePoint until = Clock::now() + limit;
    bool quit = false;
    bool* const outer = std::exchange(quit_, &quit);
    while (!quit && Clock::now() < until) callbacks_->run_once(until);
    quit_ = outer;
    return quit ? RunEnd::quit : RunEnd::limit;
  }

  void quit() noexcept override {
    if (quit_ != nullptr) *quit_ = true;
  }

  void call_after(Duration delay, std::function<void()> callback) override {
    callbacks_->call_at(Clock::now() + delay, std::move(callback));
  }

  eddy::conformance::Holdings holdings() override {
    return {{"timers", static_cast<long>(callbacks_->timers())}};
  }

  [[nodiscard]] std::string declared(Difference difference) const override {
    if (difference == Difference::keeping_alive) return "the program's own loop ends when it likes";
    if (difference == Difference::host_death) {
      return "a host that ends drops its callbacks, on whatever thread that is";
    }
    return {};
  }

  /// The helper thread is not there in the child; a turn starts another one.
  void forked(ForkStage stage) override {
    if (stage == ForkStage::before) wait_until_other_threads_sleep();
    if (stage != ForkStage::in_child) return;
    for (Loop* loop : loops_) loop->dispatch();
  }

 private:
  class HostedLoop final : public eddy::ThreadLoop {
   public:
    HostedLoop(ThreadFixture& fixture, eddy::LoopOptions options)
        : ThreadLoop([host = fixture.callbacks_](
                         UniqueFunction<void()> turn) { host->post(std::move(turn)); },
                     std::move(options),
                     [host = fixture.callbacks_](bool wait) {
                       host->run_once(wait ? TimePoint::max() : Clock::now());
                       return std::error_code();
                     }),
          fixture_(fixture) {
      fixture_.loops_.insert(this);
    }
    ~HostedLoop() override { fixture_.loops_.erase(this); }

   private:
    ThreadFixture& fixture_;
  };

  std::shared_ptr<CallbackHost> callbacks_;
  std::set<Loop*> loops_;
  bool* quit_ = nullptr;
};

EDDY_CONFORMANCE_HOST(HelperThread, ThreadFixture);

}  // namespace
