// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>

namespace eddy::inline v0 {

class Loop;

namespace internal {

/// A program that is run beside the loop, such as a build: tells of its end, and what it has said.
///
/// It has no input, and no signal of this process is touched; what is run in the background ignores
/// SIGINT and SIGQUIT, as POSIX has it. Neither is it a child of this process that the host could
/// wait for, unless this process is the one to which the system gives those that have lost theirs.
/// Destroying this ends the program, and those that it has begun in its process group, by SIGTERM.
///
/// Thread: the Loop's. May be destroyed within its callback, and outlive the Loop, and keeps
/// nothing running. In a forked child it is nothing: there is no callback, and no program is ended.
class EDDY_API Command {
 public:
  struct Result {
    /// As shells have it: 127 for a program that is not there, 128 and the signal for one that a
    /// signal has ended. -1: it is not known, since it was ended with its shell.
    int status = -1;
    /// The last 64 KiB of what it has written to its output and its errors.
    std::string output;
  };
  using Callback = UniqueFunction<void(Result)>;

  /// `arguments` begins with the program, which is looked for in PATH. Throws std::system_error
  /// where nothing can be begun.
  Command(Loop& loop, std::vector<std::string> arguments, Callback callback);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command();

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace internal
}  // namespace eddy::inline v0
