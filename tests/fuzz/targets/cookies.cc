// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/cookies.h>

#include <algorithm>

#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

using eddy::web::Cookies;
using eddy::web::CookieView;

void fuzz_cookies(std::string_view input) {
  constexpr std::size_t kLimit = 20;
  const std::vector<CookieView> views = eddy::web::parse_cookie_views(input, kLimit);
  const auto semicolons = static_cast<std::size_t>(std::count(input.begin(), input.end(), ';'));
  require(views.size() <= std::min(kLimit, semicolons + 1), "cookies are bounded", input);

  const Cookies cookies = Cookies::parse(input, kLimit);
  require(cookies.size() == views.size(), "both forms have the same", input);
  std::string written;
  auto cookie = cookies.begin();
  for (const CookieView& view : views) {
    require(lies_within(view.name, input) && lies_within(view.value, input), "views", input);
    require(eddy::web::is_cookie_name(view.name), "names can be names", input);
    require(view.value.find(';') == std::string_view::npos, "a ';' separates", input);
    require(cookie->name == view.name, "both forms have the same names", input);
    require(cookie->value == eddy::web::unquote_cookie_value(view.value), "and values", input);
    require(cookie->value.size() <= view.value.size(), "unquoting adds nothing", input);
    written.append(view.name).append("=").append(view.value).append(";");
    ++cookie;
  }
  for (auto one = cookies.begin(); one != cookies.end(); ++one) {
    auto last = one;
    for (auto other = one; other != cookies.end(); ++other) {
      if (other->name == one->name) last = other;
    }
    require(cookies.find(one->name) == last->value, "the last of a name wins", input);
  }

  const std::vector<CookieView> again = eddy::web::parse_cookie_views(written, kLimit);
  require(std::equal(again.begin(), again.end(), views.begin(), views.end(),
                     [](const CookieView& a, const CookieView& b) {
                       return a.name == b.name && a.value == b.value;
                     }),
          "cookies written anew are the same", written);
  require_linear(input, [](std::string_view text) {
    static_cast<void>(eddy::web::parse_cookies(text, text.size()));
  });
}

}  // namespace eddy_tests
