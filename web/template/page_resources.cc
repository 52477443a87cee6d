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

}  // namespace

void PageResources::add(Texts& texts, std::string_view text) {
  if (text.empty() || std::find(texts.begin(), texts.end(), text) != texts.end()) return;
  texts.emplace_back(text);
}

std::string PageResources::linked_css(const Texts& urls) {
  const std::string nonce = template_support::nonce_attribute();
  std::string elements;
  for (const std::string& url : urls) {
    elements += "<link href=\"";
    append_xhtml_escaped(elements, template_support::resource_url(url));
    elements.append("\" type=\"text/css\" rel=\"stylesheet\"").append(nonce).append("/>\n");
  }
  return elements;
}

std::string PageResources::embed_css(const Texts& texts) {
  if (texts.empty()) return {};
  std::string element = "<style type=\"text/css\"" + template_support::nonce_attribute() + ">\n";
  for (const std::string& css : texts) (element += css) += '\n';
  return element += "</style>\n";
}

std::string PageResources::linked_js(const Texts& urls) {
  const std::string nonce = template_support::nonce_attribute();
  std::string elements;
  for (const std::string& url : urls) {
    elements += "<script src=\"";
    append_xhtml_escaped(elements, template_support::resource_url(url));
    elements.append("\" type=\"text/javascript\"").append(nonce).append("></script>\n");
  }
  return elements;
}

std::string PageResources::embed_js(const Texts& texts) {
  if (texts.empty()) return {};
  std::string element =
      "<script type=\"text/javascript\"" + template_support::nonce_attribute() + ">\n//<![CDATA[\n";
  for (const std::string& script : texts) (element += script) += '\n';
  return element += "//]]>\n</script>\n";
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
