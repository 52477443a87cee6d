// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>

namespace eddy::inline v0 {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// A named value beside a message, for sinks that keep structure (the journal, GLib's fields).
struct LogField {
  std::string_view name;
  std::string_view value;
};

/// One thing worth telling. The views live until the sink returns.
struct LogRecord {
  LogLevel level;
  /// What part of Eddy speaks: "eddy.core", "eddy.web", ...
  std::string_view category;
  std::string_view message;
  std::span<const LogField> fields;
};

/// Takes every record of one Loop. Called on the Loop's thread, never under a lock of Eddy's; where
/// it throws the record goes to standard error. An adapter's default sink is its host's own
/// logging.
using LogSink = UniqueFunction<void(const LogRecord&)>;

/// The default of loops without a host logger: one line on standard error, for each record that
/// the Loop's level lets through.
EDDY_API void log_to_stderr(const LogRecord& record) noexcept;

/// "what()" of an exception, or a description of what else was thrown.
[[nodiscard]] EDDY_API std::string describe(const std::exception_ptr& error);

[[nodiscard]] EDDY_API std::string_view to_string(LogLevel level) noexcept;

}  // namespace eddy::inline v0
