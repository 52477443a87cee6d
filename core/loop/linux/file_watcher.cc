// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/file_watcher.h>

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <limits>
#include <system_error>
#include <utility>
#include <vector>

#include <eddy/core/loop/idle_timeout.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/loop/scheduler.h>

namespace eddy::inline v0 {

namespace {

constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE |
                                   IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;

std::pair<std::string, std::string> folder_and_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {".", std::string(path)};
  return {std::string(path.substr(0, std::max<std::size_t>(slash, 1))),
          std::string(path.substr(slash + 1))};
}

}  // namespace

class FileWatcher::State final : public internal::IoHandler,
                                 public std::enable_shared_from_this<FileWatcher::State> {
 public:
  State(std::shared_ptr<internal::LoopCore> core, Callback callback, Duration quiet)
      : core_(std::move(core)), callback_(std::move(callback)), quiet_(quiet) {}
  ~State() { end(); }

  void watch(std::string_view path) {
    const auto is_it = [path](const File& file) { return file.path == path; };
    if (std::any_of(files_.begin(), files_.end(), is_it)) return;
    auto [folder, name] = folder_and_name(path);
    begin();
    read_events();  // what happened to the file before is no change
    File file{std::string(path), std::move(folder), std::move(name)};
    file.folder_watch = ::inotify_add_watch(fd_, file.folder.c_str(), kChanges);
    if (file.folder_watch < 0) {
      throw std::system_error(errno, std::system_category(), "FileWatcher: " + file.folder);
    }
    files_.push_back(std::move(file));
  }

  void end() noexcept {
    ended_ = true;
    settled_.stop();
    internal::unwatch(*core_, watch_);
    close();
  }

  void on_ready(Io /*events*/) override { read_events(); }
  void on_loop_closed() noexcept override {
    watch_ = {};
    close();
  }
  /// A forked child's own: what it read of the parent's would be gone for the parent.
  int renew_after_fork(int /*fd*/) noexcept override {
    close();
    fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    for (File& file : files_) {
      file.folder_watch = ::inotify_add_watch(fd_, file.folder.c_str(), kChanges);
    }
    return fd_;
  }
  [[nodiscard]] const char* label() const noexcept override { return "files"; }

 private:
  struct File {
    std::string path;
    std::string folder;
    std::string name;
    int folder_watch = -1;
    bool changed = false;
  };

  void begin() {
    internal::check_usable(*core_, "FileWatcher::watch");
    if (fd_ >= 0) return;
    fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd_ < 0) throw std::system_error(errno, std::system_category(), "FileWatcher: inotify");
    std::error_code error;
    watch_ = internal::watch(*core_, fd_, Io::read, *this, error);
    if (!error) return;
    close();
    throw std::system_error(error, "FileWatcher");
  }

  void read_events() {
    // Room for one event with the longest name, and aligned as the kernel writes them.
    alignas(inotify_event) std::array<char, 4096> buffer;
    for (;;) {
      const ssize_t size = ::read(fd_, buffer.data(), buffer.size());
      if (size <= 0) return;
      for (ssize_t at = 0; at < size;) {
        inotify_event event{};
        std::memcpy(&event, buffer.data() + at, sizeof event);
        const char* const name = buffer.data() + at + sizeof event;
        note(event, event.len > 0 ? std::string_view(name) : std::string_view());
        at += static_cast<ssize_t>(sizeof event + event.len);
      }
    }
  }

  void note(const inotify_event& event, std::string_view name) {
    // Some were lost: any may have changed.
    const bool any = (event.mask & IN_Q_OVERFLOW) != 0;
    bool changed = false;
    for (File& file : files_) {
      if (!any && (file.folder_watch != event.wd || file.name != name)) continue;
      file.changed = changed = true;
    }
    // A callback that runs a nested loop is not called again within itself.
    if (changed && !telling_) settled_.start(quiet_);
  }

  void tell() {
    const auto pin = shared_from_this();
    // What has changed meanwhile, and what is left where the callback throws, comes later.
    struct Telling {
      State& state;
      ~Telling() {
        state.telling_ = false;
        state.tell_the_rest();
      }
    } telling{*this};
    telling_ = true;
    // By their places: a callback may add files.
    for (std::size_t i = 0; i < files_.size() && !ended_; ++i) {
      if (!std::exchange(files_[i].changed, false)) continue;
      const std::string path = files_[i].path;
      callback_(path);
    }
  }

  void tell_the_rest() noexcept try {
    const auto changed = [](const File& file) { return file.changed; };
    if (!ended_ && std::any_of(files_.begin(), files_.end(), changed)) settled_.start(quiet_);
  } catch (...) {  // no memory for the timer: the next change tells of these, too
  }

  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  std::shared_ptr<internal::LoopCore> core_;
  Callback callback_;
  const Duration quiet_;
  std::vector<File> files_;
  int fd_ = -1;
  bool ended_ = false;
  bool telling_ = false;
  internal::IoWatch watch_;
  internal::IdleTimeout settled_{core_, [this] { tell(); }};
};

FileWatcher::FileWatcher(Loop& loop, Callback callback, Duration quiet)
    : state_(std::make_shared<State>(internal::core_of(loop), std::move(callback), quiet)) {}

FileWatcher::~FileWatcher() { state_->end(); }

void FileWatcher::watch(std::string_view path) { state_->watch(path); }

}  // namespace eddy::inline v0
