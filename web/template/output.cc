// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/output.h>

#include <eddy/core/base/thrown_at.h>

namespace eddy::inline v0::web::template_support {

void thrown_in(const char* const* files, unsigned place) noexcept {
  eddy::internal::passed_through(files[place >> 20], place & 0xfffff);
}

}  // namespace eddy::inline v0::web::template_support
