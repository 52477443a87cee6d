// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <system_error>

#include <tests/bench/bench_program.h>

namespace bench {

bool read_option(std::string_view& argument, std::string_view name, std::uint64_t& value) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  const char* end = argument.data() + argument.size();
  const auto [stop, error] = std::from_chars(argument.data(), end, value);
  if (error != std::errc()) return false;
  argument.remove_prefix(static_cast<std::size_t>(stop - argument.data()));
  return true;
}

bool read_program_option(std::string_view argument, ProgramOptions& options) {
  constexpr std::string_view kFile = "--file=";
  std::uint64_t number = 0;
  if (argument == "--timer") {
    options.timer = true;
    return true;
  }
  if (argument.starts_with(kFile)) {
    options.file = argument.substr(kFile.size());
    return true;
  }
  if (read_option(argument, "--work=", number)) {
    options.work = std::chrono::microseconds(number);
  } else if (read_option(argument, "--port=", number) && number <= 0xffff) {
    options.port = static_cast<std::uint16_t>(number);
  } else {
    return false;
  }
  return argument.empty();
}

ProgramOptions program_options(int argc, char** argv) {
  ProgramOptions options;
  for (int i = 1; i < argc; ++i) {
    if (read_program_option(argv[i], options)) continue;
    std::fprintf(stderr, "usage: %s [--port=N] [--work=MICROSECONDS] [--timer] [--file=PATH]\n",
                 argv[0]);
    std::_Exit(2);
  }
  return options;
}

std::string read_file(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::system_error(errno, std::generic_category(), path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void keep_busy(std::chrono::microseconds work) {
  if (work == work.zero()) return;
  for (const auto end = Clock::now() + work; Clock::now() < end;) {
  }
}

const char* http_date() {
  thread_local std::time_t made = 0;
  thread_local char date[30];
  timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != made) {
    made = now.tv_sec;
    std::tm parts;
    gmtime_r(&made, &parts);
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  }
  return date;
}

void print_url(int port, const char* scheme) {
  std::printf("%s://127.0.0.1:%d/\n", scheme, port);
  std::fflush(stdout);
}

int signal_descriptor() {
  sigset_t reports;
  sigemptyset(&reports);
  sigaddset(&reports, SIGTERM);
  sigaddset(&reports, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &reports, nullptr);
  return signalfd(-1, &reports, SFD_CLOEXEC | SFD_NONBLOCK);
}

int take_signal(int descriptor) {
  signalfd_siginfo signal;
  const bool whole = read(descriptor, &signal, sizeof signal) == sizeof signal;
  return whole ? static_cast<int>(signal.ssi_signo) : 0;
}

void Lateness::print() {
  std::sort(samples_.begin(), samples_.end());
  const auto at = [this](double quantile) {
    if (samples_.empty()) return 0.0;
    const auto last = static_cast<double>(samples_.size() - 1);
    const Clock::duration value = samples_[static_cast<std::size_t>(last * quantile)];
    return std::chrono::duration<double, std::milli>(value).count();
  };
  std::printf(", \"timer\": {\"count\": %zu, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}",
              samples_.size(), at(0.5), at(0.99), at(1));
  samples_.clear();
}

bool PeerReport::answer(int descriptor) {
  const int signal = take_signal(descriptor);
  if (signal == 0) return true;
  std::printf("{\"requests\": %llu", static_cast<unsigned long long>(requests_));
  if (options_.timer) lateness.print();
  std::puts("}");
  std::fflush(stdout);
  requests_ = 0;
  return signal != SIGTERM;
}

}  // namespace bench
