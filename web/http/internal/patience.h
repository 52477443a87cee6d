// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

#include <eddy/core/base/time.h>
#include <eddy/web/http/limits.h>

namespace eddy::inline v0::web::internal {

/// How long a connection still waits for its client. Knows no timer: traffic only stores times, and
/// the timer that somebody else holds looks at due() when it fires.
class Patience {
 public:
  enum class For : std::uint8_t {
    nothing,  // nothing of the client: a handler is at work
    request,  // the next request's first byte
    head,     // the rest of a head that has begun
    content,  // more of a request's content
    reader,   // that the client takes what is sent to it
    linger,   // that it closes, behind the last response
  };

  /// Waits for `what` from now on; the time of a wait that goes on is not begun anew.
  void wait_for(For what, TimePoint now, const HttpTimeouts& timeouts) noexcept;
  /// What was waited for has come in full: the next wait is a new one, of whatever kind.
  void restart() noexcept { what_ = For::nothing; }
  /// A new content begins, with the whole of timeouts.body.
  void begin_content(const HttpTimeouts& timeouts) noexcept { credit_ = timeouts.body; }
  /// A part of what is waited for has come, or gone.
  void progress(std::size_t bytes, TimePoint now, const HttpTimeouts& timeouts) noexcept;

  [[nodiscard]] For what() const noexcept { return what_; }
  /// When patience ends; kNever if there is no bound.
  [[nodiscard]] TimePoint due() const noexcept;

 private:
  void begin(Duration limit, TimePoint now) noexcept;

  TimePoint due_ = kNever;
  /// How far the client may be behind its minimum rate, when it is not its turn.
  Duration credit_{};
  For what_ = For::nothing;
};

}  // namespace eddy::inline v0::web::internal
