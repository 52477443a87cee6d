// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/conditions.h>

#include <eddy/web/http/etag.h>
#include <eddy/web/http/http_date.h>

namespace eddy::inline v0::web {

namespace {

std::optional<std::chrono::sys_seconds> date_of(HeaderList fields, std::string_view name) {
  const auto field = fields.find(name);
  return field ? parse_http_date(*field) : std::nullopt;
}

}  // namespace

Precondition check_preconditions(Method method, HeaderList fields, const Validators& current) {
  const bool reads = method == Method::get || method == Method::head;
  if (const auto list = fields.get("If-Match")) {
    if (!tag_list_matches(*list, current.tag, TagComparison::strong)) return Precondition::failed;
  } else if (const auto date = date_of(fields, "If-Unmodified-Since")) {
    if (current.modified && *current.modified > *date) return Precondition::failed;
  }
  if (const auto list = fields.get("If-None-Match")) {
    if (tag_list_matches(*list, current.tag, TagComparison::weak)) {
      return reads ? Precondition::not_modified : Precondition::failed;
    }
  } else if (const auto date = reads ? date_of(fields, "If-Modified-Since") : std::nullopt) {
    if (current.modified && *current.modified <= *date) return Precondition::not_modified;
  }
  return Precondition::holds;
}

ByteRanges requested_ranges(Method method, HeaderList fields, const Validators& current,
                            std::uint64_t size, std::size_t limit) {
  const auto range = fields.find("Range");
  if (!range || method != Method::get) return {};
  const auto condition = fields.find("If-Range");
  if (condition && !if_range_matches(*condition, current.tag, current.modified)) return {};
  return parse_range(*range, size, limit);
}

}  // namespace eddy::inline v0::web
