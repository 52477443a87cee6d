// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/page_resources.h>

#include <algorithm>
#include <stdexcept>

#include <eddy/web/escape/escape.h>
#include <eddy/web/template/page_names.h>

namespace eddy::inline v0::web {

namespace {

void insert_at(std::string& page, std::size_t begin, std::string_view tag, std::size_t place,
               const std::string& text) {
  if (text.empty()) return;
  if (place == std::string::npos || place < begin) {
    throw std::logic_error("a page whose modules have resources needs " + std::string(tag));
  }
  page.insert(place, text);
}

// An element for each URL; the nonce stands between its attributes and its end.
std::string links(const PageResources::Texts& urls, std::string_view before,
                  std::string_view attributes, std::string_view end) {
  const std::string nonce = template_support::nonce_attribute();
  std::string elements;
  for (const std::string& url : urls) {
    elements.append(before);
    append_xhtml_escaped(elements, template_support::resource_url(url));
    elements.append(attributes).append(nonce).append(end);
  }
  return elements;
}

// One element of all of them.
std::string element(const PageResources::Texts& texts, std::string_view begin,
                    std::string_view before, std::string_view end) {
  if (texts.empty()) return {};
  std::string text = std::string(begin) + template_support::nonce_attribute();
  text.append(before);
  for (const std::string& part : texts) text.append(part).append("\n");
  return text.append(end);
}

}  // namespace

void PageResources::add(Texts& texts, std::string_view text) {
  if (text.empty() || std::find(texts.begin(), texts.end(), text) != texts.end()) return;
  texts.emplace_back(text);
}

std::string PageResources::linked_css(const Texts& urls) {
  return links(urls, "<link href=\"", "\" type=\"text/css\" rel=\"stylesheet\"", "/>\n");
}

std::string PageResources::embed_css(const Texts& texts) {
  return element(texts, "<style type=\"text/css\"", ">\n", "</style>\n");
}

std::string PageResources::linked_js(const Texts& urls) {
  return links(urls, "<script src=\"", "\" type=\"text/javascript\"", "></script>\n");
}

std::string PageResources::embed_js(const Texts& texts) {
  return element(texts, "<script type=\"text/javascript\"", ">\n//<![CDATA[\n",
                 "//]]>\n</script>\n");
}

void PageResources::insert_into(std::string& page, std::size_t begin) const {
  const auto nothing = [](const auto&... texts) { return (texts.empty() && ...); };
  if (nothing(css_files_, embedded_css_, javascript_files_, embedded_javascript_, html_head_,
              html_body_)) {
    return;
  }
  const auto written = [](auto write, const Texts& texts) {
    return texts.empty() ? std::string() : write(texts);
  };
  std::string head = written(template_support::linked_css, css_files_);
  head += written(template_support::embed_css, embedded_css_);
  for (const std::string& html : html_head_) (head += html) += '\n';
  std::string scripts = written(template_support::linked_js, javascript_files_);
  scripts += written(template_support::embed_js, embedded_javascript_);
  std::string body;
  for (const std::string& html : html_body_) (body += html) += '\n';

  insert_at(page, begin, "</body>", page.rfind("</body>"), scripts);
  insert_at(page, begin, "</body>", page.find("</body>", begin), body);
  insert_at(page, begin, "</head>", page.find("</head>", begin), head);
}

}  // namespace eddy::inline v0::web
