// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/patience.h>

#include <algorithm>

namespace eddy::inline v0::web::internal {

namespace {

// What so many bytes are worth at the minimum rate; no more than `most`, which also keeps the
// product in range.
Duration worth(std::size_t bytes, std::size_t bytes_per_second, Duration most) noexcept {
  if (bytes_per_second == 0) return most;
  const double seconds = static_cast<double>(bytes) / static_cast<double>(bytes_per_second);
  const double limit = std::chrono::duration<double>(most).count();
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(std::min(seconds, limit)));
}

}  // namespace

void Patience::wait_for(For what, TimePoint now, const HttpTimeouts& timeouts) noexcept {
  if (what == what_) return;
  if (what_ == For::content && due_ != kNever) credit_ = std::max(due_ - now, Duration::zero());
  what_ = what;
  switch (what) {
    case For::nothing:
      return;
    case For::request:
      return begin(timeouts.idle, now);
    case For::head:
      return begin(timeouts.header, now);
    case For::content:
      if (timeouts.body == Duration::zero()) return begin(Duration::zero(), now);
      due_ = eddy::internal::deadline_after(now, credit_);
      return;
    case For::reader:
      return begin(timeouts.write, now);
    case For::linger:
      return begin(timeouts.linger, now);
  }
}

void Patience::begin(Duration limit, TimePoint now) noexcept {
  due_ = limit == Duration::zero() ? kNever : eddy::internal::deadline_after(now, limit);
}

void Patience::progress(std::size_t bytes, TimePoint now, const HttpTimeouts& timeouts) noexcept {
  if (what_ == For::reader) return begin(timeouts.write, now);
  if (what_ != For::content || due_ == kNever) return;
  const Duration earned = worth(bytes, timeouts.body_bytes_per_second, timeouts.body);
  due_ = std::min(std::max(due_, now) + earned, eddy::internal::deadline_after(now, timeouts.body));
}

TimePoint Patience::due() const noexcept { return what_ == For::nothing ? kNever : due_; }

}  // namespace eddy::inline v0::web::internal
