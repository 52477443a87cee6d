// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Protocol cases are documents: a heading names a case, one fenced block holds what is received,
/// another what is made of it. request_line.md explains the notation, status_line.md that of
/// responses.
namespace eddy_tests {

struct ProtocolCase {
  std::string file;
  std::string title;
  int line = 0;
  std::string input;
  /// Of the requests that the input answers; empty where the input is requests.
  std::vector<std::string> methods;
  std::string events;
};

/// Reads every case of a file; throws std::runtime_error naming file and line of what is malformed.
std::vector<ProtocolCase> read_protocol_cases(const std::string& path);

/// What one line of an input block stands for, without an end of line; throws std::runtime_error
/// for a malformed escape.
std::string unescaped(std::string_view line);

/// Control characters and bytes beyond ASCII as the notation writes them.
std::string escaped(std::string_view bytes);

}  // namespace eddy_tests
