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
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <eddy/core/loop/linux/owned_fd.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/loop/scheduler.h>

namespace eddy::inline v0::internal {

namespace {

constexpr std::size_t kMostOutput = std::size_t{64} * 1024;

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::system_error(error, std::system_category(), "Command: " + what);
}

/// Who waits for children is the host's affair, and some hosts wait for all: so a shell leaves the
/// program to itself and tells of its end by a pipe.
/// Where this process is the one that is given orphans, it has the program's shell to wait for, by
/// the number that is told before.
constexpr const char* kShell = R"({ "$@" 3>&-; echo $? >&3; } & echo "$!:" >&3)";
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
      : callback_(std::move(callback)), said_(core_of(loop), *this), status_(core_of(loop), *this) {
    if (arguments.empty()) throw std::invalid_argument("Command: there is no program to run");
    const OwnedFd output = said_.open();
    const OwnedFd status = status_.open();
    group_ = Spawn(output.get(), status.get()).run(std::move(arguments));
    // The shell has left the program to itself, and is gone at once. The host may have waited for
    // it.
    wait_for(group_);
    try {
      said_.watch();
      status_.watch();
    } catch (...) {
      end();
      throw;
    }
  }
  ~State() { end(); }

  void end() noexcept {
    said_.end();
    status_.end();
    if (group_ > 0 && ::getpid() == process_) {
      ::kill(-group_, SIGTERM);
      try {
        reap();
      } catch (const std::bad_alloc&) {  // it stays a zombie
      }
    }
    group_ = -1;
  }

 private:
  /// What is read of a pipe.
  class Pipe final : public IoHandler {
   public:
    Pipe(std::shared_ptr<LoopCore> core, State& state) : core_(std::move(core)), state_(state) {}
    ~Pipe() { end(); }

    /// The end that is written to.
    [[nodiscard]] OwnedFd open() {
      std::array<int, 2> ends{};
      if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe", errno);
      fd_ = OwnedFd(ends[0]);
      OwnedFd write_end(ends[1]);
      if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) fail("pipe", errno);
      return write_end;
    }
    void watch() {
      std::error_code error;
      watch_ = internal::watch(*core_, fd_.get(), Io::read, *this, error);
      if (error) throw std::system_error(error, "Command");
    }
    void end() noexcept { unwatch(*core_, watch_); }

    /// False at the end.
    bool read() {
      std::array<char, 4096> buffer;
      for (;;) {
        const ssize_t size = ::read(fd_.get(), buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return size < 0;
        text.append(buffer.data(), static_cast<std::size_t>(size));
        // Seldom: what is cut off is moved each time.
        if (text.size() > 2 * kMostOutput) text.erase(0, text.size() - kMostOutput);
      }
    }

    void on_ready(Io /*events*/) override { state_.read(*this); }
    void on_loop_closed() noexcept override { watch_ = {}; }
    [[nodiscard]] bool keeps_running() const noexcept override { return false; }
    [[nodiscard]] const char* label() const noexcept override { return "command"; }

    std::string text;

   private:
    std::shared_ptr<LoopCore> core_;
    State& state_;
    OwnedFd fd_;
    IoWatch watch_;
  };

  static void wait_for(pid_t process) noexcept {
    while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  /// Where it is given to this process, once it has ended or was asked to.
  void reap() {
    (void)status_.read();
    pid_t shell = -1;
    const std::size_t end = status_.text.find(':');
    if (end == std::string::npos) return;
    const std::size_t begin = status_.text.rfind('\n', end) + 1;
    std::from_chars(status_.text.data() + begin, status_.text.data() + end, shell);
    if (shell > 0 && ::getpgid(shell) == group_) wait_for(shell);
  }

  void read(Pipe& pipe) {
    // A forked child's: what it read would be gone for its parent.
    if (::getpid() != process_) return end();
    if (pipe.read()) return;
    if (&pipe == &said_) return said_.end();
    // At the end of the status: what the program has begun and left may hold the other one for
    // ever.
    (void)said_.read();
    tell();
  }

  void tell() {
    const auto pin = shared_from_this();
    said_.end();
    status_.end();
    reap();
    group_ = -1;
    std::string& output = said_.text;
    if (output.size() > kMostOutput) output.erase(0, output.size() - kMostOutput);
    Result result{status(), std::move(output)};
    // It may destroy this, and go on.
    Callback callback = std::move(callback_);
    callback(std::move(result));
  }

  /// The line that is not the shell's number.
  [[nodiscard]] int status() const noexcept {
    const std::string& text = status_.text;
    int status = -1;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      int number = -1;
      const char* const end = text.data() + text.size();
      const auto [behind, error] = std::from_chars(text.data() + at, end, number);
      if (error == std::errc() && behind != end && *behind == '\n') status = number;
      if (text.find('\n', at) == std::string::npos) break;
    }
    return status;
  }

  const pid_t process_ = ::getpid();
  Callback callback_;
  pid_t group_ = -1;
  Pipe said_;
  Pipe status_;
};

Command::Command(Loop& loop, std::vector<std::string> arguments, Callback callback)
    : state_(std::make_shared<State>(loop, std::move(arguments), std::move(callback))) {}

Command::~Command() { state_->end(); }

}  // namespace eddy::inline v0::internal
