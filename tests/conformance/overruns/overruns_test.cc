// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Turns that last too long, on purpose: the suite has to fail for those that come again.
#include <eddy/conformance/support/overruns.h>

#include <tests/conformance/conformance_test.h>

namespace eddy::inline v0::conformance {

namespace {

void overrun(TurnGate& gate) {
  gate.turn_begins();
  burn_cpu(1'000'000 + 2 * TurnGate::tolerance_ns());
  gate.turn_ended();
}

EDDY_RULE(OverrunTest, ComesAgain, "a turn is too long each time") { overrun(gate()); }

EDDY_RULE(OverrunTest, HappensOnce, "a turn is too long the first time only") {
  if (!confirms_overruns()) overrun(gate());
}

}  // namespace
}  // namespace eddy::inline v0::conformance
