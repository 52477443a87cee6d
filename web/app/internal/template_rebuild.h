// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/loop/command.h>
#include <eddy/core/loop/file_watcher.h>
#include <eddy/core/loop/loop.h>

namespace eddy::inline v0::web::internal {

/// Builds the program when one of its templates has changed: those of all TemplateWatch objects.
/// One build runs at a time, and another one behind it for what has changed meanwhile; the program
/// begins anew when there is none. Of several of these in a process, and of several processes of
/// one program, the first alone does anything.
///
/// Thread: the Loop's. May outlive the Loop. Destroying it ends the build.
class EDDY_API TemplateRebuild {
 public:
  /// What a build has said that did not succeed; empty once one has.
  using Problem = UniqueFunction<void(const std::string& said)>;

  TemplateRebuild(Loop& loop, Problem problem);
  TemplateRebuild(const TemplateRebuild&) = delete;
  TemplateRebuild& operator=(const TemplateRebuild&) = delete;
  ~TemplateRebuild();

 private:
  /// Equal commands are one.
  struct Build {
    std::vector<std::string> command;
    std::vector<std::string> folders;
    bool wanted = false;
    std::string problem;
  };
  class Turn;

  void collect();
  /// With what lies below it; the newest of its templates where that is newer than the program.
  std::string watch_folder(const std::string& folder);
  void changed(const std::string& path);
  void want_build(const std::string& path);
  void begin_next();
  void built(Build& build, const eddy::internal::Command::Result& result);
  void tell();

  Loop& loop_;
  Problem problem_;
  std::unique_ptr<Turn> turn_;
  std::vector<Build> builds_;
  std::unique_ptr<eddy::internal::Command> building_;
  FileWatcher files_;
};

}  // namespace eddy::inline v0::web::internal
