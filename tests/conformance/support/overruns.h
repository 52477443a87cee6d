// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

/// What becomes of a turn that lasted too long, and of a host's timer that waited for too many
/// turns. A kernel charges interrupts, and a hypervisor what it does behind a guest's back, to the
/// thread that runs: one turn among millions is long for that. A timer's interrupt is late where
/// the processor that it was set on is not there, and turns that do little are many until it comes.
/// What the code does comes again. So a test with such an overrun is run five times more, from
/// the start and in processes of their own, and fails when most of these have one again.
namespace eddy::inline v0::conformance {

/// This process runs tests again that had an overrun before.
[[nodiscard]] bool confirms_overruns();

/// The test that runs has had an overrun: `what` says which. A failure if it has had one before.
void note_overrun(const std::string& what);

/// At the end of main(), with what RUN_ALL_TESTS gave: runs again what has to be, and gives the
/// status to exit with.
[[nodiscard]] int confirm_overruns(const char* program, int result);

}  // namespace eddy::inline v0::conformance
