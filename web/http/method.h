// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// The request methods that handlers have members for. `del` is DELETE, which C++ keeps for itself.
/// `other` is every further one, known by its text only.
enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

/// How many methods have a name of their own, `other` not counted.
inline constexpr int kMethodCount = static_cast<int>(Method::other);

/// Methods are compared exactly: "get" is `other` (RFC 9110, 9.1).
[[nodiscard]] EDDY_API Method method_from(std::string_view text) noexcept;

/// "GET", "DELETE", ...; "" for `other`. Lives for ever.
[[nodiscard]] EDDY_API std::string_view to_string(Method method) noexcept;

}  // namespace eddy::inline v0::web
