// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a Task is awaited in a Task; from anywhere else give it to spawn()
#include <eddy/core/core.h>
#include <tests/core/task/plain_coroutine.h>

eddy::Task<void> task() { co_return; }

eddy::core_test::PlainCoroutine wrong() { co_await task(); }
