// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tests/web/escape/tornado_peer.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <eddy/core/base/hex.h>

namespace eddy_tests {
namespace {

// What the peer says to these lines.
std::vector<std::string> answers(const std::string& questions) {
  std::string path = testing::TempDir() + "eddy_tornado_XXXXXX";
  const int fd = ::mkstemp(path.data());
  EXPECT_GE(fd, 0) << path;
  std::ofstream(path) << questions;
  FILE* pipe = ::popen((EDDY_TORNADO_PYTHON " " EDDY_TORNADO_PEER " <" + path).c_str(), "r");
  std::string text;
  char buffer[65536];
  for (std::size_t size; (size = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    text.append(buffer, size);
  }
  EXPECT_EQ(::pclose(pipe), 0) << "tornado_peer.py failed";
  ::close(fd);
  ::unlink(path.c_str());
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end == std::string::npos ? end : end + 1;
  }
  return lines;
}

}  // namespace

std::string ask_tornado(const std::string& function, const std::string& argument) {
  const std::vector<std::string> lines =
      answers(function + " " + eddy::hex_encode(argument) + "\n");
  return lines.empty() ? "" : eddy::hex_decode(lines.front()).value();
}

void expect_as_tornado(const std::vector<TornadoCase>& cases) {
  std::string questions;
  for (const TornadoCase& one : cases) {
    questions += one.function + " " + eddy::hex_encode(one.argument) + "\n";
  }
  const std::vector<std::string> theirs = answers(questions);
  ASSERT_EQ(theirs.size(), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(eddy::hex_encode(cases[i].ours), theirs[i])
        << cases[i].function << " of " << testing::PrintToString(cases[i].argument) << "\ngives "
        << testing::PrintToString(cases[i].ours);
  }
}

}  // namespace eddy_tests
