// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <eddy/core/loop/linux/owned_fd.h>
#include <eddy/core/loop/poller.h>
#include <eddy/core/net/linux/socket_ops.h>

namespace eddy::inline v0 {

namespace {

// Keys of the poller's own descriptors; the loop's keys are slot and generation, and a generation
// is never zero, so these are free.
constexpr std::uint64_t kWakeKey = 1;
constexpr std::uint64_t kTimerKey = 2;

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

internal::OwnedFd checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error(last_error(), what);
  return internal::OwnedFd(fd);
}

std::uint32_t to_epoll(Io interest) noexcept {
  std::uint32_t events = 0;
  if (any(interest & Io::read)) events |= EPOLLIN | EPOLLRDHUP;
  if (any(interest & Io::write)) events |= EPOLLOUT;
  return events;
}

Io from_epoll(std::uint32_t events) noexcept {
  // After an error or hang-up both directions are "ready": the next call tells what happened. epoll
  // tells of these without being asked.
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return Io::read_write | Io::hangup;
  Io ready = Io::none;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) ready = ready | Io::read;
  if ((events & EPOLLOUT) != 0) ready = ready | Io::write;
  return ready;
}

class EpollPoller final : public Poller {
 public:
  EpollPoller() { watch_own(); }

  [[nodiscard]] int fd() const noexcept override { return epoll_.get(); }
  // What Clock::now() does, without the way through the C++ library: this is asked at every step.
  [[nodiscard]] TimePoint now() const noexcept override {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return TimePoint(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }

  std::error_code add(int fd, Io interest, std::uint64_t key) noexcept override {
    return control(EPOLL_CTL_ADD, fd, interest, key);
  }
  std::error_code modify(int fd, Io interest, std::uint64_t key) noexcept override {
    return control(EPOLL_CTL_MOD, fd, interest, key);
  }
  void remove(int fd) noexcept override { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

  std::size_t wait(std::span<ReadyIo> out, bool block) noexcept override {
    std::array<epoll_event, kBatch> events;
    const auto room = static_cast<int>(std::min(out.size(), kBatch));
    const int count = ::epoll_wait(epoll_.get(), events.data(), room, block ? -1 : 0);
    std::size_t found = 0;
    // A negative count is an interruption by a signal: nothing found, the caller looks around.
    for (int i = 0; i < count; ++i) {
      const std::uint64_t key = events[static_cast<std::size_t>(i)].data.u64;
      if (key == kWakeKey || key == kTimerKey) continue;
      out[found++] = {key, from_epoll(events[static_cast<std::size_t>(i)].events)};
    }
    return found;
  }

  void arm(TimePoint deadline) noexcept override {
    itimerspec when{};
    if (deadline != kNever) {
      const auto since_boot = std::max(deadline.time_since_epoch(), Duration(1));
      const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
      when.it_value.tv_sec = static_cast<std::time_t>(seconds.count());
      when.it_value.tv_nsec = static_cast<long>((since_boot - seconds).count());
    }
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
  }

  void wake() noexcept override {
    const std::uint64_t one = 1;
    while (::write(wake_.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
  }

  void clear_wake() noexcept override {
    std::uint64_t count;
    while (::read(wake_.get(), &count, sizeof count) < 0 && errno == EINTR) {
    }
  }

  void renew_after_fork() override {
    epoll_ = make_epoll();
    wake_ = make_wake();
    timer_ = make_timer();
    watch_own();
  }

  void close() noexcept override {
    timer_ = internal::OwnedFd();
    wake_ = internal::OwnedFd();
    epoll_ = internal::OwnedFd();
  }

  [[nodiscard]] SocketOps& sockets() noexcept override { return internal::system_sockets(); }

 private:
  static constexpr std::size_t kBatch = 64;

  static internal::OwnedFd make_epoll() {
    return checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  }
  static internal::OwnedFd make_wake() {
    return checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  }
  static internal::OwnedFd make_timer() {
    return checked(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create");
  }

  void watch_own() {
    std::error_code error = add(wake_.get(), Io::read, kWakeKey);
    if (!error) error = add(timer_.get(), Io::read, kTimerKey);
    if (error) throw std::system_error(error, "epoll_ctl");
  }

  std::error_code control(int operation, int fd, Io interest, std::uint64_t key) noexcept {
    epoll_event event{};
    event.events = to_epoll(interest);
    event.data.u64 = key;
    if (::epoll_ctl(epoll_.get(), operation, fd, &event) == 0) return {};
    return last_error();
  }

  internal::OwnedFd epoll_ = make_epoll();
  internal::OwnedFd wake_ = make_wake();
  internal::OwnedFd timer_ = make_timer();
};

}  // namespace

std::unique_ptr<Poller> make_system_poller() { return std::make_unique<EpollPoller>(); }

}  // namespace eddy::inline v0
