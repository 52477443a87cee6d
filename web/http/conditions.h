// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/method.h>
#include <eddy/web/http/range.h>

namespace eddy::inline v0::web {

/// What tells one state of a representation from another (RFC 9110, 8.8). Views and values.
struct Validators {
  /// An entity tag, with its quotes; "" where there is none.
  std::string_view tag = {};
  std::optional<std::chrono::sys_seconds> modified = {};
};

enum class Precondition : std::uint8_t {
  /// Do what is asked for.
  holds,
  /// Answer 304: the client has it already.
  not_modified,
  /// Answer 412, and do nothing.
  failed,
};

/// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since of a request for
/// something that is there, in the order of RFC 9110, 13.2.2: a date counts only where its field of
/// tags is absent, and If-Modified-Since only of GET and HEAD. A false If-None-Match is a 304 for
/// these two and a 412 for others. A date that is none, or a date where `current` has none, is
/// passed over. Thread: any. Source: tornado.web.RequestHandler.check_etag_header, which knows
/// If-None-Match alone.
[[nodiscard]] EDDY_API Precondition check_preconditions(Method method, HeaderList fields,
                                                        const Validators& current);

/// What Range asks of a representation of `size` bytes once the preconditions hold: ignored where
/// the method is not GET (RFC 9110, 14.2), where If-Range names another state, and for what
/// parse_range() ignores.
[[nodiscard]] EDDY_API ByteRanges requested_ranges(Method method, HeaderList fields,
                                                   const Validators& current, std::uint64_t size,
                                                   std::size_t limit = 16);

}  // namespace eddy::inline v0::web
