// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/path_value.h>

#include <stdexcept>

namespace eddy::inline v0::web::internal {

void throw_nameless(long long value) {
  throw std::invalid_argument("PathEnum: the value " + std::to_string(value) + " has no name");
}

}  // namespace eddy::inline v0::web::internal
