// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/hex.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// A program that a test in another language drives: it reads a command a line and answers each by
/// one line, until its input ends. line_commands.py is the other side.
namespace eddy_tests {

/// The fields of a command behind its name, any bytes; at() throws for one that is not there.
using CommandFields = std::vector<std::string>;

/// Answers `NAME HEX HEX...`, where an empty field is ".", by what `run` makes of it: bytes as
/// "=HEX", nothing as "none", and what it throws as "error HEX" of its text.
inline int answer_line_commands(const std::function<std::optional<std::string>(
                                    std::string_view name, const CommandFields& fields)>& run) {
  std::string line;
  while (std::getline(std::cin, line)) {
    CommandFields words;
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find(' ', begin), line.size());
      words.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
    try {
      const std::string name = words.front();
      words.erase(words.begin());
      for (std::string& word : words) {
        const auto bytes = eddy::hex_decode(word == "." ? "" : word);
        if (!bytes) throw std::runtime_error("'" + word + "' is no field of a command");
        word = *bytes;
      }
      const auto result = run(name, words);
      std::cout << (result ? "=" + eddy::hex_encode(*result) : "none") << std::endl;
    } catch (const std::exception& error) {
      std::cout << "error " << eddy::hex_encode(std::string_view(error.what())) << std::endl;
    }
  }
  return 0;
}

}  // namespace eddy_tests
