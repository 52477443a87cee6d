// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop that nobody wrote an adapter for: a list of descriptors for poll(), and timers.
#include <eddy/conformance/host_fixture.h>
#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop.h>

#include <poll.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace {

using eddy::Clock;
using eddy::Duration;
using eddy::Loop;
using eddy::TimePoint;
using eddy::conformance::Difference;
using eddy::conformance::HostFixture;
using eddy::conformance::RunEnd;

/// What many programs have in the middle of their main().
class PollLoop {
 public:
  /// `fd` is asked for its descriptor each time, since a forked Loop has another one.
  int watch(std::function<int()> fd, std::function<void()> on_ready) {
    watches_[next_id_] = std::make_shared<Watch>(Watch{std::move(fd), std::move(on_ready)});
    return next_id_++;
  }
  void unwatch(int id) { watches_.erase(id); }
  std::size_t watches() const { return watches_.size(); }
  std::size_t timers() const { return timers_.size(); }

  void call_at(TimePoint when, std::function<void()> callback) {
    timers_.emplace(when, std::move(callback));
  }

  /// One iteration, sleeping at most until `until`.
  void run_once(TimePoint until) {
    if (!timers_.empty()) until = std::min(until, timers_.begin()->first);
    std::vector<pollfd> entries;
    std::vector<std::shared_ptr<Watch>> asked;
    for (const auto& [id, watch] : watches_) {
      entries.push_back({watch->fd(), POLLIN, 0});
      asked.push_back(watch);
    }
    timespec left{};
    const Duration wait = std::max(until - Clock::now(), Duration::zero());
    left.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(wait).count();
    left.tv_nsec = (wait % std::chrono::seconds(1)).count();
    const bool for_ever = until == TimePoint::max();
    const int ready = ::ppoll(entries.data(), entries.size(), for_ever ? nullptr : &left, nullptr);

    while (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
      auto timer = timers_.extract(timers_.begin());
      timer.mapped()();
    }
    if (ready <= 0) return;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].revents == 0) continue;
      // A callback may have ended the watch of another.
      if (asked[i].use_count() == 1) continue;
      asked[i]->on_ready();
    }
  }

 private:
  struct Watch {
    std::function<int()> fd;
    std::function<void()> on_ready;
  };
  std::map<int, std::shared_ptr<Watch>> watches_;
  std::multimap<TimePoint, std::function<void()>> timers_;
  int next_id_ = 1;
};

/// What joins a Loop to it.
class PolledLoop final : public eddy::EmbeddedLoop {
 public:
  using RunOnce = eddy::UniqueFunction<std::error_code(bool)>;

  PolledLoop(PollLoop& host, eddy::LoopOptions options, RunOnce run_once)
      : EmbeddedLoop(std::move(options), std::move(run_once)),
        host_(host),
        id_(host.watch([this] { return fd(); }, [this] { dispatch(); })) {}
  ~PolledLoop() override { host_.unwatch(id_); }

 private:
  PollLoop& host_;
  int id_;
};

class PollFixture : public HostFixture {
 public:
  void set_up_host() override {}
  void destroy_host() override {}

  std::unique_ptr<Loop> make_loop(eddy::LoopOptions options) override {
    return std::make_unique<PolledLoop>(poll_loop_, std::move(options), run_once());
  }

  RunEnd run(Duration limit) override {
    const TimePoint until = Clock::now() + limit;
    bool quit = false;
    bool* const outer = std::exchange(quit_, &quit);
    while (!quit && Clock::now() < until) poll_loop_.run_once(until);
    quit_ = outer;
    return quit ? RunEnd::quit : RunEnd::limit;
  }

  void quit() noexcept override {
    if (quit_ != nullptr) *quit_ = true;
  }

  void call_after(Duration delay, std::function<void()> callback) override {
    poll_loop_.call_at(Clock::now() + delay, std::move(callback));
  }

  eddy::conformance::Holdings holdings() override {
    return {{"watches", static_cast<long>(poll_loop_.watches())},
            {"timers", static_cast<long>(poll_loop_.timers())}};
  }

  std::string declared(Difference difference) const override {
    if (difference == Difference::host_death) return "a list of descriptors tells nobody it ends";
    if (difference == Difference::keeping_alive) return "the program's own loop ends when it likes";
    return {};
  }

 protected:
  /// How run() and run_until() run it.
  virtual PolledLoop::RunOnce run_once() {
    return [this](bool wait) {
      poll_loop_.run_once(wait ? TimePoint::max() : Clock::now());
      return std::error_code();
    };
  }

 private:
  PollLoop poll_loop_;
  bool* quit_ = nullptr;
};

/// A program that has not said how its loop is run.
class UnpumpedFixture final : public PollFixture {
 public:
  std::string declared(Difference difference) const override {
    if (difference == Difference::pumping) return "the Loop was not told how to run the program's";
    return PollFixture::declared(difference);
  }

 protected:
  PolledLoop::RunOnce run_once() override { return {}; }
};

EDDY_CONFORMANCE_HOST(Poll, PollFixture);
EDDY_CONFORMANCE_HOST(PollUnpumped, UnpumpedFixture);

}  // namespace
