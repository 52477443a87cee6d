// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

/// What the examples' main functions share: options, the URL, and the end.
namespace examples {

/// The value of `--name=VALUE`; nothing if it is not given.
std::string_view option(int argc, char** argv, std::string_view name);

/// The number of `--name=N`, up to `most`; `missing` if it is not given. `what` it should be is
/// said of anything else.
unsigned number_option(int argc, char** argv, std::string_view name, std::string_view what,
                       unsigned missing, unsigned most);

/// The number of `--port=N`, where 0 is any free port.
std::uint16_t port_option(int argc, char** argv, std::string_view name = "--port",
                          std::uint16_t port = 8888);

/// The number of `--name=SECONDS`, up to a day.
std::chrono::seconds seconds_option(int argc, char** argv, std::string_view name, unsigned seconds);

/// One line, at once: who started the program may be waiting for it.
void print_line(const std::string& text);

/// A descriptor that becomes readable on SIGINT and SIGTERM, for hosts that watch descriptors and
/// have no signals of their own. Make it before other threads are: they inherit the mask.
class TerminationSignals {
 public:
  TerminationSignals();
  TerminationSignals(const TerminationSignals&) = delete;
  TerminationSignals& operator=(const TerminationSignals&) = delete;
  ~TerminationSignals();
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace examples
