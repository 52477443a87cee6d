// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/support/process_state.h>

#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <thread>

namespace {
const pid_t kStartedAs = ::getpid();
}

extern "C" {
// LeakSanitizer asks this where a process exits. A forked child has the parent's objects without
// the parent's threads, which held some of them.
__attribute__((visibility("default"))) int __lsan_is_turned_off() {  // NOLINT
  return ::getpid() != kStartedAs ? 1 : 0;
}

// Only there in a sanitized program, where malloc's own count knows nothing.
__attribute__((weak)) std::size_t __sanitizer_get_current_allocated_bytes();  // NOLINT
}

namespace eddy::inline v0::conformance {

namespace {

/// Calls `visit` with the name of each entry that is a number.
template <class Visit>
void for_each_number_in(const char* folder, Visit visit) {
  struct Close {
    void operator()(DIR* dir) const { ::closedir(dir); }
  };
  const std::unique_ptr<DIR, Close> dir(::opendir(folder));
  if (!dir) return;
  const int own = ::dirfd(dir.get());
  while (const dirent* entry = ::readdir(dir.get())) {
    char* end = nullptr;
    const long number = std::strtol(entry->d_name, &end, 10);
    if (end != entry->d_name && *end == '\0') visit(static_cast<int>(number), own);
  }
}

/// See know_runtime_threads().
std::set<int> runtime_threads;

int thread_id() { return static_cast<int>(::syscall(SYS_gettid)); }

std::string signal_mask() {
  sigset_t mask;
  sigemptyset(&mask);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  std::string text = "blocked signals:";
  for (int signal = 1; signal < NSIG; ++signal) {
    if (sigismember(&mask, signal) == 1) text += " " + std::to_string(signal);
  }
  return text;
}

std::string disposition(int signal) {
  struct sigaction action;
  std::memset(&action, 0, sizeof action);
  if (::sigaction(signal, nullptr, &action) != 0) return "none";
  if (action.sa_handler == SIG_DFL) return "default";
  if (action.sa_handler == SIG_IGN) return "ignored";
  char text[64];
  std::snprintf(text, sizeof text, "handler %p flags %x",
                reinterpret_cast<void*>(action.sa_handler), static_cast<unsigned>(action.sa_flags));
  return text;
}

}  // namespace

std::map<int, std::string> open_descriptors() {
  std::map<int, std::string> descriptors;
  for_each_number_in("/proc/self/fd", [&](int fd, int own) {
    if (fd == own) return;
    char target[256];
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
    if (length >= 0) descriptors[fd] = std::string(target, static_cast<std::size_t>(length));
  });
  return descriptors;
}

std::vector<std::string> process_state() {
  std::vector<std::string> lines;
  for (const auto& [fd, what] : open_descriptors()) {
    lines.push_back("descriptor " + std::to_string(fd) + ": " + what);
  }
  lines.push_back(signal_mask());
  for (int signal = 1; signal < NSIG; ++signal) {
    lines.push_back("signal " + std::to_string(signal) + ": " + disposition(signal));
  }
  lines.push_back(std::string("locale: ") + std::setlocale(LC_ALL, nullptr));
  return lines;
}

std::map<int, std::string> descriptors_of_a_child_program() {
  std::map<int, std::string> descriptors;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return descriptors;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  char program[] = "ls";
  char option[] = "-l";
  char folder[] = "/proc/self/fd";
  char* arguments[] = {program, option, folder, nullptr};
  pid_t child = -1;
  const int failed = ::posix_spawnp(&child, program, &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);

  // "lrwx------ 1 me me 64 Jan  1 00:00 3 -> socket:[123]"
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t received = ::read(ends[0], buffer, sizeof buffer);
    if (received > 0) text.append(buffer, static_cast<std::size_t>(received));
    if (received == 0 || (received < 0 && errno != EINTR)) break;
  }
  ::close(ends[0]);
  if (failed == 0) {
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto arrow = line.find(" -> ");
    if (arrow == std::string::npos) continue;
    const auto number = line.rfind(' ', arrow - 1);
    descriptors[std::atoi(line.c_str() + number + 1)] = line.substr(arrow + 4);
  }
  return descriptors;
}

std::size_t allocated_bytes() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return __sanitizer_get_current_allocated_bytes();
  }
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

void know_runtime_threads() {
  if (!instrumented()) return;
  int first = 0;
  // ThreadSanitizer starts its own thread with the program's first.
  std::thread([&first] { first = thread_id(); }).join();
  for_each_number_in("/proc/self/task", [&first](int thread, int /*own*/) {
    if (thread != first && thread != thread_id()) runtime_threads.insert(thread);
  });
}

namespace {

/// But those that a sanitizer runs.
template <class Visit>
void for_each_other_thread(Visit visit) {
  const int self = thread_id();
  for_each_number_in("/proc/self/task", [&](int thread, int /*own*/) {
    if (thread != self && runtime_threads.count(thread) == 0) visit(thread);
  });
}

}  // namespace

std::map<int, long> sleeps_of_other_threads() {
  std::map<int, long> sleeps;
  for_each_other_thread([&sleeps](int thread) {
    std::ifstream status("/proc/self/task/" + std::to_string(thread) + "/status");
    const std::string key = "voluntary_ctxt_switches:";
    for (std::string line; std::getline(status, line);) {
      if (line.rfind(key, 0) == 0) sleeps[thread] = std::atol(line.c_str() + key.size());
    }
  });
  return sleeps;
}

void wait_until_other_threads_sleep() {
  bool running = true;
  while (running) {
    running = false;
    for_each_other_thread([&running](int thread) {
      // "Id (name) S ...". A thread that has ended meanwhile has no such file.
      std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
      std::string line;
      if (!std::getline(stat, line)) return;
      const auto name_end = line.rfind(')');
      running = running || name_end == std::string::npos || line.compare(name_end, 3, ") S") != 0;
    });
    if (running) ::sched_yield();
  }
}

long thread_cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000L + now.tv_nsec;
}

void burn_cpu(long ns) {
  const long until = thread_cpu_ns() + ns;
  while (thread_cpu_ns() < until) {
  }
}

bool instrumented() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return true;
#  else
  return false;
#  endif
#else
  return false;
#endif
}

}  // namespace eddy::inline v0::conformance
