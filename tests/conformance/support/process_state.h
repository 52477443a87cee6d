// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace eddy::inline v0::conformance {

/// The process's open descriptors: number and what it is, as /proc says.
std::map<int, std::string> open_descriptors();

/// What a library must not change behind a program's back: open descriptors, signal mask and
/// dispositions, locale. As lines of text, so that a difference can be read.
std::vector<std::string> process_state();

/// The same as a child program sees them in itself.
std::map<int, std::string> descriptors_of_a_child_program();

/// Bytes that are allocated now, by malloc's or the sanitizer's own count.
std::size_t allocated_bytes();

/// To be called first in main(): a thread that a sanitizer runs beside the program's wakes up as it
/// likes and is left out of what follows.
void know_runtime_threads();

/// How often the threads of this process but the calling one have gone to sleep; by thread id.
std::map<int, long> sleeps_of_other_threads();

/// Returns when every other thread of this process sleeps: to be called before fork() where a
/// helper thread may have just begun. A lock that a running thread holds, the host's or that of a
/// sanitizer's allocator, is never given back in the child.
void wait_until_other_threads_sleep();

/// The CPU time of the calling thread, in nanoseconds.
long thread_cpu_ns();

/// Uses `ns` of the calling thread's CPU time.
void burn_cpu(long ns);

/// True where CPU time is spent on more than the program: sanitizers.
bool instrumented();

}  // namespace eddy::inline v0::conformance
