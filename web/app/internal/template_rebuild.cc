// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/template_rebuild.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <eddy/core/loop/autoreload.h>
#include <eddy/web/template/template_watch.h>

namespace eddy::inline v0::web::internal {

namespace {

using eddy::internal::Command;

constexpr auto kQuiet = std::chrono::milliseconds(100);

// Since before the program was built, or while it began.
bool is_newer_than_the_program(const std::filesystem::path& file) {
  std::error_code unknown;
  const auto built = std::filesystem::last_write_time("/proc/self/exe", unknown);
  if (unknown) return false;
  const auto written = std::filesystem::last_write_time(file, unknown);
  return !unknown && written > built;
}

/// What editors and version control keep beside the files that are edited.
bool is_somebody_elses(std::string_view name) {
  constexpr std::string_view kEndings[] = {"~", ".swp", ".swx", ".tmp", ".bak", ".orig"};
  const auto ends_so = [name](std::string_view ending) { return name.ends_with(ending); };
  return name.empty() || name.starts_with('.') || name.starts_with('#') ||
         name.find_first_not_of("0123456789") == std::string_view::npos ||
         std::ranges::any_of(kEndings, ends_so);
}

/// A template, or a folder of some.
bool is_a_templates(const std::filesystem::path& path) {
  std::error_code unknown;
  return !is_somebody_elses(path.filename().native()) &&
         // A folder to build in, whose files change with each build.
         !std::filesystem::exists(path / "CMakeCache.txt", unknown);
}

}  // namespace

/// Who has it builds: two builds at a time in one folder would destroy each other's files. It is
/// the process's by a lock of the templates' folder, so that another process of the program has
/// none either; a forked child is none of those that have it.
class TemplateRebuild::Turn {
 public:
  /// Null where it is another's.
  static std::unique_ptr<Turn> take(const char* folder) {
    pid_t none = 0;
    if (!owner.compare_exchange_strong(none, ::getpid())) return nullptr;
    auto turn = std::make_unique<Turn>(::open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (turn->fd_ < 0 || ::flock(turn->fd_, LOCK_EX | LOCK_NB) != 0) return nullptr;
    return turn;
  }

  explicit Turn(int fd) noexcept : fd_(fd) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (fd_ >= 0) ::close(fd_);
    owner = 0;
  }

  [[nodiscard]] static bool is_of_this_process() noexcept { return owner == ::getpid(); }

 private:
  static inline std::atomic<pid_t> owner = 0;
  int fd_;
};

TemplateRebuild::TemplateRebuild(Loop& loop, Problem problem)
    : loop_(loop),
      problem_(std::move(problem)),
      files_(
          loop, [this](const std::string& path) { changed(path); }, kQuiet, false) {
  if (TemplateWatch::first() == nullptr) return;
  turn_ = Turn::take(TemplateWatch::first()->folder());
  if (turn_ != nullptr) collect();
}

TemplateRebuild::~TemplateRebuild() {
  if (building_ == nullptr) return;
  building_.reset();
  Autoreload::release();
}

void TemplateRebuild::collect() {
  std::string newer;
  for (const TemplateWatch* watch = TemplateWatch::first(); watch != nullptr;
       watch = watch->next()) {
    std::vector<std::string> command(watch->build().begin(), watch->build().end());
    auto build = std::ranges::find(builds_, command, &Build::command);
    if (build == builds_.end()) {
      build = builds_.insert(build, Build());
      build->command = std::move(command);
    }
    build->folders.emplace_back(watch->folder());
  }
  for (const Build& build : builds_) {
    for (const std::string& folder : build.folders) {
      if (std::string found = watch_folder(folder); !found.empty()) newer = std::move(found);
    }
  }
  if (!newer.empty()) want_build(newer);
}

std::string TemplateRebuild::watch_folder(const std::string& folder) {
  std::string newer;
  try {
    files_.watch(folder + "/");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (!is_a_templates(entry.path())) continue;
      std::string found;
      if (entry.is_directory() && !entry.is_symlink()) {
        found = watch_folder(entry.path());
      } else if (is_newer_than_the_program(entry.path())) {
        found = entry.path();
      }
      if (!found.empty()) newer = std::move(found);
    }
  } catch (const std::system_error& error) {
    loop_.log(LogLevel::warning, "eddy.web",
              "templates below " + folder + " are not watched: " + error.what());
  }
  return newer;
}

void TemplateRebuild::changed(const std::string& path) {
  // A forked child's watch goes on, and the build would be its parent's once more.
  if (!Turn::is_of_this_process()) return;
  // A folder's own is told where anything in it may have changed, or it has gone.
  const std::string file = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
  const bool is_root = std::ranges::any_of(
      builds_, [&](const Build& build) { return std::ranges::count(build.folders, file) > 0; });
  if (!is_root && !is_a_templates(file)) return;
  std::error_code unknown;
  if (std::filesystem::is_directory(std::filesystem::symlink_status(file, unknown))) {
    (void)watch_folder(file);
    // One without templates changes nothing.
    if (std::filesystem::is_empty(file, unknown)) return;
  }
  want_build(file);
}

void TemplateRebuild::want_build(const std::string& path) {
  loop_.log(LogLevel::info, "eddy.web", path + " has changed: the program is built");
  for (Build& build : builds_) {
    build.wanted |= std::ranges::any_of(build.folders, [&](const std::string& folder) {
      return path == folder || path.starts_with(folder + "/");
    });
  }
  begin_next();
}

void TemplateRebuild::begin_next() {
  if (building_ != nullptr) return;
  const auto next = std::ranges::find(builds_, true, &Build::wanted);
  if (next == builds_.end()) return tell();
  next->wanted = false;
  try {
    building_ = std::make_unique<Command>(
        loop_, next->command,
        [this, build = &*next](const Command::Result& result) { built(*build, result); });
    Autoreload::hold();
  } catch (const std::system_error& error) {
    built(*next, {.status = -1, .output = error.what()});
  }
}

void TemplateRebuild::built(Build& build, const Command::Result& result) {
  build.problem.clear();
  if (result.status != 0) {
    build.problem = result.output;
    if (build.problem.empty()) {
      build.problem = build.command.front() + " ended with status " +
                      std::to_string(result.status) + " and has said nothing\n";
    }
    loop_.log(LogLevel::error, "eddy.web", "the program can't be built:\n" + build.problem);
  }
  const bool held = building_ != nullptr;
  building_.reset();
  // Behind the hold of the next one.
  begin_next();
  if (held) Autoreload::release();
}

void TemplateRebuild::tell() {
  std::string said;
  for (const Build& build : builds_) said += build.problem;
  problem_(said);
}

}  // namespace eddy::inline v0::web::internal
