// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include <eddy/conformance/support/line_client.h>
#include <eddy/core/base/time.h>

namespace eddy::inline v0::conformance {

/// Calls `on_limit`, on a thread of its own, unless it is destroyed before the time is up. For
/// hosts that have no timer but the Loop's.
class Limit {
 public:
  Limit(Duration limit, std::function<void()> on_limit)
      : thread_([this, limit, on_limit = std::move(on_limit)] {
          std::unique_lock lock(mutex_);
          if (!changed_.wait_for(lock, limit, [this] { return over_; })) on_limit();
        }) {}
  ~Limit() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  ClientThread thread_;
};

}  // namespace eddy::inline v0::conformance
