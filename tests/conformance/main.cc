// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes a test of every rule in every host that the program has registered.
#include <gtest/gtest.h>

#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/host_fixture.h>
#include <eddy/conformance/support/held_connections.h>
#include <eddy/conformance/support/overruns.h>
#include <eddy/conformance/support/process_state.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace eddy::inline v0::conformance {

namespace {

struct Host {
  std::string name;
  HostRegistration::Make make;
};

// In functions, because other files' static objects add to them.
std::vector<Host>& hosts() {
  static std::vector<Host> all;
  return all;
}

std::vector<Rule>& rules() {
  static std::vector<Rule> all;
  return all;
}

void register_tests() {
  for (const Host& host : hosts()) {
    for (const Rule& rule : rules()) {
      const std::string suite = host.name + "/" + rule.suite;
      ::testing::RegisterTest(suite.c_str(), rule.name, nullptr, nullptr, rule.file, rule.line,
                              [&host, &rule]() -> ConformanceTest* {
                                ConformanceTest* test = rule.make();
                                test->bind(host.make, rule.sentence);
                                return test;
                              });
    }
  }
}

}  // namespace

HostRegistration::HostRegistration(std::string name, Make make) {
  hosts().push_back({std::move(name), std::move(make)});
}

RuleRegistration::RuleRegistration(const Rule& rule) { rules().push_back(rule); }

void link_rules_budget();
void link_rules_connecting();
void link_rules_descriptors();
void link_rules_destruction();
void link_rules_exceptions();
void link_rules_forking();
void link_rules_gates();
void link_rules_http();
void link_rules_idle();
void link_rules_left_as_found();
void link_rules_lifetime();
void link_rules_nesting();
void link_rules_posts();
void link_rules_running();
void link_rules_signals();
void link_rules_threads();
void link_rules_timers();

namespace {

/// The linker takes from a static library only what somebody asks for.
void link_rules() {
  link_rules_budget();
  link_rules_connecting();
  link_rules_descriptors();
  link_rules_destruction();
  link_rules_exceptions();
  link_rules_forking();
  link_rules_gates();
  link_rules_http();
  link_rules_idle();
  link_rules_left_as_found();
  link_rules_lifetime();
  link_rules_nesting();
  link_rules_posts();
  link_rules_running();
  link_rules_signals();
  link_rules_threads();
  link_rules_timers();
}

}  // namespace
}  // namespace eddy::inline v0::conformance

int main(int argc, char** argv) {
  if (const auto status = eddy::conformance::hold_connections(argc, argv)) return *status;
  eddy::conformance::know_runtime_threads();
  eddy::conformance::link_rules();
  ::testing::InitGoogleTest(&argc, argv);
  if (eddy::conformance::hosts().empty()) {
    std::fprintf(stderr, "no host: name one with EDDY_CONFORMANCE_HOST\n");
    return 2;
  }
  eddy::conformance::register_tests();
  const int result = RUN_ALL_TESTS();
  return eddy::conformance::confirm_overruns(argv[0], result);
}
