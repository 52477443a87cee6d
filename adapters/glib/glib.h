// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// Everything of Eddy's for programs with a GLib main loop.

#include <eddy/core/core.h>           // IWYU pragma: export
#include <eddy/glib/glib_lifetime.h>  // IWYU pragma: export
#include <eddy/glib/glib_loop.h>      // IWYU pragma: export
