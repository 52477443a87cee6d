// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/range.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {

using internal::trim_blanks;

namespace {

constexpr std::uint64_t kMost = UINT64_MAX;

// 1*DIGIT. What is too big for the type is bigger than any representation, so kMost will do.
std::optional<std::uint64_t> parse_position(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!internal::is_class(c, internal::kDigitChar)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (kMost - digit) / 10 ? kMost : value * 10 + digit;
  }
  return value;
}

enum class Spec : std::uint8_t { malformed, unsatisfiable, satisfiable };

// `first-`, `first-last` or `-suffix`.
Spec parse_spec(std::string_view text, std::uint64_t size, ByteRange& range) noexcept {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return Spec::malformed;
  const std::string_view first_text = text.substr(0, dash);
  const std::string_view last_text = text.substr(dash + 1);
  const auto first = parse_position(first_text);
  const auto last = parse_position(last_text);
  if (first_text.empty()) {
    if (!last || size == 0) return Spec::malformed;
    if (*last == 0) return Spec::unsatisfiable;
    range = {size - std::min(*last, size), size - 1};
    return Spec::satisfiable;
  }
  if (!first || (!last && !last_text.empty())) return Spec::malformed;
  if (last && *last < *first) return Spec::malformed;
  if (*first >= size) return Spec::unsatisfiable;
  range = {*first, std::min(last.value_or(kMost), size - 1)};
  return Spec::satisfiable;
}

void join_overlapping(std::vector<ByteRange>& ranges) {
  std::vector<ByteRange> sorted = ranges;
  std::sort(sorted.begin(), sorted.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.first < b.first; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    // last + 1 can't overflow: it is at most the size of the representation.
    if (sorted[i].first <= sorted[kept].last + 1) {
      sorted[kept].last = std::max(sorted[kept].last, sorted[i].last);
    } else {
      sorted[++kept] = sorted[i];
    }
  }
  if (kept + 1 == sorted.size()) return;
  sorted.resize(kept + 1);
  ranges = std::move(sorted);
}

}  // namespace

ByteRanges parse_range(std::string_view field, std::uint64_t size, std::size_t limit) {
  const std::size_t equals = field.find('=');
  if (equals == std::string_view::npos ||
      !internal::equals_ignoring_case(trim_blanks(field.substr(0, equals)), "bytes")) {
    return {};
  }
  ByteRanges found;
  std::size_t count = 0;
  bool ignored = false;
  internal::for_each_list_item(field.substr(equals + 1), [&](std::string_view text) {
    if (ignored || ++count > limit) {
      ignored = true;
      return;
    }
    ByteRange range;
    const Spec spec = parse_spec(text, size, range);
    if (spec == Spec::malformed) ignored = true;
    if (spec == Spec::satisfiable) found.ranges.push_back(range);
  });
  if (ignored || count == 0) return {};
  found.result = found.ranges.empty() ? RangeResult::unsatisfiable : RangeResult::satisfiable;
  if (found.ranges.size() > 1) join_overlapping(found.ranges);
  return found;
}

std::string content_range(ByteRange range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
         std::to_string(size);
}

std::string unsatisfied_content_range(std::uint64_t size) {
  return "bytes */" + std::to_string(size);
}

}  // namespace eddy::inline v0::web
