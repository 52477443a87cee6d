// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/support/interrupts.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace eddy::inline v0::conformance {

namespace {

constexpr long kIntervalNs = 3'000'000;
constexpr int kSignal = SIGALRM;

std::atomic<long> count{0};

void on_signal(int /*signal*/) { count.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

Interrupts::Interrupts(bool on) : on_(on) {
  if (!on_) return;
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(kSignal, &action, &before_);
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
  ::sigaction(kSignal, &before_, nullptr);
}

long interrupts_so_far() { return count.load(std::memory_order_relaxed); }

}  // namespace eddy::inline v0::conformance
