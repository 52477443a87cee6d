// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <eddy/core/base/export.h>
#include <eddy/core/task/executor.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/file.h>

namespace eddy::inline v0::web::internal {

/// What versions of URLs are made of: hashes of files' contents. One is computed once for a state
/// of a file, which is its device, inode, size and time, and only kept if the file is still in that
/// state behind it.
///
/// A file that was just written may be written to again within the grain of its clock: its hash is
/// computed once more when that has passed, and that of a big one not before.
///
/// Thread-safe. Destroying it waits for nobody.
class EDDY_API StaticVersions {
 public:
  using Clock = std::chrono::system_clock;
  /// A file of so many bytes is hashed on the caller's thread if it is in memory.
  static constexpr std::uint64_t kAtOnceBytes = 64 * 1024;
  /// Hex digits of a version: 80 bits of a SHA-256.
  static constexpr std::size_t kDigits = 20;
  /// Files whose versions are known at a time, if nothing else is said.
  static constexpr std::size_t kMostFiles = 8192;
  /// The grain of file systems' clocks, FAT's being the coarsest.
  static constexpr std::chrono::seconds kGrain{2};

  /// What is not hashed at once is hashed on the pool, which must outlive this.
  explicit StaticVersions(Executor& pool, std::size_t most_files = kMostFiles);
  StaticVersions(const StaticVersions&) = delete;
  StaticVersions& operator=(const StaticVersions&) = delete;
  ~StaticVersions();

  /// The version of the file as it was opened; "" where it is not known yet, and begins to be
  /// computed on another thread, or where the file has changed or can't be read.
  [[nodiscard]] std::string find(const File& file, Clock::time_point now = Clock::now());
  /// Waits for it; "" where the file has changed or can't be read.
  [[nodiscard]] Task<std::string> wait(File file);

  /// How many files have been hashed, or begun to be.
  [[nodiscard]] std::uint64_t hashed() const noexcept;

 private:
  class Known;
  class Computation;

  std::shared_ptr<Known> known_;
  Executor& pool_;
};

}  // namespace eddy::inline v0::web::internal
