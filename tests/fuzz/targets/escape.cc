// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/escape/escape.h>

#include <algorithm>
#include <string>

#include <eddy/web/http/url.h>
#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::web::is_utf8;
using eddy::web::json_string;
using eddy::web::url_escape;
using eddy::web::url_unescape;
using eddy::web::xhtml_escape;
using eddy::web::xhtml_unescape;

void check_html(std::string_view input) {
  const std::string escaped = xhtml_escape(input);
  require(escaped.find_first_of("<>\"'") == std::string::npos, "no markup is left", input);
  require(xhtml_unescape(escaped) == input, "what is escaped comes back", input);
  const std::string attribute = eddy::web::attribute_escape(input);
  require(attribute.find_first_of("<>\"'`= \t\r\n\f") == std::string::npos,
          "nothing ends an attribute's value", input);
  if (input.find('\0') == std::string_view::npos) {
    require(xhtml_unescape(attribute) == input, "an attribute's value comes back", input);
  }
  const std::string text = xhtml_unescape(input);
  require(text.size() <= input.size(), "unescaping adds nothing", input);
  require(!is_utf8(input) || is_utf8(text), "UTF-8 stays UTF-8", input);
}

void check_json(std::string_view input, std::string_view clean) {
  const std::string json = json_string(input);
  require(json.size() >= 2 && json.front() == '"' && json.back() == '"', "JSON is quoted", input);
  require(is_utf8(json), "JSON is UTF-8", input);
  require(std::none_of(json.begin(), json.end(), [](char c) { return c >= 0 && c < 0x20; }),
          "JSON has no control characters", input);
  for (const char* hides : {"</", "<!--", "<script", "<SCRIPT", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
    require(json.find(hides) == std::string::npos, "JSON is safe in a script", input);
  }
  std::size_t quote = 1;
  while (quote < json.size() && json[quote] != '"') quote += json[quote] == '\\' ? 2 : 1;
  require(quote == json.size() - 1, "JSON ends where it should", input);
  require(json == json_string(clean), "JSON says the text as UTF-8", input);
}

void check_url(std::string_view input, std::string_view clean) {
  for (const bool plus : {false, true}) {
    const std::string escaped = url_escape(input, plus);
    require(escaped.find_first_of(" &=?#\"<>") == std::string::npos, "nothing separates", input);
    require(url_unescape(escaped, plus) == clean, "a URL comes back as UTF-8", input);
    require(is_utf8(url_unescape(input, plus)), "what a URL says is UTF-8", input);
  }
}

void check_squeezed(std::string_view input) {
  const std::string squeezed = eddy::web::squeeze(input);
  require(squeezed.size() <= input.size(), "squeezing adds nothing", input);
  require(squeezed.find("  ") == std::string::npos, "blanks are single", input);
  require(squeezed.empty() || (squeezed.front() != ' ' && squeezed.back() != ' '),
          "and not at the ends", input);
  require(eddy::web::squeeze(squeezed) == squeezed, "what is squeezed stays", input);
}

}  // namespace

void fuzz_escape(std::string_view input) {
  const std::string clean = eddy::web::replace_invalid_utf8(input);
  require(is_utf8(clean), "what was replaced is UTF-8", input);
  require(is_utf8(input) == (clean == input), "UTF-8 stays as it is", input);
  require(clean.size() <= 3 * input.size(), "replacing adds two bytes for each at most", input);
  check_html(input);
  check_json(input, clean);
  check_url(input, clean);
  check_squeezed(input);
  require_linear(input, [](std::string_view text) {
    static_cast<void>(xhtml_unescape(text));
    static_cast<void>(json_string(text));
    static_cast<void>(url_unescape(text));
    static_cast<void>(eddy::web::squeeze(text));
  });
}

}  // namespace eddy_tests
