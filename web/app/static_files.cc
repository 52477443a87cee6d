// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/static_files.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <eddy/web/http/etag.h>
#include <eddy/web/http/http_date.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/mime.h>
#include <eddy/web/http/range.h>

namespace eddy::inline v0::web {

namespace internal {

namespace {

void append_hex(std::string& text, std::uint64_t number) {
  char digits[16];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr);
}

/// A file that is replaced or written to has another one, unless that happens within the clock's
/// grain and changes neither size nor inode.
std::string entity_tag(const File& file) {
  std::string tag = "\"";
  append_hex(tag, file.inode());
  tag += '-';
  append_hex(tag, file.size());
  tag += '-';
  append_hex(tag, static_cast<std::uint64_t>(file.modified().time_since_epoch().count()));
  return tag + '"';
}

/// A clock that was wrong must not give a date that has yet to come (RFC 9110, 8.8.2.1).
std::chrono::sys_seconds last_modified(const File& file) {
  using std::chrono::seconds;
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  return std::min(std::chrono::floor<seconds>(file.modified()), now);
}

/// 200 to go on; else the status that the conditions come to (RFC 9110, 13.2.2).
int check_conditions(HeaderList fields, std::string_view tag, std::chrono::sys_seconds modified) {
  if (const auto list = fields.get("If-Match")) {
    if (!tag_list_matches(*list, tag, TagComparison::strong)) return 412;
  } else if (const auto date = fields.find("If-Unmodified-Since")) {
    const auto since = parse_http_date(*date);
    if (since && modified > *since) return 412;
  }
  if (const auto list = fields.get("If-None-Match")) {
    if (tag_list_matches(*list, tag, TagComparison::weak)) return 304;
  } else if (const auto date = fields.find("If-Modified-Since")) {
    const auto since = parse_http_date(*date);
    if (since && modified <= *since) return 304;
  }
  return 200;
}

}  // namespace

std::optional<std::string> normal_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return std::nullopt;
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part == "..") {
      if (parts.empty()) return std::nullopt;
      parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  std::string normal;
  for (const std::string_view part : parts) {
    if (!normal.empty()) normal += '/';
    normal += part;
  }
  return normal;
}

Response serve_file(const Request& request, File file, std::string_view name) {
  const std::string tag = entity_tag(file);
  const auto modified = last_modified(file);
  const std::uint64_t size = file.size();
  Response response;
  response.headers.set("ETag", tag);
  response.headers.set("Last-Modified", format_http_date(modified));
  response.headers.set("Accept-Ranges", "bytes");
  response.status = check_conditions(request.headers(), tag, modified);
  if (response.status != 200) return response;

  response.headers.set("Content-Type", mime_type(name));
  ByteRange part{0, size - 1};
  const auto range = request.headers().find("Range");
  const auto if_range = request.headers().find("If-Range");
  // Of other methods it is to be ignored (RFC 9110, 14.2).
  if (range && request.method() == Method::get &&
      (!if_range || if_range_matches(*if_range, tag, modified))) {
    const ByteRanges ranges = parse_range(*range, size);
    if (ranges.result == RangeResult::unsatisfiable) {
      response.status = 416;
      response.headers.set("Content-Range", unsatisfied_content_range(size));
      response.headers.set("Content-Type", "text/plain");
      return response;
    }
    if (ranges.result == RangeResult::satisfiable && ranges.ranges.size() == 1 &&
        ranges.ranges.front().size() < size) {
      part = ranges.ranges.front();
      response.status = 206;
      response.headers.set("Content-Range", content_range(part, size));
    }
  }
  response.file = FilePart{std::move(file), part.first, size == 0 ? 0 : part.size()};
  return response;
}

}  // namespace internal

namespace {

/// What the file system says of a name is the client's business, but for a server's own trouble.
[[noreturn]] void refuse(std::error_code error, const std::string& name) {
  for (const auto missing : {std::errc::no_such_file_or_directory, std::errc::not_a_directory,
                             std::errc::filename_too_long}) {
    if (error == missing) throw HttpError(404);
  }
  const std::string what = name + ": " + error.message();
  for (const auto denied :
       {std::errc::permission_denied, std::errc::operation_not_permitted, std::errc::is_a_directory,
        std::errc::invalid_argument, std::errc::no_such_device_or_address,
        std::errc::too_many_symbolic_link_levels}) {
    if (error == denied) throw HttpError(403, what);
  }
  throw HttpError(500, what);
}

}  // namespace

StaticFiles::StaticFiles(std::string folder, StaticFileOptions options)
    : folder_(std::move(folder)), options_(std::move(options)) {
  // It would be the root of all files.
  if (folder_.empty()) throw std::invalid_argument("StaticFiles: no folder is given");
  while (folder_.size() > 1 && folder_.back() == '/') folder_.pop_back();
}

Response StaticFiles::operator()(const Request& request, std::string_view path) const {
  const auto normal = internal::normal_path(path);
  if (!normal) throw HttpError(path.find('\0') == std::string_view::npos ? 403 : 404);
  const std::string name = folder_ + "/" + *normal;
  std::error_code error;
  File file = File::open(name, error);
  if (!error && path.ends_with('/')) throw HttpError(404);  // a file is no folder
  if (!error) return internal::serve_file(request, std::move(file), name);
  if (error == std::errc::is_a_directory) return folder(request, name);
  refuse(error, name);
}

Response StaticFiles::folder(const Request& request, const std::string& path) const {
  const std::string_view asked = request.path();
  // A path of two slashes would be another host's to a browser that is sent there.
  if (options_.default_filename.empty() || asked.starts_with("//")) throw HttpError(403);
  if (!asked.ends_with('/')) {
    std::string target = std::string(asked) + "/";
    if (!request.query().empty()) target.append("?").append(request.query());
    return Response::redirect(target, true);
  }
  std::error_code error;
  const std::string name = path + "/" + options_.default_filename;
  File file = File::open(name, error);
  if (error) refuse(error, name);
  return internal::serve_file(request, std::move(file), name);
}

}  // namespace eddy::inline v0::web
