// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/escape/linkify.h>

#include <string>

#include <eddy/web/escape/escape.h>
#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::web::linkify;

// The HTML without its links, which have to be whole and well-formed.
std::string without_links(std::string_view html, std::string_view input) {
  std::string text;
  while (true) {
    const std::size_t begin = html.find('<');
    text += html.substr(0, begin);
    if (begin == std::string_view::npos) return text;
    html.remove_prefix(begin);
    constexpr std::string_view kOpen = "<a href=\"http";
    require(html.substr(0, kOpen.size()) == kOpen, "the only markup is links to http", input);
    const std::size_t end = html.find('>');
    const std::size_t close = html.find("</a>");
    require(end != std::string_view::npos && close != std::string_view::npos && end < close,
            "a link is closed", input);
    const std::string_view tag = html.substr(0, end);
    require(tag.find_first_of(" \t\r\n", 3) == std::string_view::npos && tag.back() == '"',
            "nothing but an address is in its tag", input);
    require(html.substr(kOpen.size(), end - kOpen.size() - 1).find('"') == std::string_view::npos,
            "no quote ends it", input);
    text += html.substr(end + 1, close - end - 1);
    html.remove_prefix(close + 4);
  }
}

}  // namespace

void fuzz_linkify(std::string_view input) {
  const std::string html = linkify(input);
  require(without_links(html, input) == eddy::web::xhtml_escape(input),
          "without its links it is the escaped text", input);
  require(linkify(input, {.require_protocol = true, .permitted_protocols = {}}) ==
              eddy::web::xhtml_escape(input),
          "nothing is linked that is not wanted", input);
  std::size_t links = 0;
  static_cast<void>(linkify(input, {.shorten = true, .extra_params_of = [&](std::string_view href) {
                                      ++links;
                                      require(href.substr(0, 4) == "http", "an address", input);
                                      return std::string();
                                    }}));
  std::size_t opened = 0;
  for (std::size_t at = 0; (at = html.find("<a ", at)) != std::string::npos; ++at) ++opened;
  require(links == opened, "each link is asked about once", input);
  require_linear(
      input, [](std::string_view text) { static_cast<void>(linkify(text, {.shorten = true})); });
}

}  // namespace eddy_tests
