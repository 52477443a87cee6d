// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/settings.h>

#include <stdexcept>

namespace eddy::inline v0::web::internal {

void check_settings(const Settings& settings) {
  const int version = settings.xsrf_cookie_version;
  if (version != 1 && version != 2) {
    throw std::invalid_argument("Settings::xsrf_cookie_version: " + std::to_string(version) +
                                " is neither 1 nor 2");
  }
  try {
    static_cast<void>(
        format_set_cookie(settings.xsrf_cookie_name, "", settings.xsrf_cookie_options));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(std::string("Settings::xsrf_cookie_name or _options: ") +
                                error.what());
  }
}

const Settings& no_settings() {
  static const Settings none;
  return none;
}

}  // namespace eddy::inline v0::web::internal
