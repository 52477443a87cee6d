// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the templates of parity/ are given and may call, here and in tornado_test.py.
namespace eddy_tests {

struct Row {
  std::string name;
  int count = 0;
  std::vector<std::string> tags;
};

}  // namespace eddy_tests

// The templates are in a namespace of this name.
namespace parity {

inline std::string text(std::string_view of) { return std::string(of); }

inline std::string upper(std::string_view of) {
  std::string result(of);
  for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

inline std::string fail() { throw std::runtime_error("on purpose"); }

inline std::pair<int, std::string> pair() { return {7, "seven"}; }

inline std::vector<std::pair<std::string, int>> pairs() { return {{"one", 1}, {"two", 2}}; }

inline std::vector<eddy_tests::Row> none() { return {}; }

}  // namespace parity
