// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dates, entity tags and lists with weights: each looks at every input.

#include <algorithm>

#include <eddy/web/http/etag.h>
#include <eddy/web/http/http_date.h>
#include <eddy/web/http/quality.h>
#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::web::parse_http_date;
using eddy::web::parse_quality_list;
using eddy::web::QualityItem;
using eddy::web::tag_list_matches;
using eddy::web::TagComparison;

void check_date(std::string_view input) {
  const std::chrono::sys_seconds now{std::chrono::seconds(1800000000)};
  const auto date = parse_http_date(input, now);
  if (!date) return;
  // The leap second of the very last day has no year to be written with.
  if (*date >= std::chrono::sys_days(std::chrono::year(10000) / 1 / 1)) return;
  require(parse_http_date(eddy::web::format_http_date(*date)) == date,
          "a date written anew is the same", input);
  require(eddy::web::if_range_matches(input, "", parse_http_date(input)), "a date matches itself",
          input);
}

void check_tags(std::string_view input) {
  const bool star = tag_list_matches(input, "", TagComparison::weak);
  for (const TagComparison comparison : {TagComparison::strong, TagComparison::weak}) {
    const bool matches = tag_list_matches(input, "\"a\"", comparison);
    require(matches || !star, "a star matches anything", input);
    require(!matches || star || input.find("\"a\"") != std::string_view::npos,
            "what matches is there", input);
    require(star || !tag_list_matches(input, "W/\"a\"", TagComparison::strong),
            "a weak tag never matches strongly", input);
  }
  const auto tag = eddy::web::parse_entity_tag(input);
  if (!tag) return;
  require(lies_within(tag->opaque, input), "a tag is a view", input);
  require(tag_list_matches(input, input, TagComparison::weak), "a tag is the same as itself",
          input);
  require(tag_list_matches(input, input, TagComparison::strong) == !tag->weak,
          "if it is strong also strongly", input);
  const std::string list = "\"x\", W/\"y,\" ," + std::string(input) + ",\"z";
  require(tag_list_matches(list, input, TagComparison::weak), "a tag is found in a list", input);
}

void check_weights(std::string_view input) {
  const std::vector<QualityItem> items = parse_quality_list(input, 20);
  require(items.size() <= 20, "items are bounded", input);
  std::string written;
  int last = 1000;
  for (const QualityItem& item : items) {
    require(lies_within(item.value, input) && !item.value.empty(), "items are views", input);
    require(item.quality >= 0 && item.quality <= last, "the best come first", input);
    last = item.quality;
    const std::string digits = std::to_string(1000 + item.quality % 1000).substr(1);
    written.append(item.value).append(item.quality == 1000 ? ";q=1." : ";q=0.");
    written.append(digits).append(",");
  }
  // An open quote swallows what follows it, so it has to be the last.
  if (std::count(input.begin(), input.end(), '"') > 0) return;
  const std::vector<QualityItem> again = parse_quality_list(written, 20);
  require(std::equal(again.begin(), again.end(), items.begin(), items.end(),
                     [](const QualityItem& a, const QualityItem& b) {
                       return a.value == b.value && a.quality == b.quality;
                     }),
          "a list written anew is the same", written);
  for (const QualityItem& item : items) {
    require(eddy::web::quality_of_media_type(items, item.value) >= item.quality,
            "what is there covers itself", input);
    require(eddy::web::quality_of_language(items, item.value) >= item.quality, "as a language, too",
            input);
    require(eddy::web::quality_of(items, item.value) >= item.quality, "the first of a name counts",
            input);
  }
}

}  // namespace

void fuzz_conditional(std::string_view input) {
  check_date(input);
  check_tags(input);
  check_weights(input);
  require_linear(input, [](std::string_view text) {
    static_cast<void>(parse_http_date(text));
    static_cast<void>(tag_list_matches(text, "\"a\"", TagComparison::weak));
    static_cast<void>(parse_quality_list(text, text.size()));
  });
}

}  // namespace eddy_tests
