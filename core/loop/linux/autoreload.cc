// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/autoreload.h>

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <eddy/core/base/error.h>
#include <eddy/core/base/log.h>
#include <eddy/core/loop/file_watcher.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/loop/scheduler.h>

namespace eddy::inline v0 {

namespace {

/// A linker writes for longer than an editor.
constexpr auto kQuiet = std::chrono::milliseconds(250);

// As the kernel has them, since the program need not hand over its own.
std::vector<std::string> arguments_of_this_process() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::string> arguments;
  for (std::size_t at = 0; at < text.size(); at = text.find('\0', at) + 1) {
    arguments.emplace_back(text.c_str() + at);
  }
  return arguments;
}

}  // namespace

class Autoreload::State final : public std::enable_shared_from_this<Autoreload::State> {
 public:
  explicit State(Loop& loop)
      : core_(internal::core_of(loop)),
        program_(std::filesystem::read_symlink("/proc/self/exe").string()),
        arguments_(arguments_of_this_process()),
        folder_(std::filesystem::current_path()),
        files_(
            loop, [this](const std::string& path) { begin_anew(path); }, kQuiet) {
    files_.watch(program_);
  }

  void watch(std::string_view path) { files_.watch(path); }
  void add_hook(UniqueFunction<void()> hook) { hooks_.push_back(std::move(hook)); }

 private:
  void begin_anew(const std::string& changed) {
    if (::access(program_.c_str(), X_OK) != 0) return;  // it is told of again when it is there
    const auto pin = shared_from_this();
    log(LogLevel::info, changed + " has changed: the program begins anew");
    // By their places: one may add others.
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
    ::execv(program_.c_str(), arguments.data());
    const std::error_code error(errno, std::system_category());
    std::filesystem::current_path(here, ignored);
    return error;
  }

  void log(LogLevel level, const std::string& message) noexcept {
    internal::log(*core_, level, "eddy.core", message);
  }

  std::shared_ptr<internal::LoopCore> core_;
  /// As it was when the process began: of a program that was replaced, /proc knows the old one.
  std::string program_;
  std::vector<std::string> arguments_;
  std::filesystem::path folder_;
  std::vector<UniqueFunction<void()>> hooks_;
  FileWatcher files_;
};

Autoreload::Autoreload(Loop& loop) : state_(std::make_shared<State>(loop)) {}
Autoreload::~Autoreload() = default;

void Autoreload::watch(std::string_view path) { state_->watch(path); }
void Autoreload::add_reload_hook(UniqueFunction<void()> hook) { state_->add_hook(std::move(hook)); }

}  // namespace eddy::inline v0
