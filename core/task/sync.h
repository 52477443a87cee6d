// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// What tasks coordinate themselves with.

#include <eddy/core/task/condition.h>  // IWYU pragma: export
#include <eddy/core/task/event.h>      // IWYU pragma: export
#include <eddy/core/task/lock.h>       // IWYU pragma: export
#include <eddy/core/task/queue.h>      // IWYU pragma: export
#include <eddy/core/task/semaphore.h>  // IWYU pragma: export
