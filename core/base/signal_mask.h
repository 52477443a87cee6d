// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <pthread.h>
#include <signal.h>

namespace eddy::inline v0::internal {

/// The signal mask of this thread while it lives.
class SignalMask {
 public:
  SignalMask(const SignalMask&) = delete;
  SignalMask& operator=(const SignalMask&) = delete;
  ~SignalMask() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 protected:
  explicit SignalMask(int (*fill)(sigset_t* signals)) noexcept {
    sigset_t signals;
    fill(&signals);
    pthread_sigmask(SIG_SETMASK, &signals, &before_);
  }

 private:
  sigset_t before_;
};

/// While a thread of Eddy's own is started: it takes no signals, so the host's handlers keep
/// running where they ran before.
class SignalsBlocked : SignalMask {
 public:
  SignalsBlocked() noexcept : SignalMask(sigfillset) {}
};

/// While the process becomes another program, whose mask would be that of this thread.
class SignalsUnblocked : SignalMask {
 public:
  SignalsUnblocked() noexcept : SignalMask(sigemptyset) {}
};

}  // namespace eddy::inline v0::internal
