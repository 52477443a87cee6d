// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/parameters.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <eddy/core/base/hex.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/quoted.h>
#include <eddy/web/http/internal/scan.h>
#include <eddy/web/http/internal/utf8.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web {

using internal::equals_ignoring_case;
using internal::trim_blanks;

bool FieldValue::is(std::string_view text) const noexcept {
  return equals_ignoring_case(value, text);
}

std::optional<std::string_view> FieldValue::find(std::string_view name) const noexcept {
  const Parameter* plain = nullptr;
  for (const Parameter& parameter : parameters) {
    if (parameter.name != name) continue;
    if (parameter.extended) return parameter.value;
    if (plain == nullptr) plain = &parameter;
  }
  if (plain == nullptr) return std::nullopt;
  return plain->value;
}

std::size_t FieldValue::count(std::string_view name, bool extended) const noexcept {
  std::size_t count = 0;
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name && parameter.extended == extended) ++count;
  }
  return count;
}

namespace {

constexpr int kWhole = -1;

// A parameter as it stands there: `name*1*=value` is section 1 and encoded.
struct RawParameter {
  Parameter parameter;
  int section = kWhole;
  bool encoded = false;
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = internal::to_lower(c);
  return lower;
}

// Takes `*`, `*N` or `*N*` from the end of a name.
void split_name(std::string_view name, RawParameter& raw) {
  if (name.size() > 1 && name.back() == '*') {
    raw.encoded = true;
    name.remove_suffix(1);
  }
  std::size_t digits = name.size();
  while (digits > 0 && internal::is_class(name[digits - 1], internal::kDigitChar)) --digits;
  // No more digits than a limit of parameters may have, and no leading zero.
  const std::string_view number = name.substr(digits);
  if (digits > 1 && name[digits - 1] == '*' && !number.empty() && number.size() < 6 &&
      (number.front() != '0' || number.size() == 1)) {
    raw.section = 0;
    for (const char c : number) raw.section = raw.section * 10 + (c - '0');
    name = name.substr(0, digits - 1);
  }
  raw.parameter.name = lower_case(name);
}

// Percent-decodes strictly: false for a '%' that is not followed by two hex digits.
bool decode_strictly(std::string& out, std::string_view text) {
  for (std::size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 1)) {
    if (text.size() - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) {
      return false;
    }
  }
  percent_decode_to(out, text);
  return true;
}

// Bytes of that charset as UTF-8; false if they aren't in it.
bool to_utf8(std::string_view charset, std::string& bytes) {
  if (std::any_of(bytes.begin(), bytes.end(),
                  [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; })) {
    return false;
  }
  if (equals_ignoring_case(charset, "utf-8")) return is_utf8(bytes);
  const bool ascii = equals_ignoring_case(charset, "us-ascii");
  if (!ascii && !equals_ignoring_case(charset, "iso-8859-1")) return false;
  std::string converted;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      converted += c;
    } else if (ascii) {
      return false;
    } else {
      converted += static_cast<char>(0xC0 | byte >> 6);
      converted += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  bytes = std::move(converted);
  return true;
}

class ParameterReader {
 public:
  ParameterReader(std::string_view field, std::size_t limit) : rest_(field), limit_(limit) {}

  FieldValue read() {
    result_.value = trim_blanks(take_until(';'));
    while (!rest_.empty()) {
      rest_.remove_prefix(1);  // the ';'
      if (raw_.size() == limit_) {
        result_.well_formed = false;
        break;
      }
      read_parameter();
    }
    for (std::size_t i = 0; i < raw_.size(); ++i) add(raw_[i]);
    return std::move(result_);
  }

 private:
  std::string_view take_until(char separator) {
    const std::string_view taken = rest_.substr(0, rest_.find(separator));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  // Up to the next ';', which stays.
  void read_parameter() {
    const std::size_t name_size = std::min(rest_.find_first_of("=;"), rest_.size());
    const std::string_view name = trim_blanks(rest_.substr(0, name_size));
    rest_.remove_prefix(name_size);
    RawParameter raw;
    if (!rest_.empty() && rest_.front() == '=') {
      rest_.remove_prefix(1);
      raw.parameter.has_value = true;
      raw.parameter.value = read_value();
    } else if (name.empty()) {
      return;  // `;;` and a ';' at the end
    }
    if (!internal::is_token(name)) {
      result_.well_formed = false;
      return;
    }
    split_name(name, raw);
    raw_.push_back(std::move(raw));
  }

  std::string read_value() {
    const std::size_t blanks = std::min(rest_.find_first_not_of(" \t"), rest_.size());
    rest_.remove_prefix(blanks);
    if (!rest_.empty() && rest_.front() == '"') return read_quoted();
    const std::string_view value = trim_blanks(take_until(';'));
    if (value.find('"') != std::string_view::npos) result_.well_formed = false;
    return std::string(value);
  }

  std::string read_quoted() {
    std::string value;
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      const bool escapes =
          rest_[i] == '\\' && i + 1 < rest_.size() && (rest_[i + 1] == '"' || rest_[i + 1] == '\\');
      if (escapes) ++i;
      value += rest_[i];
    }
    if (i >= rest_.size()) {
      result_.well_formed = false;
      rest_ = {};
      return value;
    }
    rest_.remove_prefix(i + 1);
    if (!trim_blanks(take_until(';')).empty()) result_.well_formed = false;
    return value;
  }

  void add(RawParameter& raw) {
    if (raw.section == kWhole && !raw.encoded) {
      result_.parameters.push_back(std::move(raw.parameter));
    } else if (raw.section == kWhole) {
      add_extended(raw);
    } else if (raw.section == 0) {
      add_continued(raw);
    } else if (!was_joined(raw)) {
      result_.well_formed = false;
    }
  }

  // `charset'language'text` (RFC 8187, 3.2).
  static bool split_extended(std::string_view text, std::string_view& charset,
                             std::string_view& value) {
    const std::size_t first = text.find('\'');
    if (first == std::string_view::npos) return false;
    const std::size_t second = text.find('\'', first + 1);
    if (second == std::string_view::npos) return false;
    charset = text.substr(0, first);
    value = text.substr(second + 1);
    return true;
  }

  void add_extended(const RawParameter& raw) {
    std::string_view charset;
    std::string_view text;
    std::string value;
    if (split_extended(raw.parameter.value, charset, text) && decode_strictly(value, text) &&
        to_utf8(charset, value)) {
      result_.parameters.push_back({raw.parameter.name, std::move(value), true, true});
    }
  }

  // Section 0 and those that follow it, wherever they stand (RFC 2231, 3 and 4.1).
  void add_continued(const RawParameter& first) {
    if (std::count(joined_.begin(), joined_.end(), first.parameter.name) > 0) {
      result_.well_formed = false;
      return;
    }
    joined_.push_back(first.parameter.name);
    std::string_view charset;
    std::string_view text = first.parameter.value;
    if (first.encoded && !split_extended(first.parameter.value, charset, text)) return;
    std::string value;
    const RawParameter* section = &first;
    for (int next = 1; section != nullptr; ++next) {
      if (section != &first) text = section->parameter.value;
      if (section->encoded && !first.encoded) {
        // Only the first section names the charset; what is in none is text that nobody has
        // checked.
        result_.well_formed = false;
        return;
      }
      if (!section->encoded) {
        value += text;
      } else if (!decode_strictly(value, text)) {
        return;
      }
      section = find_section(first.parameter.name, next);
    }
    if (first.encoded && !to_utf8(charset, value)) return;
    result_.parameters.push_back({first.parameter.name, std::move(value), true, first.encoded});
  }

  const RawParameter* find_section(std::string_view name, int section) const {
    for (const RawParameter& raw : raw_) {
      if (raw.section == section && raw.parameter.name == name) return &raw;
    }
    return nullptr;
  }

  bool was_joined(const RawParameter& raw) const {
    return find_section(raw.parameter.name, raw.section) == &raw &&
           find_section(raw.parameter.name, raw.section - 1) != nullptr;
  }

  std::string_view rest_;
  std::size_t limit_;
  FieldValue result_;
  std::vector<RawParameter> raw_;
  std::vector<std::string> joined_;
};

}  // namespace

FieldValue parse_parameters(std::string_view field, std::size_t limit) {
  return ParameterReader(field, limit).read();
}

std::vector<FieldValue> parse_parameter_list(std::string_view field, std::size_t limit) {
  std::vector<FieldValue> values;
  for (std::size_t at = 0; at < field.size() && values.size() < limit;) {
    const std::size_t end = internal::find_outside_quotes(field, ',', at);
    const std::string_view element = trim_blanks(field.substr(at, end - at));
    if (!element.empty()) values.push_back(parse_parameters(element));
    at = end + 1;
  }
  return values;
}

namespace {

// A file name as two parameters have it.
struct SentName {
  std::string plain;     // with '_' for what might be misread
  std::string extended;  // percent-encoded (RFC 8187, 3.2.1)
  bool is_plain = true;  // nothing was replaced but what neither can have

  void add(std::string_view character) {
    constexpr std::string_view kMisread = "\"\\%";
    const char first = character.front();
    const bool plainly = character.size() == 1 && kMisread.find(first) == std::string_view::npos;
    plain += plainly ? first : '_';
    is_plain = is_plain && plainly;
    // An attr-char: what a token may have but these, which mean something in an extended value.
    if (internal::is_class(first, internal::kTokenChar) &&
        std::string_view("*'%").find(first) == std::string_view::npos) {
      extended += first;
    } else {
      extended += percent_encode(character);
    }
  }
};

}  // namespace

std::string content_disposition(std::string_view type, std::string_view filename) {
  if (!internal::is_token(type)) {
    throw std::invalid_argument("content_disposition: '" + std::string(type) +
                                "' is no type; say attachment or inline");
  }
  std::string value(type);
  if (filename.empty()) return value;
  SentName name;
  while (!filename.empty()) {
    const std::size_t size = internal::utf8_char_size(filename);
    const bool control =
        static_cast<unsigned char>(filename.front()) < 0x20 || filename.front() == 0x7F;
    name.add(size == 0 || control ? "_" : filename.substr(0, size));
    filename.remove_prefix(std::max<std::size_t>(size, 1));
  }
  value.append("; filename=\"").append(name.plain).append("\"");
  if (!name.is_plain) value.append("; filename*=UTF-8''").append(name.extended);
  return value;
}

namespace {

constexpr std::size_t kLongestName = 200;

// CON, PRN, AUX, NUL, COM0 to COM9, LPT0 to LPT9, with any ending.
bool is_device(std::string_view name) noexcept {
  const std::string_view stem = trim_blanks(name.substr(0, name.find('.')));
  for (const std::string_view device : {"con", "prn", "aux", "nul"}) {
    if (equals_ignoring_case(stem, device)) return true;
  }
  return stem.size() == 4 && internal::is_class(stem[3], internal::kDigitChar) &&
         (equals_ignoring_case(stem.substr(0, 3), "com") ||
          equals_ignoring_case(stem.substr(0, 3), "lpt"));
}

std::string_view trim_dots_and_blanks(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(". ");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(". ") - first + 1);
}

}  // namespace

std::string safe_basename(std::string_view filename) {
  filename.remove_prefix(filename.find_last_of("/\\") + 1);  // npos + 1 is 0
  std::string clean;
  while (!filename.empty() && clean.size() < kLongestName) {
    const std::size_t size = internal::utf8_char_size(filename);
    const auto byte = static_cast<unsigned char>(filename.front());
    const bool control =
        byte < 0x20 || byte == 0x7F ||
        (size == 2 && byte == 0xC2 && static_cast<unsigned char>(filename[1]) < 0xA0);
    constexpr std::string_view kNotOnWindows = "<>:\"|?*";
    if (size == 0 || kNotOnWindows.find(filename.front()) != std::string_view::npos) {
      clean += '_';
    } else if (!control && !(clean.empty() && (byte == '.' || byte == ' '))) {
      if (clean.size() + size > kLongestName) break;
      clean += filename.substr(0, size);
    }
    filename.remove_prefix(std::max<std::size_t>(size, 1));
  }
  const std::string_view trimmed = trim_dots_and_blanks(clean);
  return is_device(trimmed) ? "_" + std::string(trimmed) : std::string(trimmed);
}

}  // namespace eddy::inline v0::web
