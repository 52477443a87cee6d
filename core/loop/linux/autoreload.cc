// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/autoreload.h>

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <eddy/core/base/error.h>
#include <eddy/core/base/log.h>
#include <eddy/core/base/signal_mask.h>
#include <eddy/core/loop/file_watcher.h>
#include <eddy/core/loop/idle_timeout.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/loop/scheduler.h>

namespace eddy::inline v0 {

namespace {

/// A linker writes for longer than an editor.
constexpr auto kQuiet = std::chrono::milliseconds(250);

/// Of the process.
std::atomic<int> holds = 0;

// As the kernel has them, since the program need not hand over its own.
std::vector<std::string> arguments_of_this_process() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::string> arguments;
  for (std::size_t at = 0; at < text.size(); at += arguments.back().size() + 1) {
    arguments.emplace_back(text.c_str() + at);
  }
  return arguments;
}

// Where the program's file was when the process began.
std::string file_of_this_process() {
  std::string file = std::filesystem::read_symlink("/proc/self/exe").string();
  // What the kernel adds once that file was replaced or removed.
  constexpr std::string_view kGone = " (deleted)";
  if (file.ends_with(kGone) && ::access(file.c_str(), F_OK) != 0) {
    file.resize(file.size() - kGone.size());
  }
  return file;
}

bool same_file(const char* one, const char* other) noexcept {
  struct stat first {};
  struct stat second {};
  return ::stat(one, &first) == 0 && ::stat(other, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

}  // namespace

class Autoreload::State final : public std::enable_shared_from_this<Autoreload::State> {
 public:
  explicit State(Loop& loop)
      : core_(internal::core_of(loop)),
        process_(::getpid()),
        program_(file_of_this_process()),
        arguments_(arguments_of_this_process()),
        folder_(std::filesystem::current_path()),
        files_(
            loop, [this](const std::string& path) { begin_anew(path); }, kQuiet, false) {
    files_.watch(program_);
  }

  /// What was replaced before it was watched.
  void catch_up(Loop& loop) {
    if (same_file("/proc/self/exe", program_.c_str())) return;
    loop.post([weak = weak_from_this()] {
      if (const auto state = weak.lock()) state->begin_anew(state->program_);
    });
  }

  void watch(std::string_view path) { files_.watch(path); }
  void add_hook(UniqueFunction<void()> hook) { hooks_.push_back(std::move(hook)); }

 private:
  void begin_anew(const std::string& changed) {
    if (::getpid() != process_) return;
    if (holds > 0) {
      // Whoever holds it may be of another thread, so it is asked again.
      changed_meanwhile_ = changed;
      return held_.start(kQuiet);
    }
    if (::access(program_.c_str(), X_OK) != 0) return;  // it is told of again when it is there
    const auto pin = shared_from_this();
    log(LogLevel::info, changed + " has changed: the program begins anew");
    // By their places: one may add others, while it is called.
    for (std::size_t i = 0; i < hooks_.size(); ++i) call(hooks_[i]);
    std::error_code error = execute();
    log(LogLevel::warning, program_ + " can't be begun anew: " + error.message());
  }

  void call(UniqueFunction<void()>& hook) noexcept try { hook(); } catch (...) {
    internal::report(*core_, std::current_exception(), "Autoreload's hook");
  }

  /// Returns where it did not succeed.
  std::error_code execute() {
    std::vector<char*> arguments;
    for (std::string& argument : arguments_) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    std::error_code ignored;
    const std::filesystem::path here = std::filesystem::current_path(ignored);
    std::filesystem::current_path(folder_, ignored);
    const internal::SignalsUnblocked signals;
    ::execv(program_.c_str(), arguments.data());
    const std::error_code error(errno, std::system_category());
    std::filesystem::current_path(here, ignored);
    return error;
  }

  void log(LogLevel level, const std::string& message) noexcept {
    internal::log(*core_, level, "eddy.core", message);
  }

  std::shared_ptr<internal::LoopCore> core_;
  pid_t process_;
  std::string program_;
  std::vector<std::string> arguments_;
  std::filesystem::path folder_;
  std::deque<UniqueFunction<void()>> hooks_;
  std::string changed_meanwhile_;
  internal::IdleTimeout held_{core_, [this] { begin_anew(std::exchange(changed_meanwhile_, {})); }};
  FileWatcher files_;
};

Autoreload::Autoreload(Loop& loop) : state_(std::make_shared<State>(loop)) {
  state_->catch_up(loop);
}
Autoreload::~Autoreload() = default;

void Autoreload::watch(std::string_view path) { state_->watch(path); }
void Autoreload::hold() noexcept { ++holds; }
void Autoreload::release() noexcept { --holds; }
void Autoreload::add_reload_hook(UniqueFunction<void()> hook) { state_->add_hook(std::move(hook)); }

}  // namespace eddy::inline v0
