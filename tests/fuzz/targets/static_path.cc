// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/static_path.h>

#include <optional>
#include <string>

#include <eddy/web/http/url.h>
#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::web::percent_decode;
using eddy::web::internal::folder_redirect;
using eddy::web::internal::normal_path;
using eddy::web::internal::url_path;

void check_normal(std::string_view input) {
  const std::optional<std::string> normal = normal_path(input);
  if (!normal) {
    require(
        input.find("..") != std::string_view::npos || input.find('\0') != std::string_view::npos,
        "what leads nowhere has a reason", input);
    return;
  }
  require(normal->size() <= input.size(), "nothing is added", input);
  require(normal->find('\0') == std::string::npos, "no name ends early", input);
  const std::string framed = "/" + *normal + "/";
  require(normal->empty() || framed.find("//") == std::string::npos, "no part is empty", input);
  require(framed.find("/../") == std::string::npos && framed.find("/./") == std::string::npos,
          "no part leads elsewhere", input);
  require(normal_path(*normal) == normal, "it is normal already", input);
  require(normal_path(percent_decode(url_path(*normal))) == normal, "its URL leads to it", input);
}

void check_redirect(std::string_view input) {
  if (input.ends_with('/')) return;
  const std::optional<std::string> target = folder_redirect(input, "q");
  if (!target) return;
  require((*target)[0] == '/' && (*target)[1] != '/' && (*target)[1] != '\\',
          "a redirect stays at its host", input);
  require(target->starts_with(input) && target->ends_with("/?q"), "and at its path", input);
}

}  // namespace

void fuzz_static_path(std::string_view input) {
  check_normal(input);
  check_normal(percent_decode(input));
  check_redirect(input);
  require_linear(input, [](std::string_view text) {
    static_cast<void>(normal_path(text));
    static_cast<void>(url_path(text));
  });
}

}  // namespace eddy_tests
