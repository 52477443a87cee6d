// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>

#include <eddy/core/base/export.h>

namespace eddy::inline v0 {

/// Eddy's own error conditions; those of the system keep their own category.
enum class Errc {
  /// The Loop has been destroyed.
  loop_closed = 1,
  /// The host's loop was destroyed before the Loop; only the Loop's destruction is left to do.
  host_gone,
  /// The host's loop can't be run from here: somebody else runs it, or nesting is refused.
  not_pumpable,
  /// The executor's queue is full; try again later, or raise ExecutorOptions::queue_limit.
  queue_full,
  /// A Completion was dropped without having been called.
  broken_completion,
  /// run() or run_until() was ended by stop().
  stopped,
  /// A file ended before the bytes that were to be sent of it: it was truncated meanwhile.
  file_truncated,
};

[[nodiscard]] EDDY_API const std::error_category& eddy_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), eddy_category()};
}

namespace internal {
/// As a std::system_error, or the lack of memory for one.
inline std::exception_ptr exception_of(std::error_code error) noexcept try {
  return std::make_exception_ptr(std::system_error(error));
} catch (...) {
  return std::current_exception();
}
}  // namespace internal

/// A Loop, or something that belongs to it, was used from another thread than its host's. The text
/// names the call. Only Remote may be used from elsewhere.
class EDDY_API WrongThread : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Thrown by with_timeout when the time was up first.
class EDDY_API TimeoutError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a stop looks like inside a coroutine: it unwinds the task. It does not derive from
/// std::exception, so that `catch (const std::exception&)` does not swallow it by accident.
/// Catching it is allowed for clean-up; every later await throws it again, unless shielded.
struct EDDY_API Cancelled {};

}  // namespace eddy::inline v0

template <>
struct std::is_error_code_enum<eddy::Errc> : std::true_type {};
