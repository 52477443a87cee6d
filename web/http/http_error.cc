// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/http_error.h>

namespace eddy::inline v0::web {

// Here, so that each class has one type_info, whoever throws it and whoever catches it.
HttpError::~HttpError() = default;
Finish::~Finish() = default;

const char* Finish::what() const noexcept { return "eddy::web::Finish: the request has ended"; }

}  // namespace eddy::inline v0::web
