// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/template_rebuild.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include <eddy/web/template/template_watch.h>

namespace eddy::inline v0::web::internal {

namespace {

using eddy::internal::Command;

constexpr auto kQuiet = std::chrono::milliseconds(100);

/// The process in which templates are watched, by the first that does: two builds at a time in one
/// folder would destroy each other's files.
std::atomic<pid_t> watching_process = 0;

bool become_the_first() noexcept {
  pid_t none = 0;
  return TemplateWatch::first() != nullptr &&
         watching_process.compare_exchange_strong(none, ::getpid());
}

// Since before the program was built, or while it began.
bool is_newer_than_the_program(const std::string& file) {
  std::error_code unknown;
  const auto built = std::filesystem::last_write_time("/proc/self/exe", unknown);
  if (unknown) return false;
  const auto written = std::filesystem::last_write_time(file, unknown);
  return !unknown && written > built;
}

}  // namespace

TemplateRebuild::TemplateRebuild(Loop& loop, Autoreload& autoreload, Problem problem)
    : loop_(loop),
      autoreload_(autoreload),
      problem_(std::move(problem)),
      is_first_(become_the_first()),
      files_(
          loop, [this](const std::string& path) { note(path); }, kQuiet, false) {
  if (is_first_) collect();
}

TemplateRebuild::~TemplateRebuild() {
  if (building_ != nullptr) autoreload_.release();
  if (is_first_) watching_process = 0;
}

void TemplateRebuild::collect() {
  for (const TemplateWatch* watch = TemplateWatch::first(); watch != nullptr;
       watch = watch->next()) {
    std::vector<std::string> command(watch->build().begin(), watch->build().end());
    auto build = std::ranges::find(builds_, command, &Build::command);
    if (build == builds_.end()) {
      build = builds_.insert(build, Build());
      build->command = std::move(command);
    }
    for (const char* const file : watch->files()) build->files.emplace_back(file);
  }
  std::string changed;
  for (const Build& build : builds_) {
    for (const std::string& file : build.files) {
      try {
        files_.watch(file);
      } catch (const std::system_error& error) {
        loop_.log(LogLevel::warning, "eddy.web",
                  std::string("a template is not watched: ") + error.what());
      }
      if (is_newer_than_the_program(file)) changed = file;
    }
  }
  if (!changed.empty()) note(changed);
}

void TemplateRebuild::note(const std::string& changed) {
  // A forked child's watch goes on, and the build would be its parent's once more.
  if (watching_process != ::getpid()) return;
  loop_.log(LogLevel::info, "eddy.web", changed + " has changed: the program is built");
  for (Build& build : builds_) {
    build.wanted |= std::ranges::find(build.files, changed) != build.files.end();
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
    autoreload_.hold();
  } catch (const std::system_error& error) {
    built(*next, {.status = -1, .output = error.what()});
  }
}

void TemplateRebuild::built(Build& build, const Command::Result& result) {
  build.problem = result.status == 0 ? std::string() : result.output;
  if (result.status != 0) {
    loop_.log(LogLevel::error, "eddy.web", "the program can't be built:\n" + result.output);
  }
  const bool held = building_ != nullptr;
  building_.reset();
  // Behind the hold of the next one.
  begin_next();
  if (held) autoreload_.release();
}

void TemplateRebuild::tell() {
  std::string said;
  for (const Build& build : builds_) said += build.problem;
  problem_(said);
}

}  // namespace eddy::inline v0::web::internal
