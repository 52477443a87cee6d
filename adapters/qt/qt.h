// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// Everything of Eddy's for Qt programs.

#include <eddy/core/core.h>       // IWYU pragma: export
#include <eddy/qt/qt_lifetime.h>  // IWYU pragma: export
#include <eddy/qt/qt_loop.h>      // IWYU pragma: export
