// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

namespace eddy_tests {

/// A function of tornado_peer.py, its argument, and what Eddy makes of it.
struct TornadoCase {
  std::string function;
  std::string argument;
  std::string ours;
};

/// What a function gives for an argument.
std::string ask_tornado(const std::string& function, const std::string& argument = "");

/// Expects that Tornado's functions give the same, all in one Python.
void expect_as_tornado(const std::vector<TornadoCase>& cases);

}  // namespace eddy_tests
