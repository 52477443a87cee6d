// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/quality.h>

#include <algorithm>
#include <optional>

#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/quoted.h>

namespace eddy::inline v0::web {

using internal::equals_ignoring_case;
using internal::trim_blanks;

namespace {

// `0`, `1`, and up to three decimals, the result being at most 1000; -1 for anything else.
int parse_weight(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return -1;
  if (text.size() > 1 && text[1] != '.') return -1;
  int weight = (text[0] - '0') * 1000;
  int unit = 100;
  for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (!internal::is_class(c, internal::kDigitChar)) return -1;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight <= 1000 ? weight : -1;
}

// `value [; parameters] [; q=weight [; extensions, which are passed over]]`.
std::optional<QualityItem> parse_item(std::string_view text) noexcept {
  std::size_t end = internal::find_outside_quotes(text, ';');
  QualityItem item{trim_blanks(text.substr(0, end))};
  if (item.value.empty()) return std::nullopt;
  while (end < text.size()) {
    const std::size_t begin = end + 1;
    end = internal::find_outside_quotes(text, ';', begin);
    const std::string_view parameter = trim_blanks(text.substr(begin, end - begin));
    const std::size_t equals = parameter.find('=');
    if (equals_ignoring_case(trim_blanks(parameter.substr(0, equals)), "q")) {
      if (equals == std::string_view::npos) return std::nullopt;
      item.quality = parse_weight(trim_blanks(parameter.substr(equals + 1)));
      return item.quality < 0 ? std::nullopt : std::optional(item);
    }
    item.value = trim_blanks(text.substr(0, end));
  }
  return item;
}

}  // namespace

std::vector<QualityItem> parse_quality_list(std::string_view field, std::size_t limit) {
  std::vector<QualityItem> items;
  std::size_t count = 0;
  for (std::size_t at = 0; at < field.size() && count < limit;) {
    const std::size_t end = internal::find_outside_quotes(field, ',', at);
    const std::string_view element = trim_blanks(field.substr(at, end - at));
    at = end + 1;
    if (element.empty()) continue;
    ++count;
    if (const auto item = parse_item(element)) items.push_back(*item);
  }
  std::stable_sort(items.begin(), items.end(), [](const QualityItem& a, const QualityItem& b) {
    return a.quality > b.quality;
  });
  return items;
}

int quality_of(const std::vector<QualityItem>& list, std::string_view value,
               int otherwise) noexcept {
  for (const QualityItem& item : list) {
    if (equals_ignoring_case(item.value, value)) return item.quality;
  }
  for (const QualityItem& item : list) {
    if (item.value == "*") return item.quality;
  }
  return otherwise;
}

namespace {

// The weight of the item for which `rank` is highest; 0 where it is 0 for all. Of several the
// first.
template <class Rank>
int quality_by_rank(const std::vector<QualityItem>& list, Rank rank) noexcept {
  if (list.empty()) return 1000;
  int quality = 0;
  std::size_t best = 0;
  for (const QualityItem& item : list) {
    const std::size_t now = rank(item.value);
    if (now <= best) continue;
    best = now;
    quality = item.quality;
  }
  return quality;
}

bool ends_with_star(std::string_view range) noexcept {
  return range.size() > 2 && range.substr(range.size() - 2) == "/*";
}

}  // namespace

int quality_of_media_type(const std::vector<QualityItem>& list, std::string_view type) noexcept {
  const std::string_view bare = trim_blanks(type.substr(0, type.find(';')));
  const std::string_view kind = bare.substr(0, bare.find('/'));
  return quality_by_rank(list, [&](std::string_view range) -> std::size_t {
    if (equals_ignoring_case(range, type)) return 4;
    if (equals_ignoring_case(range, bare)) return 3;
    if (range == "*/*" || range == "*") return 1;  // the latter is what old clients send
    const bool covers =
        ends_with_star(range) && equals_ignoring_case(range.substr(0, range.size() - 2), kind);
    return covers ? 2 : 0;
  });
}

int quality_of_language(const std::vector<QualityItem>& list, std::string_view language) noexcept {
  return quality_by_rank(list, [&](std::string_view range) -> std::size_t {
    if (range == "*") return 1;
    const bool covers = equals_ignoring_case(language.substr(0, range.size()), range) &&
                        (language.size() == range.size() || language[range.size()] == '-');
    return covers ? range.size() + 1 : 0;
  });
}

}  // namespace eddy::inline v0::web
