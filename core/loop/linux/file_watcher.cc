// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/file_watcher.h>

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <eddy/core/loop/idle_timeout.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/loop/scheduler.h>

namespace eddy::inline v0 {

namespace {

constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE |
                                   IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                   IN_ONLYDIR;
/// What is watched is not where it was.
constexpr std::uint32_t kFolderGone = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT;

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::system_error(error, std::system_category(), "FileWatcher: " + what);
}

/// That of a file, or the folder that ends with a slash.
std::filesystem::path folder_of(std::string_view path) {
  if (path.empty()) throw std::invalid_argument("FileWatcher::watch: there is no path");
  // Absolute: a daemon that has forked changes its folder.
  return std::filesystem::absolute(path).parent_path();
}

}  // namespace

class FileWatcher::State final : public internal::IoHandler,
                                 public std::enable_shared_from_this<FileWatcher::State> {
 public:
  State(std::shared_ptr<internal::LoopCore> core, Callback callback, Duration quiet,
        bool keeps_running)
      : core_(std::move(core)),
        callback_(std::move(callback)),
        quiet_(quiet),
        keeps_running_(keeps_running) {}
  ~State() { end(); }

  [[nodiscard]] internal::LoopCore& core() noexcept { return *core_; }

  void watch(std::string_view path) {
    internal::check_usable_always(*core_, "FileWatcher::watch");
    const auto is_it = [path](const File& file) { return file.path == path; };
    if (std::any_of(files_.begin(), files_.end(), is_it)) return;
    const std::filesystem::path folder = folder_of(path);
    File file{std::string(path), folder.string(), std::filesystem::path(path).filename().string()};
    // A forked child gets an inotify of its own in its first turn: this one is its parent's.
    if (internal::in_forked_child(*core_)) {
      if (!std::filesystem::is_directory(folder)) fail(file.folder, ENOTDIR);
    } else {
      begin();
      read_events();  // what happened to the file before is no change
      file.watch = add(file.folder);
      if (file.watch < 0) {
        const int error = errno;
        if (files_.empty()) stop();
        fail(file.folder, error);
      }
    }
    files_.push_back(std::move(file));
  }

  void end() noexcept {
    ended_ = true;
    settled_.stop();
    stop();
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
    for (File& file : files_) file.watch = -1;
    for (File& file : files_) find_folder(file);
    return fd_;
  }
  [[nodiscard]] bool keeps_running() const noexcept override { return keeps_running_; }
  [[nodiscard]] const char* label() const noexcept override { return "files"; }

 private:
  struct File {
    /// As it was given.
    std::string path;
    /// Absolute.
    std::string folder;
    std::string name;
    /// Of the folder, or while that is not there, of the nearest one above it.
    int watch = -1;
    bool folder_is_there = true;
    bool changed = false;
    /// Of a folder that is watched as a whole, what has changed in it.
    std::set<std::string> entries{};

    [[nodiscard]] bool is_folder() const noexcept { return name.empty(); }
    [[nodiscard]] std::size_t news() const noexcept { return entries.size() + (changed ? 1 : 0); }
  };

  void begin() {
    if (fd_ >= 0) return;
    fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd_ < 0) fail("inotify", errno);
    std::error_code error;
    watch_ = internal::watch(*core_, fd_, Io::read, *this, error);
    if (!error) return;
    close();
    throw std::system_error(error, "FileWatcher");
  }

  void stop() noexcept {
    internal::unwatch(*core_, watch_);
    close();
  }

  /// Watches the folder again where it is back, and until then the nearest one above it.
  void find_folder(File& file) noexcept {
    std::string folder = file.folder;
    move_to(file, add(folder));
    while (file.watch < 0 && folder.size() > 1) {
      folder.resize(std::max<std::size_t>(folder.rfind('/'), 1));
      move_to(file, add(folder));
    }
    // What is below may have been made before that was watched.
    while (file.watch >= 0 && folder.size() < file.folder.size()) {
      const std::size_t from = folder.size() > 1 ? folder.size() + 1 : 1;
      std::string below = file.folder.substr(0, file.folder.find('/', from));
      const int found = add(below);
      if (found < 0) break;
      move_to(file, found);
      folder = std::move(below);
    }
    file.folder_is_there = file.watch >= 0 && folder.size() == file.folder.size();
  }

  /// What nobody needs any more is watched no longer: a folder that was renamed still would be.
  void move_to(File& file, int watch) noexcept {
    const int before = std::exchange(file.watch, watch);
    const auto has_it = [before](const File& other) { return other.watch == before; };
    if (before >= 0 && std::none_of(files_.begin(), files_.end(), has_it)) {
      ::inotify_rm_watch(fd_, before);
    }
  }

  [[nodiscard]] int add(const std::string& folder) const noexcept {
    return ::inotify_add_watch(fd_, folder.c_str(), kChanges);
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
    const bool gone = (event.mask & kFolderGone) != 0;
    bool changed = false;
    for (File& file : files_) {
      if (!any && file.watch != event.wd) continue;
      if (gone || !file.folder_is_there) {
        const bool was_there = file.folder_is_there;
        find_folder(file);
        if (!was_there && !file.folder_is_there) continue;
      } else if (!any && file.is_folder()) {
        if (name.empty()) continue;
        file.entries.emplace(name);
        changed = true;
        continue;
      } else if (!any && file.name != name) {
        continue;
      }
      file.changed = changed = true;
    }
    // A callback that runs a nested loop is not called again within itself.
    if (changed && !telling_) settled_.start(quiet_);
  }

  void tell() {
    const auto pin = shared_from_this();
    // The time is over before what has happened meanwhile was looked at.
    settled_.stop();
    read_events();
    if (settled_.running()) return;
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
    for (std::size_t i = 0; i < files_.size(); ++i) {
      for (std::size_t left = files_[i].news(); left > 0 && !ended_; --left) {
        File& file = files_[i];
        std::string path = file.path;
        if (!std::exchange(file.changed, false)) {
          path += file.entries.extract(file.entries.begin()).value();
        }
        callback_(path);
      }
    }
  }

  void tell_the_rest() noexcept try {
    const auto has_news = [](const File& file) { return file.news() > 0; };
    if (!ended_ && std::any_of(files_.begin(), files_.end(), has_news)) settled_.start(quiet_);
  } catch (...) {  // no memory for the timer: the next change tells of these, too
  }

  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  std::shared_ptr<internal::LoopCore> core_;
  Callback callback_;
  const Duration quiet_;
  const bool keeps_running_;
  std::vector<File> files_;
  int fd_ = -1;
  bool ended_ = false;
  bool telling_ = false;
  internal::IoWatch watch_;
  internal::IdleTimeout settled_{core_, [this] { tell(); }};
};

FileWatcher::FileWatcher(Loop& loop, Callback callback, Duration quiet, bool keeps_running)
    : state_(std::make_shared<State>(internal::core_of(loop), std::move(callback), quiet,
                                     keeps_running)) {}

FileWatcher::~FileWatcher() {
  internal::LoopCore& core = state_->core();
  internal::end_on_thread(core, "~FileWatcher", [state = std::move(state_)] { state->end(); });
}

void FileWatcher::watch(std::string_view path) { state_->watch(path); }

}  // namespace eddy::inline v0
