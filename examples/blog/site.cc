// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/set_cookie.h>
#include <examples/blog/site.h>

#include <templates/error.html.h>

namespace blog {

namespace {
constexpr const char* kCookie = "blogdemo_user";
}

eddy::Task<std::optional<Author>> Site::load_current_user() {
  const auto id = get_signed_cookie(kCookie);
  if (!id) co_return std::nullopt;
  co_return co_await app<Database>().find_author(std::stoll(*id));
}

void Site::log_in(const Author& author) {
  const eddy::web::CookieOptions options{.http_only = true, .same_site = eddy::web::SameSite::lax};
  set_signed_cookie(kCookie, std::to_string(author.id), options);
}

void Site::write_error(int status, const std::exception_ptr& /*error*/) {
  render(templates::Error{.title = reason(), .user = current_user(), .status = status});
}

}  // namespace blog
