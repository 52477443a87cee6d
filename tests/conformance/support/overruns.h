// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

/// What becomes of a turn that lasted too long. A kernel charges interrupts, and a hypervisor what
/// it does behind a guest's back, to the thread that runs: one turn among millions is long for
/// that. What the code does comes again. So a test with such a turn is run five times more, from
/// the start and in processes of their own, and fails when most of these have one again.
namespace eddy::inline v0::conformance {

/// This process runs tests again that had such a turn before.
[[nodiscard]] bool confirms_overruns();

/// The test that runs has had such a turn: `what` says which. A failure if it has had one before.
void note_overrun(const std::string& what);

/// At the end of main(), with what RUN_ALL_TESTS gave: runs again what has to be, and gives the
/// status to exit with.
[[nodiscard]] int confirm_overruns(const char* program, int result);

}  // namespace eddy::inline v0::conformance
