// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What every measured program has, whatever serves in it: the options of its command line, work
/// for its handlers, the lateness of its host's timer, and the line of JSON that it prints when it
/// is asked.
namespace bench {

using Clock = std::chrono::steady_clock;

struct ProgramOptions {
  std::uint16_t port = 0;
  /// How long each handler keeps the processor busy.
  std::chrono::microseconds work{};
  /// The host's own 5 ms timer runs beside the server, and how late it is called is recorded.
  bool timer = false;
  /// What GET /file answers with.
  std::string file;
};

/// Reads the number behind `name` and goes on behind it; false if the argument is another one.
bool read_option(std::string_view& argument, std::string_view name, std::uint64_t& value);

/// Takes --port=N, --work=MICROSECONDS, --timer or --file=PATH; false if the argument is none of
/// them.
bool read_program_option(std::string_view argument, ProgramOptions& options);

/// The options of a program that has no others; ends it with its usage when there are.
ProgramOptions program_options(int argc, char** argv);

/// The contents of a file; empty without a name. Throws std::system_error.
std::string read_file(const std::string& path);

void keep_busy(std::chrono::microseconds work);

/// The date of now as a response has it, made anew once a second. Valid until the thread's next
/// call.
const char* http_date();

/// "http://127.0.0.1:PORT/" to standard output: it listens.
void print_url(int port, const char* scheme = "http");

/// SIGUSR1 and SIGTERM as a descriptor; they do nothing else from now on.
int signal_descriptor();
/// The signal that came by it, or 0.
int take_signal(int descriptor);

/// How late a host's timer is called.
class Lateness {
 public:
  static constexpr std::chrono::milliseconds kPeriod{5};

  explicit Lateness(std::chrono::milliseconds period = kPeriod) : period_(period) {}
  [[nodiscard]] std::chrono::milliseconds period() const { return period_; }

  /// The timer is set now, to be called a period later.
  void set() { due_ = Clock::now() + period_; }
  void called() { samples_.push_back(Clock::now() - due_); }
  /// `, "timer": {...}`, and forgets.
  void print();

 private:
  std::chrono::milliseconds period_;
  Clock::time_point due_;
  std::vector<Clock::duration> samples_;
};

/// What a peer has counted.
class PeerReport {
 public:
  explicit PeerReport(const ProgramOptions& options) : options_(options) {}

  /// In each handler.
  void handle() {
    ++requests_;
    keep_busy(options_.work);
  }
  /// When the descriptor of signals is readable: prints what has been counted since the last time;
  /// false if the program shall end.
  bool answer(int descriptor);

  Lateness lateness;

 private:
  const ProgramOptions& options_;
  std::uint64_t requests_ = 0;
};

}  // namespace bench
