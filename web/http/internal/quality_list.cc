// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/quality_list.h>

#include <cstddef>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web::internal {

namespace {

/// qvalue of RFC 9110, 12.4.2: 0 or 1 with at most three decimals, in thousandths; -1 for others.
int read_quality(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return -1;
  if (text.size() > 1 && text[1] != '.') return -1;
  int quality = (text[0] - '0') * 1000;
  int unit = 100;
  for (const char digit : text.substr(text.size() > 1 ? 2 : 1)) {
    if (!is_class(digit, kDigitChar)) return -1;
    quality += (digit - '0') * unit;
    unit /= 10;
  }
  return quality <= 1000 ? quality : -1;
}

/// The next part of `text` before a semicolon, taken off it.
std::string_view take_part(std::string_view& text) noexcept {
  const std::size_t end = text.find(';');
  const std::string_view part = trim_blanks(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

}  // namespace

std::vector<QualityItem> parse_quality_list(std::string_view list) {
  std::vector<QualityItem> items;
  for_each_list_item(list, [&items](std::string_view text) {
    QualityItem item{take_part(text)};
    while (!text.empty() && item.quality >= 0) {
      const std::string_view part = take_part(text);
      if (part.size() >= 2 && to_lower(part[0]) == 'q' && part[1] == '=') {
        item.quality = read_quality(part.substr(2));
      }
    }
    if (!item.value.empty() && item.quality >= 0) items.push_back(item);
  });
  return items;
}

}  // namespace eddy::inline v0::web::internal
