// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <system_error>

#include <eddy/web/app/static_files.h>
#include <eddy/web/http/file.h>

namespace eddy::inline v0::web::internal {

/// A folder whose files are served, and what of it may be reached by links. The folder itself may
/// be a link, and is looked up anew for each file: a program may be given a new one by renaming.
///
/// Thread: any; a value.
class StaticFolder {
 public:
  /// Throws std::invalid_argument for an empty path.
  StaticFolder(std::string path, StaticLinks links);

  /// Opens a file by its normal_path(). May wait for the disk.
  [[nodiscard]] File open(const std::string& path, std::error_code& error) const;
  /// For messages.
  [[nodiscard]] std::string name_of(const std::string& path) const { return path_ + "/" + path; }

 private:
  std::string path_;
  StaticLinks links_;
};

/// Throws the HttpError for a file that could not be opened: what the file system says of a name is
/// the client's business, but for a server's own trouble.
[[noreturn]] void refuse_file(std::error_code error, const std::string& name);

}  // namespace eddy::inline v0::web::internal
