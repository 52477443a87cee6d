// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/template_watch.h>

namespace eddy::inline v0::web {

namespace {

// Before main() and after it, on one thread.
constinit TemplateWatch* first_watch = nullptr;

}  // namespace

TemplateWatch::TemplateWatch(const char* folder, std::span<const char* const> build) noexcept
    : folder_(folder), build_(build), next_(first_watch) {
  first_watch = this;
}

TemplateWatch::~TemplateWatch() {
  TemplateWatch** place = &first_watch;
  while (*place != nullptr && *place != this) place = &(*place)->next_;
  if (*place == this) *place = next_;
}

const TemplateWatch* TemplateWatch::first() noexcept { return first_watch; }

}  // namespace eddy::inline v0::web
