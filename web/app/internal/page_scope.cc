// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/page_scope.h>

#include <stdexcept>
#include <string>
#include <utility>

#include <eddy/web/app/application.h>
#include <eddy/web/app/internal/application_core.h>
#include <eddy/web/app/internal/security_fields.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/template/output.h>
#include <eddy/web/template/page_names.h>
#include <eddy/web/template/page_resources.h>

namespace eddy::inline v0::web {

namespace internal {

namespace {

thread_local RequestHandler* handler_of_thread = nullptr;

RequestHandler& handler_for(const char* name) {
  if (handler_of_thread != nullptr) return *handler_of_thread;
  throw std::logic_error(
      std::string(name) +
      "() in a page needs a handler: it is there in pages of its render() and render_string()");
}

}  // namespace

PageScope::PageScope(RequestHandler& handler)
    : translation_(handler.translator()), outer_(std::exchange(handler_of_thread, &handler)) {}

PageScope::~PageScope() { handler_of_thread = outer_; }

RequestHandler* PageScope::handler() noexcept { return handler_of_thread; }

}  // namespace internal

namespace template_support {

namespace {

// By the page's handler, or where it is nobody's, as handlers do by default.
std::string written(const PageResources::Texts& texts,
                    std::string (RequestHandler::*by_handler)(const PageResources::Texts&),
                    std::string (*plain)(const PageResources::Texts&)) {
  RequestHandler* const handler = internal::PageScope::handler();
  return handler != nullptr ? (handler->*by_handler)(texts) : plain(texts);
}

}  // namespace

std::string resource_url(std::string_view url) {
  const bool absolute = url.starts_with('/') || url.find("://") != std::string_view::npos;
  const RequestHandler* const handler = internal::PageScope::handler();
  if (absolute || handler == nullptr || !handler->settings().static_files) return std::string(url);
  return handler->static_url(url);
}

std::string nonce_attribute() {
  const RequestHandler* const handler = internal::PageScope::handler();
  if (handler == nullptr) return {};
  const auto& headers = handler->settings().security_headers;
  if (!headers || !internal::has_nonce(headers->content_security_policy)) return {};
  return std::string(" nonce=\"").append(handler->csp_nonce()).append("\"");
}

std::string linked_css(const std::vector<std::string>& urls) {
  return written(urls, &RequestHandler::render_linked_css, PageResources::linked_css);
}
std::string embed_css(const std::vector<std::string>& texts) {
  return written(texts, &RequestHandler::render_embed_css, PageResources::embed_css);
}
std::string linked_js(const std::vector<std::string>& urls) {
  return written(urls, &RequestHandler::render_linked_js, PageResources::linked_js);
}
std::string embed_js(const std::vector<std::string>& texts) {
  return written(texts, &RequestHandler::render_embed_js, PageResources::embed_js);
}

RequestHandler& page_handler() { return internal::handler_for("handler"); }

std::string reverse_url_of(std::string_view name,
                           std::initializer_list<internal::UrlArgument> values) {
  const RequestHandler& handler = internal::handler_for("reverse_url");
  return internal::HandlerAccess::reverse(handler, name, values);
}

}  // namespace template_support

namespace template_names {

std::string static_url(std::string_view path) {
  return internal::handler_for("static_url").static_url(path);
}

std::string csp_nonce() { return std::string(internal::handler_for("csp_nonce").csp_nonce()); }

std::string xsrf_form_html() { return internal::handler_for("xsrf_form_html").xsrf_form_html(); }

}  // namespace template_names

}  // namespace eddy::inline v0::web
