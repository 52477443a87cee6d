// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/export.h>
#include <eddy/web/template/translation.h>

namespace eddy::inline v0::web {
class RequestHandler;
}

namespace eddy::inline v0::web::internal {

/// While it lives, what this thread renders is a page of the handler's: by its translator, and with
/// its names, such as static_url(). For one expression; none lives across a co_await.
class EDDY_API PageScope {
 public:
  explicit PageScope(RequestHandler& handler);
  PageScope(const PageScope&) = delete;
  PageScope& operator=(const PageScope&) = delete;
  ~PageScope();

  /// Whose page it is; null for nobody's.
  [[nodiscard]] static RequestHandler* handler() noexcept;

 private:
  TranslationScope translation_;
  RequestHandler* outer_;
};

}  // namespace eddy::inline v0::web::internal
