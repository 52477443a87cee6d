// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/request.h>
#include <eddy/web/http/response.h>

namespace eddy::inline v0::web {

class Application;

/// Which symbolic links in the folder are followed. The folder itself may always be one.
enum class StaticLinks : std::uint8_t {
  /// Wherever they lead, as in Tornado: for folders in which nobody else can make one.
  follow,
  /// Those that are relative and stay in the folder; others are a 403. Where the system has no
  /// openat2 (Linux before 5.6, some sandboxes) none.
  within,
  /// None: whatever leads over a link is a 403.
  refuse,
};

struct StaticFileOptions {
  /// What is served for a folder, such as "index.html"; empty: folders are a 403. A folder's path
  /// without a slash at its end is redirected to the one with it.
  std::string default_filename = {};
  StaticLinks links = StaticLinks::follow;
  /// Sends `page.html.br`, `.zst` or `.gz` instead of `page.html` to clients that like it better,
  /// where it lies beside the file and is not older.
  bool precompressed = false;
  /// Cache-Control of what is asked for without `?v=`, such as "max-age=60"; empty for none.
  std::string cache_control = {};
  /// Where url() says that the files are. Tornado's `static_url_prefix`.
  std::string url_prefix = "/static/";
};

/// Serves the files of a folder, as they lie on the disk, without copying them:
///
///     StaticFiles files("/usr/share/app/static");
///     app.get("/static/{path...}", files);
///     files.url("app.js");  // "/static/app.js?v=0f1e2d3c4b5a69788796"
///
/// Content-Type goes by the extension (mime.h). Each file has a Last-Modified and a strong ETag
/// made of its size, time and inode, and is answered by 304, 412, 206 or 416 where If-Match,
/// If-None-Match, If-Modified-Since, If-Unmodified-Since, Range and If-Range ask for it, in the
/// order of RFC 9110, 13.2.2; see serve().
///
/// A URL with a version is cached for a year and never asked for again (RFC 8246), but only if the
/// version is that of the file as it is now: a page of yesterday, or a server that is being
/// replaced, leaves no wrong content in a cache. Other versions get `no-cache`.
///
/// The path is taken apart before the disk is asked: what leads out of the folder is a 403, a file
/// that is not there a 404; see StaticLinks for what links may do. A file is opened once, and what
/// is said of it is true of what is sent, also when it is replaced meanwhile. Opening a file asks
/// the disk on the Loop's thread; its content is read ahead on the Loop's pool, and hashed on a
/// thread of its own where it is big or not in memory.
///
/// Thread: the Loop's. A handle: copies share what they know of versions.
/// Source: tornado.web.StaticFileHandler.
class EDDY_API StaticFiles {
 public:
  /// Throws std::invalid_argument for an empty folder, a `url_prefix` that does not begin and end
  /// with a slash, and a `cache_control` that no field can have.
  explicit StaticFiles(std::string folder, StaticFileOptions options = {});

  /// `path` is decoded, and relative to the folder.
  Response operator()(const Request& request, std::string_view path) const;

  /// The URL of a file, with its version where that is known: `url_prefix`, the path
  /// percent-encoded, and `?v=` with the beginning of the content's SHA-256. A small file is hashed
  /// at once; a bigger one on another thread, and until that is done the URL has no version, which
  /// only means that a browser asks whether its copy is still good. What is not there has no
  /// version either. Never throws for a path. Tornado's `static_url`.
  [[nodiscard]] std::string url(std::string_view path) const;
  /// As url(), but waits for the version. The task does not need this object any more.
  [[nodiscard]] Task<std::string> versioned_url(std::string path) const;

  /// Adds what Tornado's setting `static_path` does: the files below `url_prefix`, and
  /// `/favicon.ico` and `/robots.txt` from the same folder. Throws as Application::get.
  Application& add_to(Application& app) const;

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace eddy::inline v0::web
