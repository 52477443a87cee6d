// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <system_error>

namespace eddy::inline v0::internal {

/// A descriptor that becomes readable when a signal has arrived; -1 with the error. Thread-safe.
int open_signal(int signal, std::error_code& error) noexcept;
/// Makes it quiet again.
void drain_signal(int fd) noexcept;
/// In a forked child that goes on with it: gives one that is this process's own in its place.
[[nodiscard]] int renew_signal(int fd) noexcept;
/// Closes it, and restores the signal's disposition when it was the last one. Thread-safe.
void close_signal(int signal, int fd) noexcept;

}  // namespace eddy::inline v0::internal
