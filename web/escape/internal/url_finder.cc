// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/escape/internal/url_finder.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include <eddy/web/http/internal/utf8.h>

namespace eddy::inline v0::web::internal {
namespace {

constexpr std::uint8_t kWordChar = 1;  // may stand in a word, and begin one
constexpr std::uint8_t kNameChar = 2;  // may stand in a protocol: of a word, or '-'
constexpr std::uint8_t kEndChar = 4;   // may be a URL's last

// Beyond ASCII nothing is of a word, so that a URL may follow a text without blanks, as in Chinese,
// but everything may be the last of a URL.
constexpr std::array<std::uint8_t, 256> kUrlClass = [] {
  std::array<std::uint8_t, 256> table{};
  const auto at = [&table](char c) -> std::uint8_t& {
    return table[static_cast<unsigned char>(c)];
  };
  for (std::uint8_t& bits : table) bits = kEndChar;
  for (const char c : std::string_view("!\"#$%&'()*+,.:;<=>?@[]^`{|}~")) at(c) = 0;
  for (const char c : std::string_view(" \t\n\v\f\r\x1c\x1d\x1e\x1f")) at(c) = 0;
  for (char c = '0'; c <= '9'; ++c) at(c) |= kWordChar | kNameChar;
  for (char c = 'a'; c <= 'z'; ++c) at(c) |= kWordChar | kNameChar;
  for (char c = 'A'; c <= 'Z'; ++c) at(c) |= kWordChar | kNameChar;
  at('_') |= kWordChar | kNameChar;
  at('-') |= kNameChar;
  return table;
}();

constexpr bool is_url_class(char c, std::uint8_t bits) noexcept {
  return (kUrlClass[static_cast<unsigned char>(c)] & bits) != 0;
}

// Characters of a URL but parentheses.
struct Run {
  std::size_t size = 0;
  // Up to and with the last that may be a URL's last; 0 if there is none.
  std::size_t end = 0;
};

Run measure_run(std::string_view text) noexcept {
  Run run;
  while (run.size < text.size()) {
    const char c = text[run.size];
    if (is_url_class(c, kEndChar) && static_cast<signed char>(c) >= 0) {
      run.end = ++run.size;
      continue;
    }
    const std::string_view rest = text.substr(run.size);
    if (c == '(' || c == ')' || utf8_blank_size(rest) != 0) break;
    if (c == '&') {
      // Escaped, only these two are of a URL.
      const std::size_t reference = rest.substr(0, 5) == "&amp;"    ? 5
                                    : rest.substr(0, 6) == "&quot;" ? 6
                                                                    : 0;
      if (reference == 0) break;
      run.size += reference;
      continue;
    }
    ++run.size;
    if (is_url_class(c, kEndChar)) run.end = run.size;
  }
  return run;
}

// How much of the text a URL goes on with behind its prefix: runs of characters, the punctuation at
// their ends left out, and runs in parentheses.
std::size_t measure_body(std::string_view text) noexcept {
  std::size_t size = 0;
  for (;;) {
    const Run run = measure_run(text.substr(size));
    size += run.end;
    if (run.end != run.size) return size;  // punctuation: nothing that follows could belong to it
    if (text.substr(size, 1) != "(") return size;
    const std::size_t inner = measure_run(text.substr(size + 1)).size;
    if (text.substr(size + 1 + inner, 1) != ")") return size;
    size += inner + 2;
  }
}

// The URL whose protocol is the word of the text that begins there and ends at `colon`.
FoundUrl read_protocol_url(std::string_view text, std::size_t begin, std::size_t colon) noexcept {
  std::size_t slashes = 0;
  while (slashes < 3 && text.substr(colon + 1 + slashes, 1) == "/") ++slashes;
  // A slash may be all that a URL has behind its prefix.
  for (; slashes > 0; --slashes) {
    const std::size_t prefix_end = colon + 1 + slashes;
    const std::size_t body = measure_body(text.substr(prefix_end));
    if (body == 0) continue;
    return {text.substr(begin, prefix_end + body - begin), text.substr(begin, colon - begin),
            prefix_end - begin};
  }
  return {};
}

// The URL that the word between `begin` and `end` begins; none most of the time.
FoundUrl read_url(std::string_view text, std::size_t begin, std::size_t end) noexcept {
  if (text[end] == ':') {
    // From the first beginning of a word on.
    while (begin < end && !is_url_class(text[begin], kWordChar)) ++begin;
    return begin < end ? read_protocol_url(text, begin, end) : FoundUrl{};
  }
  if (text[end] != '.' || end - begin < 3 || text.substr(end - 3, 3) != "www") return {};
  if (end - begin > 3 && text[end - 4] != '-') return {};
  const std::size_t body = measure_body(text.substr(end + 1));
  return body == 0 ? FoundUrl{} : FoundUrl{text.substr(end - 3, 4 + body), {}, 0};
}

}  // namespace

FoundUrl find_url(std::string_view text, std::size_t from) noexcept {
  const auto is_name_char = [](char c) { return is_url_class(c, kNameChar); };
  const char* const end = text.data() + text.size();
  for (const char* p = text.data() + from; p != end;) {
    p = std::find_if(p, end, is_name_char);
    const char* const word_end = std::find_if_not(p, end, is_name_char);
    if (word_end == end) break;
    const FoundUrl found = read_url(text, static_cast<std::size_t>(p - text.data()),
                                    static_cast<std::size_t>(word_end - text.data()));
    if (!found.url.empty()) return found;
    p = word_end;
  }
  return {};
}

}  // namespace eddy::inline v0::web::internal
