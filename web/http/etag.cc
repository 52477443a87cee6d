// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/etag.h>

#include <eddy/web/http/http_date.h>
#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {

namespace {

// The tag at the front of the text, and how long it is; 0 if there is none.
std::size_t read_tag(std::string_view text, EntityTag& tag) noexcept {
  tag.weak = text.substr(0, 2) == "W/";
  const std::size_t begin = tag.weak ? 2 : 0;
  if (begin >= text.size() || text[begin] != '"') return 0;
  std::size_t end = begin + 1;
  // etagc: what a field value may have, but for quotes and blanks.
  while (end < text.size() && text[end] != '"') {
    if (!internal::is_class(text[end], internal::kValueChar) || text[end] == ' ' ||
        text[end] == '\t') {
      return 0;
    }
    ++end;
  }
  if (end == text.size()) return 0;
  tag.opaque = text.substr(begin, end + 1 - begin);
  return end + 1;
}

}  // namespace

std::optional<EntityTag> parse_entity_tag(std::string_view text) noexcept {
  EntityTag tag;
  const std::size_t size = read_tag(text, tag);
  if (size == 0 || size != text.size()) return std::nullopt;
  return tag;
}

bool same_tag(const EntityTag& a, const EntityTag& b, TagComparison comparison) noexcept {
  if (comparison == TagComparison::strong && (a.weak || b.weak)) return false;
  return a.opaque == b.opaque;
}

bool tag_list_matches(std::string_view list, std::string_view current,
                      TagComparison comparison) noexcept {
  list = internal::trim_blanks(list);
  if (list == "*") return true;
  const auto own = parse_entity_tag(current);
  if (!own) return false;
  while (!list.empty()) {
    if (list.front() == ',' || list.front() == ' ' || list.front() == '\t') {
      list.remove_prefix(1);
      continue;
    }
    EntityTag tag;
    const std::size_t size = read_tag(list, tag);
    if (size == 0) return false;
    list = internal::trim_blanks(list.substr(size));
    if (!list.empty() && list.front() != ',') return false;
    if (same_tag(tag, *own, comparison)) return true;
  }
  return false;
}

bool if_range_matches(std::string_view field, std::string_view current,
                      std::optional<std::chrono::sys_seconds> last_modified) noexcept {
  if (const auto tag = parse_entity_tag(field)) {
    const auto own = parse_entity_tag(current);
    return own && same_tag(*tag, *own, TagComparison::strong);
  }
  const auto date = parse_http_date(field);
  return date && last_modified && *date == *last_modified;
}

}  // namespace eddy::inline v0::web
