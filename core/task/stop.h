// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/export.h>
#include <eddy/core/base/intrusive_list.h>

namespace eddy::inline v0 {

namespace internal {

class StopState;

/// Something that waits and is to be told of a stop. on_stop marks and queues; it resumes and
/// destroys nothing, so that request_stop() may be called from anywhere on the Loop's thread.
class EDDY_API StopNode : public ListHook {
 public:
  virtual void on_stop() noexcept = 0;
  /// The state of a part that is stopped with the whole, which tells those within it; else null.
  virtual StopState* part() noexcept { return nullptr; }

 protected:
  ~StopNode() = default;
};

/// Whether a task has been asked to stop, and who waits within it.
class EDDY_API StopState {
 public:
  StopState() = default;
  StopState(const StopState&) = delete;
  StopState& operator=(const StopState&) = delete;

  [[nodiscard]] bool requested() const noexcept { return requested_; }
  void request() noexcept;
  void add(StopNode& node) noexcept { nodes_.push_back(node); }

 private:
  IntrusiveList<StopNode> nodes_;
  bool requested_ = false;
};

}  // namespace internal

/// Tells whether the task that it was taken from has been asked to stop. Single-threaded and free;
/// valid until that task has ended. A task finds its own by `co_await stop_token()`.
///
/// Thread: the Loop's. A function on an executor is given a std::stop_token instead.
class StopToken {
 public:
  StopToken() = default;
  explicit StopToken(const internal::StopState& state) noexcept : state_(&state) {}
  [[nodiscard]] bool stop_requested() const noexcept {
    return state_ != nullptr && state_->requested();
  }

 private:
  const internal::StopState* state_ = nullptr;
};

}  // namespace eddy::inline v0
