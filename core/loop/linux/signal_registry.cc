// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/linux/signal_registry.h>

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

namespace eddy::inline v0::internal {

namespace {

constexpr std::size_t kWatches = 64;
constexpr std::size_t kSignals = NSIG;

/// What the handler reads. A slot is free when its descriptor is negative.
struct Slot {
  std::atomic<int> fd{-1};
  std::atomic<int> signal{0};
  std::atomic<pid_t> owner{0};
};

/// A handler can only reach what is global.
std::array<Slot, kWatches> slots;
/// Handlers that are at work; a descriptor is closed when none can still be writing to it.
std::atomic<int> handlers{0};

std::mutex registry_mutex;
std::array<std::size_t, kSignals> watch_counts{};
std::array<struct sigaction, kSignals> previous{};

/// Async-signal-safe: atomics, getpid, getppid and write.
void handle(int signal) {
  const int saved_errno = errno;
  handlers.fetch_add(1);
  for (Slot& slot : slots) {
    if (slot.signal.load() != signal) continue;
    const int fd = slot.fd.load();
    if (fd < 0) continue;
    // In a forked child the descriptor is the parent's too, and the signal was not for it.
    const pid_t owner = slot.owner.load();
    if (owner != ::getpid() && owner == ::getppid()) continue;
    const std::uint64_t one = 1;
    // Full means that the loop is about to see it anyhow.
    [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
  }
  handlers.fetch_sub(1);
  errno = saved_errno;
}

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

/// A thread of the parent's may hold the mutex, or be in the handler, at the moment of a fork.
void be_ready_for_fork() noexcept {
  [[maybe_unused]] static const int registered =
      ::pthread_atfork([] { registry_mutex.lock(); }, [] { registry_mutex.unlock(); },
                       [] {
                         registry_mutex.unlock();
                         handlers = 0;
                       });
}

/// With the mutex held.
std::error_code install(std::size_t signal) noexcept {
  if (watch_counts[signal]++ > 0) return {};
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (::sigaction(static_cast<int>(signal), &action, &previous[signal]) == 0) return {};
  --watch_counts[signal];
  return last_error();
}

/// With the mutex held.
void restore(std::size_t signal) noexcept {
  if (--watch_counts[signal] > 0) return;
  struct sigaction current {};
  const bool ours = ::sigaction(static_cast<int>(signal), nullptr, &current) == 0 &&
                    (current.sa_flags & SA_SIGINFO) == 0 && current.sa_handler == handle;
  if (ours) ::sigaction(static_cast<int>(signal), &previous[signal], nullptr);
}

/// A handler on another thread may have read the number before; it writes within microseconds.
void close_unused(int fd) noexcept {
  while (handlers.load() != 0) std::this_thread::yield();
  ::close(fd);
}

}  // namespace

int open_signal(int signal, std::error_code& error) noexcept {
  error.clear();
  if (signal <= 0 || static_cast<std::size_t>(signal) >= kSignals) {
    error = std::make_error_code(std::errc::invalid_argument);
    return -1;
  }
  be_ready_for_fork();
  const std::lock_guard lock(registry_mutex);
  for (Slot& slot : slots) {
    if (slot.fd.load() >= 0) continue;
    const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
      error = last_error();
      return -1;
    }
    slot.owner = ::getpid();
    slot.signal = signal;
    slot.fd = fd;
    error = install(static_cast<std::size_t>(signal));
    if (!error) return fd;
    slot.signal = 0;
    slot.fd = -1;
    ::close(fd);
    return -1;
  }
  error = std::make_error_code(std::errc::no_space_on_device);
  return -1;
}

int renew_signal(int fd) noexcept {
  int own = -1;
  {
    const std::lock_guard lock(registry_mutex);
    for (Slot& slot : slots) {
      if (slot.fd.load() != fd) continue;
      slot.owner = ::getpid();
      own = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
      if (own >= 0) slot.fd = own;
      break;
    }
  }
  // Without another one the parent is woken too, for nothing.
  if (own < 0) return fd;
  close_unused(fd);
  return own;
}

void drain_signal(int fd) noexcept {
  std::uint64_t count;
  while (::read(fd, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

void close_signal(int signal, int fd) noexcept {
  {
    const std::lock_guard lock(registry_mutex);
    for (Slot& slot : slots) {
      if (slot.fd.load() != fd) continue;
      slot.signal = 0;
      slot.fd = -1;
      restore(static_cast<std::size_t>(signal));
    }
  }
  close_unused(fd);
}

}  // namespace eddy::inline v0::internal
