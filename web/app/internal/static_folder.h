// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/web/app/static_files.h>
#include <eddy/web/http/file.h>

namespace eddy::inline v0::web::internal {

/// A folder whose files are served, and what of it may be reached by links. The folder itself may
/// be a link, and is looked up anew for each request: a program may be given a new one by renaming.
///
/// Thread: any; a value.
class EDDY_API StaticFolder {
 public:
  class Opened;

  /// Throws std::invalid_argument for an empty path.
  StaticFolder(std::string path, StaticLinks links);

  /// For messages.
  [[nodiscard]] std::string describe(const std::string& path) const;

 private:
  std::string path_;
  StaticLinks links_;
};

/// The folder as it is when this is made, which may wait for the disk, for the files of one
/// request. Where all links are followed each file is looked up by its whole name. The StaticFolder
/// must outlive it.
class EDDY_API StaticFolder::Opened {
 public:
  explicit Opened(const StaticFolder& folder) noexcept;
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened();

  /// Opens a file by its normal_path(). May wait for the disk.
  [[nodiscard]] File open(const std::string& path, std::error_code& error) const;

 private:
  const StaticFolder& folder_;
  int fd_ = -1;
  std::error_code error_;
};

/// Throws the HttpError for a file that could not be opened: what the file system says of a name is
/// the client's business, but for a server's own trouble. `what` names the file in the log.
[[noreturn]] void refuse_file(std::error_code error, const std::string& what);

}  // namespace eddy::inline v0::web::internal
