// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/page_scope.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/template/page_resources.h>

namespace eddy::inline v0::web {

// In the scope of a page, also where a program calls them beside one.

std::string RequestHandler::render_linked_css(const std::vector<std::string>& urls) {
  const internal::PageScope scope(*this);
  return PageResources::linked_css(urls);
}

std::string RequestHandler::render_embed_css(const std::vector<std::string>& texts) {
  const internal::PageScope scope(*this);
  return PageResources::embed_css(texts);
}

std::string RequestHandler::render_linked_js(const std::vector<std::string>& urls) {
  const internal::PageScope scope(*this);
  return PageResources::linked_js(urls);
}

std::string RequestHandler::render_embed_js(const std::vector<std::string>& texts) {
  const internal::PageScope scope(*this);
  return PageResources::embed_js(texts);
}

}  // namespace eddy::inline v0::web
