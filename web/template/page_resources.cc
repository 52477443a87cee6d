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

void PageResources::insert_into(std::string& page, std::size_t begin) const {
  const auto nothing = [](const auto&... texts) { return (texts.empty() && ...); };
  if (nothing(css_files_, embedded_css_, javascript_files_, embedded_javascript_, html_head_,
              html_body_)) {
    return;
  }
  const std::string nonce = template_support::nonce_attribute();
  std::string head;
  for (const std::string& url : css_files_) {
    head += "<link href=\"";
    append_xhtml_escaped(head, template_support::resource_url(url));
    head.append("\" type=\"text/css\" rel=\"stylesheet\"").append(nonce).append("/>\n");
  }
  if (!embedded_css_.empty()) {
    head.append("<style type=\"text/css\"").append(nonce).append(">\n");
    for (const std::string& css : embedded_css_) (head += css) += '\n';
    head += "</style>\n";
  }
  for (const std::string& html : html_head_) (head += html) += '\n';

  std::string scripts;
  for (const std::string& url : javascript_files_) {
    scripts += "<script src=\"";
    append_xhtml_escaped(scripts, template_support::resource_url(url));
    scripts.append("\" type=\"text/javascript\"").append(nonce).append("></script>\n");
  }
  if (!embedded_javascript_.empty()) {
    scripts.append("<script type=\"text/javascript\"").append(nonce).append(">\n//<![CDATA[\n");
    for (const std::string& script : embedded_javascript_) (scripts += script) += '\n';
    scripts += "//]]>\n</script>\n";
  }
  std::string body;
  for (const std::string& html : html_body_) (body += html) += '\n';

  insert_at(page, begin, "</body>", page.rfind("</body>"), scripts);
  insert_at(page, begin, "</body>", page.find("</body>", begin), body);
  insert_at(page, begin, "</head>", page.find("</head>", begin), head);
}

}  // namespace eddy::inline v0::web
