// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/representation.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include <eddy/web/http/byte_ranges.h>
#include <eddy/web/http/conditions.h>
#include <eddy/web/http/http_date.h>
#include <eddy/web/http/mime.h>

namespace eddy::inline v0::web {

namespace {

void append_hex(std::string& text, std::uint64_t number) {
  char digits[16];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr);
}

/// A clock that was wrong must not give a date that has yet to come (RFC 9110, 8.8.2.1).
std::optional<std::chrono::sys_seconds> last_modified(const Representation& representation) {
  using std::chrono::seconds;
  if (!representation.modified) return std::nullopt;
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  return std::min(std::chrono::floor<seconds>(*representation.modified), now);
}

std::uint64_t size_of(const Representation& representation) noexcept {
  return representation.file ? representation.file.size() : representation.content.size();
}

void send_whole(Response& response, Representation&& from) {
  if (!from.file) {
    response.body = std::move(from.content);
    return;
  }
  const std::uint64_t size = from.file.size();
  response.file = FilePart{std::move(from.file), 0, size};
}

void send_range(Response& response, Representation&& from, ByteRange range) {
  response.status = 206;
  response.headers.set("Content-Range", content_range(range, size_of(from)));
  if (from.file) {
    response.file = FilePart{std::move(from.file), range.first, range.size()};
  } else {
    response.body = from.content.substr(range.first, range.size());
  }
}

void send_ranges(Response& response, Representation&& from, MultipartRanges&& ranges) {
  response.status = 206;
  response.headers.set("Content-Type", ranges.content_type);
  if (from.file) {
    auto pieces = std::make_shared<FilePieces>();
    for (MultipartRanges::Part& part : ranges.parts) {
      pieces->pieces.push_back({std::move(part.head), part.range.first, part.range.size()});
    }
    pieces->file = std::move(from.file);
    pieces->end = std::move(ranges.end);
    pieces->length = ranges.length;
    response.file_pieces = std::move(pieces);
    return;
  }
  for (const MultipartRanges::Part& part : ranges.parts) {
    response.body.append(part.head);
    response.body.append(from.content, part.range.first, part.range.size());
  }
  response.body.append(ranges.end);
}

void refuse_ranges(Response& response, std::uint64_t size) {
  response.status = 416;
  response.headers.set("Content-Range", unsatisfied_content_range(size));
  response.headers.set("Content-Type", "text/plain");
  response.headers.erase("Content-Encoding");
}

}  // namespace

Representation Representation::of(File file, std::string_view name) {
  Representation made;
  made.type = mime_type(name);
  made.tag = file_tag(file);
  made.modified = file.modified();
  made.file = std::move(file);
  return made;
}

std::string file_tag(const File& file) {
  std::string tag = "\"";
  append_hex(tag, file.inode());
  tag += '-';
  append_hex(tag, file.size());
  tag += '-';
  append_hex(tag, static_cast<std::uint64_t>(file.modified().time_since_epoch().count()));
  return tag + '"';
}

Response serve(const Request& request, Representation representation) {
  const auto modified = last_modified(representation);
  const Validators validators{representation.tag, modified};
  Response response;
  if (!representation.tag.empty()) response.headers.set("ETag", representation.tag);
  if (modified) response.headers.set("Last-Modified", format_http_date(*modified));
  response.headers.set("Accept-Ranges", "bytes");
  switch (check_preconditions(request.method(), request.headers(), validators)) {
    case Precondition::not_modified:
      response.status = 304;
      return response;
    case Precondition::failed:
      response.status = 412;
      return response;
    case Precondition::holds:
      break;
  }

  if (!representation.type.empty()) response.headers.set("Content-Type", representation.type);
  if (!representation.coding.empty()) {
    response.headers.set("Content-Encoding", representation.coding);
  }
  const std::uint64_t size = size_of(representation);
  const ByteRanges found = requested_ranges(request.method(), request.headers(), validators, size);
  if (found.result == RangeResult::unsatisfiable) {
    refuse_ranges(response, size);
    return response;
  }
  if (found.ranges.size() == 1 && found.ranges.front().size() < size) {
    send_range(response, std::move(representation), found.ranges.front());
    return response;
  }
  // Content-Encoding would be said of all of a multipart, whose heads are not packed.
  if (found.ranges.size() > 1 && representation.coding.empty()) {
    MultipartRanges ranges = MultipartRanges::of(found.ranges, size, representation.type);
    if (ranges.length < size) {
      send_ranges(response, std::move(representation), std::move(ranges));
      return response;
    }
  }
  send_whole(response, std::move(representation));
  return response;
}

}  // namespace eddy::inline v0::web
