// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <exception>
#include <string>

#include <eddy/core/base/export.h>

namespace eddy::inline v0 {

/// The functions that were on the stack where `error` was thrown, the one that threw it first, a
/// line each: "#0 Shop::find(int) at stock.cc:12". C++ keeps none of it, so a program asks for it
/// by keep_stacks() of <eddy/stacks/stacks.h>. Without that there is only what said so itself, as
/// compiled templates do where web::Settings::serve_traceback is on: "at list.html:7", and what
/// contains that template next. Empty where nothing is known.
///
/// Thread: any. Slow, since it reads the program's debug information; where there is none,
/// functions are without lines, or without names.
[[nodiscard]] EDDY_API std::string thrown_at(const std::exception_ptr& error);

/// describe() of the error, and below it the lines of thrown_at(): for a log.
[[nodiscard]] EDDY_API std::string describe_with_stack(const std::exception_ptr& error);

namespace internal {

/// What knows the stack of a thrown object; null: nothing does.
using StackReader = std::string (*)(const void* thrown);
EDDY_API void set_stack_reader(StackReader reader) noexcept;

/// While one lives, passed_through() does something: it keeps the last few exceptions that passed,
/// and what they have in them, so it is for development.
class EDDY_API PlacesKept {
 public:
  PlacesKept() noexcept;
  PlacesKept(const PlacesKept&) = delete;
  PlacesKept& operator=(const PlacesKept&) = delete;
  ~PlacesKept();
};
/// In a catch clause: the exception comes from there in the file. Those further out follow.
EDDY_API void passed_through(const char* file, unsigned line) noexcept;

}  // namespace internal

}  // namespace eddy::inline v0
