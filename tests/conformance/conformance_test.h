// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <eddy/conformance/host_fixture.h>
#include <eddy/conformance/support/line_client.h>
#include <eddy/conformance/support/process_state.h>
#include <eddy/conformance/support/turn_gate.h>
#include <eddy/core/loop/loop.h>

namespace eddy::inline v0::conformance {

/// One rule, in one host. Its body runs on the host's thread, with one Loop made and watched.
class ConformanceTest : public ::testing::Test {
 public:
  /// Before the test runs: which host, and the rule as a sentence.
  void bind(const HostRegistration::Make& make, const char* rule) {
    make_ = make;
    rule_ = rule;
  }

 protected:
  static constexpr Duration kPatience = std::chrono::seconds(30);

  virtual void body() = 0;
  /// What the host's thread is disturbed by all the time: a signal handler without SA_RESTART.
  [[nodiscard]] virtual bool interrupted() const { return true; }

  [[nodiscard]] HostFixture& host() { return *host_; }
  [[nodiscard]] bool has_loop() const { return loop_ != nullptr; }
  [[nodiscard]] Loop& loop() { return *loop_; }
  [[nodiscard]] TurnGate& gate() { return *gate_; }
  /// A Loop of its own, with nobody looking.
  [[nodiscard]] std::unique_ptr<Loop> make_loop() { return host_->make_loop({}); }
  /// Destroys the Loop of the test, in a callback of its own too.
  void destroy_loop() { loop_.reset(); }
  /// Ends the host before what is attached to it.
  void destroy_host();
  void set_budget(const Budget& budget);

  /// Runs the host, and holds the Loop meanwhile, so that a host that counts work does not end.
  RunEnd run(Duration limit);
  void quit() { host_->quit(); }
  /// As run, until `done`, which is asked after every turn of the Loop: what becomes true elsewhere
  /// must post something. In a callback it runs the host nested. False when the time is up.
  bool run_until(const std::function<bool()>& done, Duration limit = kPatience);
  void run_for(Duration time) { run(time); }

  /// Whether the host has declared this difference; says so in the test's output.
  bool differs(Difference difference);
  /// Messages that the Loop has logged.
  [[nodiscard]] const std::vector<std::string>& logged() const { return *logged_; }

 private:
  void TestBody() final;
  void in_host();

  HostRegistration::Make make_;
  const char* rule_ = "";
  std::unique_ptr<HostFixture> host_;
  bool host_lives_ = false;
  std::shared_ptr<TurnGate> gate_;
  std::shared_ptr<std::vector<std::string>> logged_;
  std::unique_ptr<Loop> loop_;
};

/// A rule as a class, for the table that main() reads.
struct Rule {
  const char* suite;
  const char* name;
  const char* sentence;
  const char* file;
  int line;
  ConformanceTest* (*make)();
};

/// Adds a rule to the table.
class RuleRegistration {
 public:
  explicit RuleRegistration(const Rule& rule);
};

/// A test: the rule as a sentence, and a body that has all of ConformanceTest.
#define EDDY_RULE(suite, name, sentence) EDDY_RULE_IN(ConformanceTest, suite, name, sentence)
/// The same with a base class of one's own.
// NOLINTBEGIN(bugprone-macro-parentheses): a base class can't stand in parentheses
#define EDDY_RULE_IN(Base, suite, name, sentence)                 \
  class suite##_##name final : public Base {                      \
    void body() override;                                         \
  };                                                              \
  static const RuleRegistration eddy_rule_##suite##_##name(       \
      {#suite, #name, sentence, __FILE__, __LINE__,               \
       []() -> ConformanceTest* { return new suite##_##name; }}); \
  void suite##_##name::body()
// NOLINTEND(bugprone-macro-parentheses)

/// In each file of rules, once: pulls the file out of the static library. main() calls them all.
#define EDDY_RULES_FILE(name) \
  void link_rules_##name() {}

}  // namespace eddy::inline v0::conformance
