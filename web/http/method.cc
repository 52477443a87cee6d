// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/method.h>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {
namespace {

constexpr std::string_view kNames[] = {"GET",   "HEAD",   "POST",    "PUT",
                                       "PATCH", "DELETE", "OPTIONS", ""};

}  // namespace

Method method_from(std::string_view text) noexcept {
  if (internal::equals_literal(text, "GET")) return Method::get;  // as nearly always
  for (int i = 0; i < kMethodCount; ++i) {
    if (kNames[i] == text) return static_cast<Method>(i);
  }
  return Method::other;
}

std::string_view to_string(Method method) noexcept { return kNames[static_cast<int>(method)]; }

}  // namespace eddy::inline v0::web
