// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// A folder of this program's templates, and the command that builds them into it. Made by
/// eddy_target_templates(... WATCH), for Settings::autoreload: at namespace scope, of what lives as
/// long.
class EDDY_API TemplateWatch {
 public:
  TemplateWatch(const char* folder, std::span<const char* const> build) noexcept;
  TemplateWatch(const TemplateWatch&) = delete;
  TemplateWatch& operator=(const TemplateWatch&) = delete;
  ~TemplateWatch();

  /// Absolute, without a slash at its end. All that lies below it, too.
  [[nodiscard]] const char* folder() const noexcept { return folder_; }
  /// A program and its arguments.
  [[nodiscard]] std::span<const char* const> build() const noexcept { return build_; }

  /// All of the program's: the first, and the one behind another. Null where there is none.
  [[nodiscard]] static const TemplateWatch* first() noexcept;
  [[nodiscard]] const TemplateWatch* next() const noexcept { return next_; }

 private:
  const char* folder_;
  std::span<const char* const> build_;
  TemplateWatch* next_;
};

}  // namespace eddy::inline v0::web
