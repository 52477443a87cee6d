// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <eddy/core/base/unique_function.h>
#include <eddy/core/loop/autoreload.h>
#include <eddy/core/loop/command.h>
#include <eddy/core/loop/file_watcher.h>
#include <eddy/core/loop/loop.h>

namespace eddy::inline v0::web::internal {

/// Builds the program when one of its templates has changed: those of all TemplateWatch objects.
/// One build runs at a time, and another one behind it for what has changed meanwhile; the program
/// begins anew when there is none. Of several of these in a process, and in what it forks, the
/// first alone does anything.
///
/// Thread: the Loop's. May outlive the Loop.
class TemplateRebuild {
 public:
  /// What a build has said that did not succeed; empty once one has.
  using Problem = UniqueFunction<void(const std::string& said)>;

  TemplateRebuild(Loop& loop, Autoreload& autoreload, Problem problem);
  TemplateRebuild(const TemplateRebuild&) = delete;
  TemplateRebuild& operator=(const TemplateRebuild&) = delete;
  ~TemplateRebuild();

 private:
  /// Equal commands are one.
  struct Build {
    std::vector<std::string> command;
    std::vector<std::string> files;
    bool wanted = false;
    std::string problem;
  };

  void collect();
  void note(const std::string& changed);
  void begin_next();
  void built(Build& build, const eddy::internal::Command::Result& result);
  void tell();

  Loop& loop_;
  Autoreload& autoreload_;
  Problem problem_;
  bool is_first_;
  std::vector<Build> builds_;
  std::unique_ptr<eddy::internal::Command> building_;
  FileWatcher files_;
};

}  // namespace eddy::inline v0::web::internal
