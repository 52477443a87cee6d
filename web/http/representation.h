// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/file.h>
#include <eddy/web/http/request.h>
#include <eddy/web/http/response.h>

namespace eddy::inline v0::web {

/// What a URL stands for just now, whole and ready to be sent: a file, or content from memory, such
/// as a resource that was compiled into the program. serve() answers with it.
///
///     app.get("/logo.svg", [](const Request& request) {
///       return serve(request, {.content = std::string(kLogo), .type = "image/svg+xml",
///                              .tag = "\"logo-3\""});
///     });
struct Representation {
  /// Sent from where it lies on the disk; without one `content` is sent.
  File file = {};
  std::string content = {};
  /// Content-Type; empty for none.
  std::string type = {};
  /// Content-Encoding, where the bytes are packed; size, ranges and tag are those of the packed
  /// ones. Empty for none.
  std::string coding = {};
  /// The entity tag, with its quotes; empty for none. Weak ones (`W/"x"`) allow no ranges behind an
  /// If-Range.
  std::string tag = {};
  /// A time that has yet to come is sent as now (RFC 9110, 8.8.2.1).
  std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> modified = {};

  /// A file with its media type by the extension of `name`, its time, and file_tag().
  [[nodiscard]] EDDY_API static Representation of(File file, std::string_view name);
};

/// A strong entity tag made of a file's inode, size and time, with its quotes: a file that is
/// replaced or written to has another one, unless it is written to within the grain of the file
/// system's clock and keeps its size.
[[nodiscard]] EDDY_API std::string file_tag(const File& file);

/// Answers a GET or HEAD with the representation: 200, or 304, 412, 206 and 416 where the
/// conditions and ranges of the request ask for it (check_preconditions(), requested_ranges()),
/// with ETag, Last-Modified and Accept-Ranges. Several ranges become multipart/byteranges, unless
/// that would be no shorter than the whole, or the content is packed: the whole is sent then;
/// ranges that overlap are joined, and more than 16 ignored, so that no client gets more bytes than
/// there are. Further fields, such as Cache-Control, are the caller's to add.
///
/// Thread: the Loop's. Throws std::invalid_argument for a type, coding or tag that no field can
/// have. Source: tornado.web.StaticFileHandler.get.
[[nodiscard]] EDDY_API Response serve(const Request& request, Representation representation);

}  // namespace eddy::inline v0::web
