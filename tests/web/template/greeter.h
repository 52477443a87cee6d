// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include <eddy/web/app/request_handler.h>

namespace eddy_tests {

/// A base of handlers, which pages/handled.html and a module in it ask for their name.
struct Greeter : eddy::web::RequestHandler {
  [[nodiscard]] virtual std::string greeted() const = 0;
};

}  // namespace eddy_tests
