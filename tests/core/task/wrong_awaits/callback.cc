// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: this awaitable finds its Loop in the Task that awaits it
#include <eddy/core/core.h>
#include <tests/core/task/plain_coroutine.h>

eddy::core_test::PlainCoroutine wrong() {
  co_await eddy::from_callback<int>([](eddy::Completion<int> done) { done(1); });
}
