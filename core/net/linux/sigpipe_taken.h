// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <cerrno>

namespace eddy::inline v0::internal {

/// Around a call that raises SIGPIPE and has no flag against it (sendfile, a write to a pipe): this
/// thread does not take the signal meanwhile, and the one that the call caused is taken back before
/// the mask is as it was. The host's disposition is never touched, and a SIGPIPE that waited for
/// the host before is left to it.
class SigpipeTaken {
 public:
  SigpipeTaken() noexcept {
    sigset_t pipe = only_pipe();
    pthread_sigmask(SIG_BLOCK, &pipe, &before_);
    // Only where the host blocks it can one wait; two of them would be one.
    if (sigismember(&before_, SIGPIPE) == 1) {
      sigset_t pending;
      sigpending(&pending);
      was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    }
  }
  SigpipeTaken(const SigpipeTaken&) = delete;
  SigpipeTaken& operator=(const SigpipeTaken&) = delete;
  /// Leaves errno alone.
  ~SigpipeTaken() {
    if (sigismember(&before_, SIGPIPE) == 0) pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  /// The call may have raised it. Leaves errno alone.
  void take() const noexcept {
    if (was_pending_) return;
    const int error = errno;
    const sigset_t pipe = only_pipe();
    const timespec at_once{};
    while (sigtimedwait(&pipe, nullptr, &at_once) < 0 && errno == EINTR) {
    }
    errno = error;
  }

 private:
  static sigset_t only_pipe() noexcept {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
  }

  sigset_t before_;
  bool was_pending_ = false;
};

}  // namespace eddy::inline v0::internal
