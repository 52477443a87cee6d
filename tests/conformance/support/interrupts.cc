// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/support/interrupts.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>

namespace eddy::inline v0::conformance {

namespace {

constexpr long kIntervalNs = 3'000'000;
/// A profiler's; SIGALRM ends the tests' own child processes when they stay too long.
constexpr int kSignal = SIGPROF;

thread_local volatile std::sig_atomic_t count = 0;

void on_signal(int /*signal*/) { count = count + 1; }

/// The handler is the process's: the first installs it, and the last puts back what was there.
std::mutex mutex;
int users = 0;
struct sigaction before {};

}  // namespace

Interrupts::Interrupts(bool on) : on_(on) {
  if (!on_) return;
  {
    const std::lock_guard lock(mutex);
    struct sigaction action {};
    action.sa_handler = on_signal;
    if (users++ == 0) ::sigaction(kSignal, &action, &before);
  }
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = kSignal;
  event._sigev_un._tid = static_cast<pid_t>(::syscall(SYS_gettid));
  ::timer_create(CLOCK_MONOTONIC, &event, &timer_);
  const itimerspec every{{0, kIntervalNs}, {0, kIntervalNs}};
  ::timer_settime(timer_, 0, &every, nullptr);
}

Interrupts::~Interrupts() {
  if (!on_) return;
  ::timer_delete(timer_);
  const std::lock_guard lock(mutex);
  if (--users == 0) ::sigaction(kSignal, &before, nullptr);
}

bool interrupts_wanted() {
  const std::lock_guard lock(mutex);
  return users > 0;
}

long interrupts_of_this_thread() { return count; }

}  // namespace eddy::inline v0::conformance
