// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The built-in loop: the host is the Loop itself.
#include <eddy/conformance/host_fixture.h>
#include <eddy/conformance/support/limit.h>
#include <eddy/core/loop/loop.h>

#include <optional>
#include <utility>
#include <vector>

namespace {

using eddy::Duration;
using eddy::Loop;
using eddy::conformance::Difference;
using eddy::conformance::HostFixture;
using eddy::conformance::Limit;
using eddy::conformance::RunEnd;

class NativeFixture final : public HostFixture {
 public:
  void set_up_host() override {}
  void destroy_host() override {}

  std::unique_ptr<Loop> make_loop(eddy::LoopOptions options) override {
    auto loop = std::make_unique<eddy::NativeLoop>(std::move(options));
    if (loop_ == nullptr || !remote_->post([] {})) {
      loop_ = loop.get();
      remote_ = loop->remote();
    }
    return loop;
  }

  RunEnd run(Duration limit) override {
    if (!alive()) return RunEnd::ended;
    const auto frame = std::make_shared<Frame>();
    frames_.push_back(frame);
    const Limit guard(limit, [remote = *remote_, frame, this] {
      remote.post([this, frame] { end(*frame, RunEnd::limit); });
    });
    loop_->run();
    frames_.pop_back();
    // The outer run was to end while this one went on.
    if (!frames_.empty() && frames_.back()->end != RunEnd::ended && alive()) loop_->stop();
    return frame->end;
  }

  void quit() noexcept override {
    if (!frames_.empty()) end(*frames_.back(), RunEnd::quit);
  }

  void call_after(Duration delay, std::function<void()> callback) override {
    loop_->call_later(delay, std::move(callback));
  }

  eddy::conformance::Holdings holdings() override { return {}; }

  std::string declared(Difference difference) const override {
    if (difference == Difference::no_host || difference == Difference::host_death) {
      return "the built-in host and the Loop are one";
    }
    return {};
  }

 private:
  struct Frame {
    RunEnd end = RunEnd::ended;
  };

  /// A test may have destroyed the Loop; its queue knows.
  [[nodiscard]] bool alive() const {
    return loop_ != nullptr && remote_->post([] {});
  }

  void end(Frame& frame, RunEnd how) {
    if (frame.end == RunEnd::ended) frame.end = how;
    if (!frames_.empty() && frames_.back().get() == &frame && alive()) loop_->stop();
  }

  Loop* loop_ = nullptr;
  std::optional<eddy::Remote> remote_;
  std::vector<std::shared_ptr<Frame>> frames_;
};

EDDY_CONFORMANCE_HOST(Native, NativeFixture);

}  // namespace
