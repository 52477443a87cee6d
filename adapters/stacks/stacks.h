// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/export.h>

namespace eddy::inline v0 {

/// From now on the stack of each thrown exception is kept as long as the exception, so that
/// thrown_at() tells it: in the log of an exception that a handler does not catch, and on the page
/// of web's Settings::serve_traceback.
///
/// For development. A program that links eddy::stacks has a `__cxa_throw` of its own in front of
/// the C++ library's; until this is called that one does nothing but go on. Afterwards a throw
/// takes some microseconds more. The stacks of 64 exceptions at a time are kept; that of a further
/// one is not.
///
/// Thread: any. Calling it again does nothing.
EDDY_API void keep_stacks() noexcept;

}  // namespace eddy::inline v0
