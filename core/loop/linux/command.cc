// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/command.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <eddy/core/loop/linux/owned_fd.h>
#include <eddy/core/loop/loop.h>

namespace eddy::inline v0::internal {

namespace {

constexpr std::size_t kMostOutput = std::size_t{64} * 1024;

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::system_error(error, std::system_category(), "Command: " + what);
}

/// Who waits for children is the host's affair, and some hosts wait for all: so a shell leaves the
/// program to itself and tells of its end by a pipe.
constexpr const char* kShell = R"({ "$@" 3>&-; echo $? >&3; } &)";
constexpr int kStatusFd = 3;

/// What posix_spawn is given: no input, a process group of its own, no signal blocked or ignored.
class Spawn {
 public:
  Spawn(int output, int status) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, status, kStatusFd);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  [[nodiscard]] pid_t run(std::vector<std::string> arguments) {
    const std::string program = arguments.front();
    arguments.insert(arguments.begin(), {"sh", "-c", kShell, "sh"});
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    pid_t process = -1;
    const int error =
        ::posix_spawn(&process, "/bin/sh", &actions_, &attributes_, pointers.data(), environ);
    if (error != 0) fail(program, error);
    return process;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

class Command::State final : public std::enable_shared_from_this<Command::State> {
 public:
  State(Loop& loop, std::vector<std::string> arguments, Callback callback)
      : callback_(std::move(callback)) {
    if (arguments.empty()) throw std::invalid_argument("Command: there is no program to run");
    const OwnedFd output = open_pipe(said_);
    const OwnedFd status = open_pipe(status_);
    group_ = Spawn(output.get(), status.get()).run(std::move(arguments));
    // The shell has left the program to itself, and is gone at once. The host may have waited for
    // it.
    while (::waitpid(group_, nullptr, 0) < 0 && errno == EINTR) {
    }
    try {
      watch_output_ = loop.watch(said_.get(), Io::read, [this](Io /*ready*/) { read(); });
      watch_status_ = loop.watch(status_.get(), Io::read, [this](Io /*ready*/) { ended(); });
    } catch (...) {
      end();
      throw;
    }
  }
  ~State() { end(); }

  void end() noexcept {
    watch_output_.reset();
    watch_status_.reset();
    if (group_ > 0) ::kill(-std::exchange(group_, -1), SIGTERM);
  }

 private:
  static OwnedFd open_pipe(OwnedFd& read_end) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe", errno);
    read_end = OwnedFd(ends[0]);
    OwnedFd write_end(ends[1]);
    if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) fail("pipe", errno);
    return write_end;
  }

  /// False at the end.
  static bool read_some(int fd, std::string& text) {
    std::array<char, 4096> buffer;
    for (;;) {
      const ssize_t size = ::read(fd, buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return size < 0;
      text.append(buffer.data(), static_cast<std::size_t>(size));
      // Seldom: what is cut off is moved each time.
      if (text.size() > 2 * kMostOutput) text.erase(0, text.size() - kMostOutput);
    }
  }

  void read() {
    if (!read_some(said_.get(), output_)) watch_output_.reset();
  }

  void ended() {
    std::string& text = status_text_;
    if (read_some(status_.get(), text) && !text.ends_with('\n')) return;
    const auto pin = shared_from_this();
    group_ = -1;
    // What it has begun and left may hold the pipe for ever.
    read();
    end();
    if (output_.size() > kMostOutput) output_.erase(0, output_.size() - kMostOutput);
    Result result{-1, std::move(output_)};
    std::from_chars(text.data(), text.data() + text.size(), result.status);
    // It may destroy this, and go on.
    Callback callback = std::move(callback_);
    callback(std::move(result));
  }

  Callback callback_;
  pid_t group_ = -1;
  OwnedFd said_;
  OwnedFd status_;
  std::string output_;
  std::string status_text_;
  FdWatch watch_output_;
  FdWatch watch_status_;
};

Command::Command(Loop& loop, std::vector<std::string> arguments, Callback callback)
    : state_(std::make_shared<State>(loop, std::move(arguments), std::move(callback))) {}

Command::~Command() { state_->end(); }

}  // namespace eddy::inline v0::internal
