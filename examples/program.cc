// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <examples/program.h>

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

namespace examples {

std::string_view option(int argc, char** argv, std::string_view name) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg.size() > name.size() && arg.substr(0, name.size()) == name && arg[name.size()] == '=') {
      return arg.substr(name.size() + 1);
    }
  }
  return {};
}

unsigned number_option(int argc, char** argv, std::string_view name, std::string_view what,
                       unsigned missing, unsigned most) {
  const std::string_view text = option(argc, argv, name);
  if (text.empty()) return missing;
  unsigned number = 0;
  for (const char c : text) {
    number = number * 10 + static_cast<unsigned>(c - '0');
    if (c < '0' || c > '9' || number > most) {
      throw std::invalid_argument(
          std::string(name).append(": '").append(text).append("' is not ").append(what));
    }
  }
  return number;
}

std::uint16_t port_option(int argc, char** argv, std::string_view name, std::uint16_t port) {
  return static_cast<std::uint16_t>(number_option(argc, argv, name, "a port", port, 65535));
}

std::chrono::seconds seconds_option(int argc, char** argv, std::string_view name,
                                    unsigned seconds) {
  return std::chrono::seconds(
      number_option(argc, argv, name, "a number of seconds up to 86400", seconds, 86'400));
}

void print_line(const std::string& text) {
  std::puts(text.c_str());
  std::fflush(stdout);
}

TerminationSignals::TerminationSignals() {
  sigset_t signals_set;
  sigemptyset(&signals_set);
  sigaddset(&signals_set, SIGINT);
  sigaddset(&signals_set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_set, nullptr);
  fd_ = signalfd(-1, &signals_set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
}

TerminationSignals::~TerminationSignals() { close(fd_); }

}  // namespace examples
