// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/request.h>
#include <eddy/web/http/response.h>

namespace eddy::inline v0::web {

struct StaticFileOptions {
  /// What is served for a folder, such as "index.html"; empty: folders are a 403. A folder's path
  /// without a slash at its end is redirected to the one with it.
  std::string default_filename = {};
};

/// Serves the files of a folder, as they lie on the disk, without copying them:
///
///     app.get("/static/{path...}", StaticFiles("/usr/share/app/static"));
///
/// Content-Type goes by the extension (mime.h). Each file has a Last-Modified and a strong ETag
/// made of its size, time and inode, and is answered by 304, 412, 206 or 416 where If-Match,
/// If-None-Match, If-Modified-Since, If-Unmodified-Since, Range and If-Range ask for it, in the
/// order of RFC 9110, 13.2.2. Several ranges at a time are answered by the whole file.
///
/// The path is taken apart before the disk is asked: what leads out of the folder is a 403, a file
/// that is not there a 404. Links within the folder are followed, wherever they lead. Opening
/// a file asks the disk on the Loop's thread; its content is read ahead on the Loop's pool.
///
/// Thread: the Loop's. A value. Source: tornado.web.StaticFileHandler.
class EDDY_API StaticFiles {
 public:
  /// Throws std::invalid_argument for an empty one.
  explicit StaticFiles(std::string folder, StaticFileOptions options = {});

  /// `path` is decoded, and relative to the folder.
  Response operator()(const Request& request, std::string_view path) const;

 private:
  [[nodiscard]] Response folder(const Request& request, const std::string& path) const;

  std::string folder_;
  StaticFileOptions options_;
};

namespace internal {

/// `path` without empty, "." and ".." parts, as far as they lead; nothing where they lead out, or
/// for a path with a NUL in it.
[[nodiscard]] EDDY_API std::optional<std::string> normal_path(std::string_view path);

/// Answers a GET or HEAD for a file that has been opened, with all its conditions.
[[nodiscard]] EDDY_API Response serve_file(const Request& request, File file,
                                           std::string_view name);

}  // namespace internal
}  // namespace eddy::inline v0::web
