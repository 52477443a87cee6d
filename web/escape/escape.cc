// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/escape/escape.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include <eddy/core/base/hex.h>
#include <eddy/web/escape/internal/entities.h>
#include <eddy/web/escape/internal/find_markup.h>
#include <eddy/web/escape/internal/json_less.h>
#include <eddy/web/escape/internal/utf8_text.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web {
namespace {

using internal::utf8_char_size;

constexpr unsigned char byte_of(char c) noexcept { return static_cast<unsigned char>(c); }

// The characters at the front of [p, end) for which `passes`, appended at once.
template <class Passes>
const char* append_run(std::string& out, const char* p, const char* end, Passes passes) {
  const char* const begin = p;
  while (p != end && passes(*p)) ++p;
  out.append(begin, p);
  return p;
}

constexpr std::string_view reference_of(char markup) noexcept {
  switch (markup) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return "&#x27;";
  }
}

}  // namespace

void append_xhtml_escaped(std::string& out, std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  for (;;) {
    const char* const markup = internal::find_markup(p, end);
    out.append(p, markup);
    if (markup == end) return;
    out += reference_of(*markup);
    p = markup + 1;
  }
}

std::string xhtml_escape(std::string_view text) {
  std::string out;
  append_xhtml_escaped(out, text);
  return out;
}

void append_attribute_escaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  const char* p = text.data();
  const char* const end = p + text.size();
  const auto stays = [](char c) {
    return internal::is_class(c, internal::kUnreservedChar) || byte_of(c) >= 0x80;
  };
  while ((p = append_run(out, p, end, stays)) != end) {
    const unsigned char byte = byte_of(*p++);
    if (byte == 0) {
      out += internal::kReplacement;
    } else {
      out.append({'&', '#', 'x', kHex[byte >> 4], kHex[byte & 15], ';'});
    }
  }
}

std::string attribute_escape(std::string_view text) {
  std::string out;
  append_attribute_escaped(out, text);
  return out;
}

namespace {

// What a numeric reference to 128 and more stands for: windows-1252, as the web always meant them.
constexpr char16_t kWindows1252[] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

constexpr char32_t kBeyondUnicode = 0x110000;

constexpr char32_t meaning_of(char32_t number) noexcept {
  if (number == 0 || number >= kBeyondUnicode || (number >= 0xD800 && number <= 0xDFFF)) {
    return 0xFFFD;
  }
  return number >= 0x80 && number < 0xA0 ? kWindows1252[number - 0x80] : number;
}

// Of the text behind a '&': the code point, and its size with the ';'; 0 if it is no reference.
struct Reference {
  char32_t code = 0;
  std::size_t size = 0;
};

Reference read_number(std::string_view text) noexcept {
  const bool hex = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
  const std::size_t first = hex ? 2 : 1;
  char32_t number = 0;
  std::size_t i = first;
  for (; i < text.size(); ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0 || (!hex && digit > 9)) break;
    number =
        std::min<char32_t>(number * (hex ? 16 : 10) + static_cast<char32_t>(digit), kBeyondUnicode);
  }
  if (i == first || i == text.size() || text[i] != ';') return {};
  return {meaning_of(number), i + 1};
}

Reference read_reference(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '#') return read_number(text);
  const std::size_t size = text.substr(0, internal::kLongestEntity + 1).find(';');
  if (size == std::string_view::npos) return {};
  const char32_t code = internal::find_entity(text.substr(0, size));
  return code == 0 ? Reference{} : Reference{code, size + 1};
}

}  // namespace

std::string xhtml_unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t amp = text.find('&');
    out += text.substr(0, amp);
    if (amp == std::string_view::npos) return out;
    text.remove_prefix(amp + 1);
    const Reference reference = read_reference(text);
    if (reference.size == 0) {
      out += '&';
    } else {
      internal::append_utf8(out, reference.code);
      text.remove_prefix(reference.size);
    }
  }
}

namespace {

// How a byte stands in a JSON string: as it is, as a backslash and this letter, or as one of these.
constexpr char kJsonPlain = 0;
constexpr char kJsonNumber = 1;
constexpr char kJsonLess = 2;
constexpr char kJsonMultibyte = 3;

constexpr std::array<char, 256> kJsonForm = [] {
  std::array<char, 256> table{};
  for (unsigned c = 0; c < 0x20; ++c) table[c] = kJsonNumber;
  for (unsigned c = 0x80; c < 0x100; ++c) table[c] = kJsonMultibyte;
  table[0x7F] = kJsonNumber;
  table['<'] = kJsonLess;
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}();

std::string_view json_multibyte(std::string_view character) noexcept {
  if (character == "\xe2\x80\xa8") return "\\u2028";
  if (character == "\xe2\x80\xa9") return "\\u2029";
  return character;
}

// The first character of a text that is not empty; its size.
std::size_t append_json_special(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  const unsigned char byte = byte_of(text.front());
  const char form = kJsonForm[byte];
  if (form == kJsonMultibyte) {
    const std::size_t size = utf8_char_size(text);
    out += size == 0 ? internal::kReplacement : json_multibyte(text.substr(0, size));
    return size == 0 ? internal::utf8_broken_size(text) : size;
  }
  if (form == kJsonNumber) {
    out.append({'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]});
  } else if (form == kJsonLess) {
    out += internal::json_less(text);
  } else {
    out.append({'\\', form});
  }
  return 1;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  const auto is_plain = [](char c) { return kJsonForm[byte_of(c)] == kJsonPlain; };
  const char* p = text.data();
  const char* const end = p + text.size();
  out += '"';
  while ((p = append_run(out, p, end, is_plain)) != end) {
    p += append_json_special(out, {p, static_cast<std::size_t>(end - p)});
  }
  out += '"';
}

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_json_string(out, text);
  return out;
}

std::string url_escape(std::string_view text, bool plus) {
  return percent_encode(text, plus ? PlusSign::is_blank : PlusSign::is_plus,
                        plus ? Slash::encoded : Slash::kept);
}

std::string url_unescape(std::string_view text, bool plus) {
  return replace_invalid_utf8(percent_decode(text, plus ? PlusSign::is_blank : PlusSign::is_plus));
}

std::string squeeze(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto is_blank = [](char c) { return byte_of(c) <= ' '; };
  const char* p = text.data();
  const char* const end = p + text.size();
  while ((p = std::find_if_not(p, end, is_blank)) != end) {
    if (!out.empty()) out += ' ';
    p = append_run(out, p, end, [=](char c) { return !is_blank(c); });
  }
  return out;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t good = 0;
    for (std::size_t size = 1; good < text.size() && size != 0; good += size) {
      size = utf8_char_size(text.substr(good));
    }
    out += text.substr(0, good);
    text.remove_prefix(good);
    if (text.empty()) break;
    out += internal::kReplacement;
    text.remove_prefix(internal::utf8_broken_size(text));
  }
  return out;
}

}  // namespace eddy::inline v0::web
