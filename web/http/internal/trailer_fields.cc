// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/trailer_fields.h>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web::internal {

bool forbidden_in_trailer(std::string_view name) noexcept {
  constexpr std::string_view kForbidden[] = {
      "transfer-encoding",
      "content-length",
      "host",
      "trailer",
      "te",
      "connection",
      "keep-alive",
      "proxy-connection",
      "upgrade",
      "expect",
      "max-forwards",
      "cache-control",
      "pragma",
      "range",
      "if-match",
      "if-none-match",
      "if-modified-since",
      "if-unmodified-since",
      "if-range",
      "authorization",
      "proxy-authorization",
      "proxy-authenticate",
      "www-authenticate",
      "cookie",
      "set-cookie",
      "content-encoding",
      "content-type",
      "content-range",
      "location",
      "date",
      "age",
      "expires",
      "vary",
      "retry-after",
      "warning",
  };
  for (const std::string_view forbidden : kForbidden) {
    if (equals_ignoring_case(name, forbidden)) return true;
  }
  return false;
}

}  // namespace eddy::inline v0::web::internal
