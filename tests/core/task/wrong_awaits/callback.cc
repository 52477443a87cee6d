// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: this is awaited in a Task, which knows its Loop
#include <eddy/core/core.h>
#include <tests/core/task/plain_coroutine.h>

eddy::core_test::PlainCoroutine wrong() {
  co_await eddy::from_callback<int>([](eddy::Completion<int> done) { done(1); });
}
