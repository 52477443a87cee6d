// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/escape/linkify.h>

#include <algorithm>
#include <cstddef>

#include <eddy/web/escape/escape.h>
#include <eddy/web/escape/internal/url_finder.h>

namespace eddy::inline v0::web {
namespace {

using internal::FoundUrl;

// A URL that is longer is shortened, in characters; what comes of it may be half as long again.
constexpr std::size_t kShort = 30;
constexpr std::size_t kStillShort = kShort * 3 / 2;
constexpr std::size_t kPathChars = 8;

constexpr bool begins_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::size_t count_characters(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string_view first_characters(std::string_view text, std::size_t count) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && count-- == 0) return text.substr(0, i);
  }
  return text;
}

// The host and the beginning of the first part of the path, which says that there is more rather
// than what.
std::string clip_path(const FoundUrl& found) {
  std::string_view rest = found.url.substr(found.prefix);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::string(found.url);
  std::string_view part = rest.substr(slash + 1);
  part = first_characters(part.substr(0, part.find('/')), kPathChars);
  part = part.substr(0, part.find_first_of("?."));
  std::string clipped(found.url.substr(0, found.prefix + slash + 1));
  clipped += part;
  return clipped;
}

// Without a character reference at its end that was cut.
std::string_view without_broken_reference(std::string_view text) noexcept {
  const std::size_t amp = text.rfind('&');
  const bool broken =
      amp != std::string_view::npos && text.find(';', amp) == std::string_view::npos;
  return broken ? text.substr(0, amp) : text;
}

// What to show for a URL of more than kShort characters.
std::string shorten_url(const FoundUrl& found) {
  std::string shown = clip_path(found);
  if (count_characters(shown) > kStillShort) shown.resize(first_characters(shown, kShort).size());
  if (shown == found.url) return shown;
  // No reference that was cut, and none so near the end that it might have been.
  const std::size_t amp = shown.rfind('&');
  if (amp != std::string::npos && count_characters({shown.data(), amp}) > kShort - 5) {
    shown.resize(amp);
  }
  shown.resize(without_broken_reference(shown).size());
  shown += "...";
  return count_characters(shown) < count_characters(found.url) ? shown : std::string(found.url);
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

void append_link(std::string& out, const FoundUrl& found, LinkifyOptions& options) {
  std::string href = found.protocol.empty() ? "http://" : "";
  href += found.url;
  out.append("<a href=\"").append(href).append("\"");
  if (options.extra_params_of) {
    out.append(" ").append(trim(options.extra_params_of(href)));
  } else if (!options.extra_params.empty()) {
    out.append(" ").append(trim(options.extra_params));
  }
  if (options.shorten && count_characters(found.url) > kShort) {
    const std::string shown = shorten_url(found);
    if (shown != found.url) out.append(" title=\"").append(href).append("\"");
    out.append(">").append(shown);
  } else {
    out.append(">").append(found.url);
  }
  out += "</a>";
}

bool is_wanted(const FoundUrl& found, const LinkifyOptions& options) {
  if (found.protocol.empty()) return !options.require_protocol;
  const auto& permitted = options.permitted_protocols;
  return std::find(permitted.begin(), permitted.end(), found.protocol) != permitted.end();
}

}  // namespace

std::string linkify(std::string_view text, LinkifyOptions options) {
  // Escaped first, so that whatever is taken for a URL is safe in an attribute and as text.
  const std::string escaped = xhtml_escape(text);
  const std::string_view all = escaped;
  std::string out;
  std::size_t done = 0;
  for (;;) {
    const FoundUrl found = internal::find_url(all, done);
    if (found.url.empty()) break;
    const auto begin = static_cast<std::size_t>(found.url.data() - all.data());
    out += all.substr(done, begin - done);
    if (is_wanted(found, options)) {
      append_link(out, found, options);
    } else {
      out += found.url;
    }
    done = begin + found.url.size();
  }
  out += all.substr(done);
  return out;
}

}  // namespace eddy::inline v0::web
