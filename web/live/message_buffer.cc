// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/message_buffer.h>

namespace eddy::inline v0::web::internal {

namespace {

// So many are woken by the message itself.
constexpr int kWokenAtOnce = 16;

}  // namespace

void MessageLine::release() noexcept {
  if (waiting.empty()) return;
  // Those of a message before are still being woken, one by another.
  const bool woken_already = !due.empty();
  due.splice_back(waiting);
  if (woken_already) return;
  for (int i = 0; i < kWokenAtOnce && !due.empty(); ++i) wake_next();
}

void MessageLine::wake_next() noexcept {
  if (auto* const waiter = eddy::internal::SyncWaiter::pop(due)) waiter->grant();
}

void MessageLine::dismiss() noexcept {
  due.splice_back(waiting);
  eddy::internal::SyncWaiter::dismiss(due);
}

void MessageWaiter::end_wait() {
  const bool woken = unclaimed();
  if (woken) line_.wake_next();
  (void)finish();  // false: the time was up, and there may be something nevertheless
}

std::uint64_t first_message_id() noexcept {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace eddy::inline v0::web::internal
