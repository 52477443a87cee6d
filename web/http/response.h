// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/web/http/file.h>
#include <eddy/web/http/headers.h>

namespace eddy::inline v0::web {

/// A whole response: what a handler function gives back. A value.
///
///     Response response(201);
///     response.headers.set("Location", "/story/1");
///     response.body = "made";
struct EDDY_API Response {
  /// 100 to 999.
  int status = 200;
  /// Empty: the status's own.
  std::string reason = {};
  /// Content-Length, Transfer-Encoding, Connection and Date are the server's to add.
  Headers headers = {};
  std::string body = {};
  /// Sent instead of `body`, from where it lies on the disk.
  std::optional<FilePart> file = {};
  /// Sent instead of both.
  std::shared_ptr<const FilePieces> file_pieces = {};

  Response() = default;
  explicit Response(int status) : status(status) {}

  /// `text/plain; charset=UTF-8`: what a browser shows as it is, whatever is in it.
  [[nodiscard]] static Response text(std::string body, int status = 200);
  /// `text/html; charset=UTF-8`. Escape what comes from outside.
  [[nodiscard]] static Response html(std::string body, int status = 200);
  /// All of a file, or a part of it; the type is the caller's to set (see mime.h).
  [[nodiscard]] static Response from_file(File file);
  [[nodiscard]] static Response from_file(File file, std::uint64_t offset, std::uint64_t length);
  /// 302, or 301 for a permanent one. Throws std::invalid_argument for a URL with control
  /// characters in it.
  [[nodiscard]] static Response redirect(std::string_view url, bool permanent = false);
};

}  // namespace eddy::inline v0::web
