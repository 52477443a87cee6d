// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/head_reader.h>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web::internal {

ParseResult match_shape(const Cursor& cursor, std::string_view shape) noexcept {
  const char* p = cursor.p;
  for (const char wanted : shape) {
    if (p == cursor.end) return ParseResult::need_more;
    if (wanted == 'd' ? !is_class(*p, kDigitChar) : *p != wanted) return ParseResult::failed;
    ++p;
  }
  return ParseResult::done;
}

}  // namespace eddy::inline v0::web::internal
