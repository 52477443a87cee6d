// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/conformance_test.h>

#include <eddy/conformance/support/interrupts.h>
#include <eddy/conformance/support/overruns.h>

#include <cstdio>
#include <exception>

namespace eddy::inline v0::conformance {

void ConformanceTest::TestBody() {
  host_ = make_();
  host_->enter([this] { in_host(); });
  host_.reset();
}

void ConformanceTest::in_host() {
  SCOPED_TRACE(std::string("The rule: ") + rule_);
  const Interrupts interrupts(interrupted());
  host_->set_up_host();
  host_lives_ = true;
  gate_ = std::make_shared<TurnGate>();
  logged_ = std::make_shared<std::vector<std::string>>();
  LoopOptions options;
  options.log = [logged = logged_](const LogRecord& record) {
    logged->push_back(std::string(record.message));
  };
  loop_ = host_->make_loop(std::move(options));
  loop_->set_turn_probe(gate_.get());

  try {
    body();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "the test has thrown: " << error.what();
  }

  loop_.reset();
  destroy_host();
  if (gate_->overruns() > 0) {
    note_overrun(std::to_string(gate_->overruns()) + " of " + std::to_string(gate_->turns()) +
                 " dispatches lasted longer than the slice, their longest step and 0.2 ms; " +
                 gate_->worst());
  }
  if (HasFailure() || gate_->overruns() > 0) {
    for (const std::string& message : *logged_) std::printf("logged: %s\n", message.c_str());
  }
}

void ConformanceTest::destroy_host() {
  if (std::exchange(host_lives_, false)) host_->destroy_host();
}

void ConformanceTest::set_budget(const Budget& budget) {
  loop_->set_budget(budget);
  gate_->set_slice(budget.slice);
}

RunEnd ConformanceTest::run(Duration limit) {
  const WorkGuard guard = loop_ ? loop_->hold() : WorkGuard();
  return host_->run(limit);
}

bool ConformanceTest::run_until(const std::function<bool()>& done, Duration limit) {
  if (done()) return true;
  const auto gate = gate_;
  gate->enter(done, [this] { host_->quit(); });
  run(limit);
  gate->leave();
  return done();
}

bool ConformanceTest::differs(Difference difference) {
  const std::string reason = host_->declared(difference);
  if (!reason.empty()) std::printf("declared: %s\n", reason.c_str());
  return !reason.empty();
}

}  // namespace eddy::inline v0::conformance
