// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/user_handler.h>

#include <eddy/web/app/settings.h>
#include <eddy/web/escape/escape.h>
#include <eddy/web/http/http_error.h>

namespace eddy::inline v0::web {

namespace {

// With a scheme, or for another host: what is relative would be relative to that.
bool is_absolute(std::string_view url) noexcept {
  const std::size_t end = url.find_first_of(":/?#");
  return url.starts_with("//") || (end != std::string_view::npos && end > 0 && url[end] == ':');
}

}  // namespace

namespace internal {

std::string login_url(const RequestHandler& handler) { return handler.settings().login_url; }

void refuse_stranger(RequestHandler& handler, std::string login_url) {
  const Request& request = handler.request();
  const bool looks = request.method() == Method::get || request.method() == Method::head;
  if (!looks || login_url.empty()) throw HttpError(403);
  if (login_url.find('?') == std::string::npos) {
    const std::string next =
        is_absolute(login_url) ? request.full_url() : std::string(request.target());
    login_url.append("?next=").append(url_escape(next));
  }
  handler.redirect(login_url);
  throw Finish();
}

}  // namespace internal
}  // namespace eddy::inline v0::web
