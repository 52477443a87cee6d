// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include <eddy/conformance/support/socket_pair.h>
#include <eddy/core/loop/loop.h>

namespace eddy::inline v0::conformance {

/// Descriptors that are readable all the time, or `bytes` times each; `handler` is called for each.
class BusyDescriptors {
 public:
  BusyDescriptors(Loop& loop, std::size_t count, std::size_t bytes, std::function<void()> handler)
      : pairs_(count), calls_of_(count), handler_(std::move(handler)) {
    for (std::size_t i = 0; i < count; ++i) {
      pairs_[i].fill(std::max<std::size_t>(bytes, 1));
      watches_.push_back(loop.watch(pairs_[i].near(), Io::read, [this, i, bytes](Io /*events*/) {
        // For ever: what is there is left there.
        if (bytes != 0 && !pairs_[i].take()) return;
        ++calls_;
        ++calls_of_[i];
        handler_();
      }));
    }
  }

  [[nodiscard]] long calls() const { return calls_; }
  [[nodiscard]] long most() const { return *std::max_element(calls_of_.begin(), calls_of_.end()); }
  [[nodiscard]] long least() const { return *std::min_element(calls_of_.begin(), calls_of_.end()); }

 private:
  std::vector<SocketPair> pairs_;
  std::vector<long> calls_of_;
  std::function<void()> handler_;
  std::vector<FdWatch> watches_;
  long calls_ = 0;
};

}  // namespace eddy::inline v0::conformance
