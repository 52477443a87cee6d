// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/log.h>

#include <cstdio>

#include <eddy/core/base/error.h>

namespace eddy::inline v0 {

std::string_view to_string(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "log";
}

void log_to_stderr(const LogRecord& record) noexcept try {
  std::string line(record.category);
  line.append(" ").append(to_string(record.level)).append(": ").append(record.message);
  for (const LogField& field : record.fields) {
    line.append(" ").append(field.name).append("=").append(field.value);
  }
  line += '\n';
  // One call, so that lines of several threads do not mix.
  std::fwrite(line.data(), 1, line.size(), stderr);
} catch (...) {
  // Out of memory while telling of something: nothing is left to tell it with.
}

std::string describe(const std::exception_ptr& error) {
  if (!error) return "no error";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (const Cancelled&) {
    return "the task was stopped";
  } catch (...) {
    return "something that does not derive from std::exception was thrown";
  }
}

}  // namespace eddy::inline v0
