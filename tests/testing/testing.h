// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// Support for tests of programs that use Eddy: a Loop with a hand-moved clock and sockets in
/// memory, captured log messages, and a client for real sockets that never hangs.

#include <eddy/testing/captured_log.h>   // IWYU pragma: export
#include <eddy/testing/manual_loop.h>    // IWYU pragma: export
#include <eddy/testing/manual_poller.h>  // IWYU pragma: export
#include <eddy/testing/manual_system.h>  // IWYU pragma: export
#include <eddy/testing/test_client.h>    // IWYU pragma: export
