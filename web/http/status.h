// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// The reason phrase of a status code as RFC 9110 and the IANA registry name it; "Unknown" for a
/// code that neither knows. Lives for ever.
[[nodiscard]] EDDY_API std::string_view reason_phrase(int status) noexcept;

/// Whether a response of that status never has content: 1xx, 204, 205 and 304 (RFC 9110, 6.4.1;
/// 205 must not send any either, 15.3.6).
[[nodiscard]] constexpr bool status_forbids_content(int status) noexcept {
  return status < 200 || status == 204 || status == 205 || status == 304;
}

}  // namespace eddy::inline v0::web
