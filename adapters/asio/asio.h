// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// Everything of Eddy's for programs with Boost.Asio or standalone Asio.

#include <eddy/asio/asio_loop.h>  // IWYU pragma: export
#include <eddy/core/core.h>       // IWYU pragma: export
