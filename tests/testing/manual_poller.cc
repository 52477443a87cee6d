// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/testing/manual_poller.h>

#include <algorithm>
#include <utility>

namespace eddy::inline v0::testing {

bool ManualPoller::readable() const noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (wake_) return true;
  }
  if (armed_ != kNever && armed_ <= system_->now()) return true;
  return std::any_of(watches_.begin(), watches_.end(), [this](const auto& watch) {
    return any(system_->ready(watch.first, watch.second.interest));
  });
}

std::size_t ManualPoller::wakes() const noexcept {
  const std::lock_guard lock(mutex_);
  return wakes_;
}

bool ManualPoller::wait_for_wake() {
  std::unique_lock lock(mutex_);
  return woken_.wait_for(lock, patience_, [this] { return wake_; });
}

std::error_code ManualPoller::add(int fd, Io interest, std::uint64_t key) noexcept {
  if (const auto error = std::exchange(watch_error_, {}); error != std::errc()) {
    return std::make_error_code(error);
  }
  if (!system_->is_open(fd)) return std::make_error_code(std::errc::bad_file_descriptor);
  const bool added = watches_.emplace(fd, Watch{interest, key}).second;
  return added ? std::error_code() : std::make_error_code(std::errc::file_exists);
}

std::error_code ManualPoller::modify(int fd, Io interest, std::uint64_t key) noexcept {
  if (const auto error = std::exchange(watch_error_, {}); error != std::errc()) {
    return std::make_error_code(error);
  }
  const auto found = watches_.find(fd);
  if (found == watches_.end()) {
    return std::make_error_code(std::errc::no_such_file_or_directory);
  }
  found->second = {interest, key};
  return {};
}

void ManualPoller::remove(int fd) noexcept { watches_.erase(fd); }

std::size_t ManualPoller::wait(std::span<ReadyIo> out, bool block) noexcept {
  ++waits_;
  if (block && !readable()) {
    if (armed_ != kNever) {
      system_->set_clock(armed_);
    } else {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return wake_; });
    }
  }
  std::size_t found = 0;
  auto at = watches_.lower_bound(next_);
  for (std::size_t i = 0; i < watches_.size() && found < out.size(); ++i, ++at) {
    if (at == watches_.end()) at = watches_.begin();
    const Io events = system_->ready(at->first, at->second.interest);
    if (!any(events)) continue;
    out[found++] = {at->second.key, events};
    next_ = at->first + 1;
  }
  return found;
}

void ManualPoller::arm(TimePoint deadline) noexcept {
  armed_ = deadline;
  ++arms_;
}

void ManualPoller::wake() noexcept {
  {
    const std::lock_guard lock(mutex_);
    wake_ = true;
    ++wakes_;
  }
  woken_.notify_all();
}

void ManualPoller::clear_wake() noexcept {
  const std::lock_guard lock(mutex_);
  wake_ = false;
}

void ManualPoller::renew_after_fork() {
  watches_.clear();
  clear_wake();
  armed_ = kNever;
}

void ManualPoller::close() noexcept {
  watches_.clear();
  armed_ = kNever;
}

}  // namespace eddy::inline v0::testing
