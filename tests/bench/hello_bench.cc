// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// bench_hello_HOST [--port=N] [--slice=MILLISECONDS] [--work=MICROSECONDS] [--timer]
//                  [--fairness=CONNECTIONS,REQUESTS]
//
// "Hello, world" in a host's loop. --slice: how long a turn may last. --work: each handler keeps
// the processor busy for so long.
// --timer: the host's own 5 ms timer runs beside it and its lateness is recorded. --fairness: of
// the requests for /c/ID, counts by ID the first REQUESTS that come after CONNECTIONS different
// ones have been seen. Prints its URL; at SIGUSR1, and at SIGTERM before it ends, one line of JSON:
// what it has counted since the last time.
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include <eddy/web/web.h>
#include <tests/bench/bench_host.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 0;
  std::chrono::milliseconds slice =
      std::chrono::duration_cast<std::chrono::milliseconds>(eddy::Budget().slice);
  std::chrono::microseconds work{};
  bool timer = false;
  std::size_t connections = 0;
  std::uint64_t requests = 0;
};

/// Reads the number behind `name` and goes on behind it; false if the argument is another one.
bool read_option(std::string_view& argument, std::string_view name, auto& value) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  const char* end = argument.data() + argument.size();
  const auto [stop, error] = std::from_chars(argument.data(), end, value);
  if (error != std::errc()) return false;
  argument.remove_prefix(static_cast<std::size_t>(stop - argument.data()));
  return true;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    std::int64_t time = 0;
    if (argument == "--timer") {
      options.timer = true;
      continue;
    }
    if (read_option(argument, "--work=", time)) {
      options.work = std::chrono::microseconds(time);
    } else if (read_option(argument, "--slice=", time)) {
      options.slice = std::chrono::milliseconds(time);
    } else if (read_option(argument, "--fairness=", options.connections)) {
      if (!read_option(argument, ",", options.requests)) return false;
    } else if (!read_option(argument, "--port=", options.port)) {
      return false;
    }
    if (!argument.empty()) return false;
  }
  return true;
}

/// How late the host's timer was called.
class Lateness {
 public:
  explicit Lateness(bench::BenchHost& host) : host_(host) {
    host_.fire = [this] {
      samples_.push_back(Clock::now() - due_);
      start();
    };
    start();
  }

  void print() {
    std::sort(samples_.begin(), samples_.end());
    const auto at = [this](double quantile) {
      if (samples_.empty()) return 0.0;
      const auto last = static_cast<double>(samples_.size() - 1);
      const Clock::duration value = samples_[static_cast<std::size_t>(last * quantile)];
      return std::chrono::duration<double, std::milli>(value).count();
    };
    std::printf(
        ", \"timer\": {\"count\": %zu, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}",
        samples_.size(), at(0.5), at(0.99), at(1));
    samples_.clear();
  }

 private:
  static constexpr std::chrono::milliseconds kPeriod{5};

  void start() {
    due_ = Clock::now() + kPeriod;
    host_.start_timer(kPeriod);
  }

  bench::BenchHost& host_;
  Clock::time_point due_;
  std::vector<Clock::duration> samples_;
};

/// Requests of each connection.
class Fairness {
 public:
  Fairness(std::size_t connections, std::uint64_t requests)
      : counts_(connections), last_(connections), seen_(connections), left_(requests) {}

  void count(std::size_t id) {
    if (id >= counts_.size() || left_ == 0) return;
    if (missing() > 0) {
      if (!seen_[id]) ++different_;
      seen_[id] = true;
      return;
    }
    --left_;
    ++counts_[id];
    ++now_;
    longest_wait_ = std::max(longest_wait_, now_ - last_[id]);
    last_[id] = now_;
  }

  void print() const {
    const auto [least, most] = std::minmax_element(counts_.begin(), counts_.end());
    std::printf(
        ", \"fairness\": {\"connections\": %zu, \"requests\": %llu, \"left\": %llu, \"least\": "
        "%llu, "
        "\"most\": %llu, \"longest_wait_rounds\": %.2f}",
        different_, number(now_), number(left_), number(*least), number(*most),
        static_cast<double>(longest_wait_) / static_cast<double>(counts_.size()));
  }

 private:
  static unsigned long long number(std::uint64_t value) { return value; }
  [[nodiscard]] std::size_t missing() const { return counts_.size() - different_; }

  std::vector<std::uint64_t> counts_;
  /// When each was served last, in requests since the counting began.
  std::vector<std::uint64_t> last_;
  std::vector<bool> seen_;
  std::size_t different_ = 0;
  std::uint64_t left_;
  std::uint64_t now_ = 0;
  std::uint64_t longest_wait_ = 0;
};

void keep_busy(std::chrono::microseconds work) {
  if (work == work.zero()) return;
  for (const auto end = Clock::now() + work; Clock::now() < end;) {
  }
}

/// What is printed at a signal. The Loop counts from its beginning, so the last figures are kept.
class Report {
 public:
  Report(eddy::Loop& loop, const std::uint64_t& requests) : loop_(loop), requests_(requests) {}

  void print(Lateness* lateness, const Fairness* fairness) {
    const eddy::LoopStats& now = loop_.stats();
    const auto since = [](std::uint64_t value, std::uint64_t before) {
      return static_cast<unsigned long long>(value - before);
    };
    std::printf(
        "{\"requests\": %llu, \"turns\": %llu, \"steps\": %llu, \"carried\": %llu, "
        "\"longest_step_us\": %.1f, \"longest_step\": \"%s\"",
        since(requests_, last_requests_), since(now.turns, last_.turns),
        since(now.steps, last_.steps), since(now.carried, last_.carried),
        std::chrono::duration<double, std::micro>(now.longest_step).count(),
        now.longest_step_label);
    if (lateness != nullptr) lateness->print();
    if (fairness != nullptr) fairness->print();
    std::puts("}");
    std::fflush(stdout);
    last_ = now;
    last_requests_ = requests_;
  }

 private:
  eddy::Loop& loop_;
  const std::uint64_t& requests_;
  eddy::LoopStats last_;
  std::uint64_t last_requests_ = 0;
};

int signal_descriptor() {
  sigset_t reports;
  sigemptyset(&reports);
  sigaddset(&reports, SIGTERM);
  sigaddset(&reports, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &reports, nullptr);
  return signalfd(-1, &reports, SFD_CLOEXEC | SFD_NONBLOCK);
}

int serve(int argc, char** argv, const Options& options) {
  const int signals = signal_descriptor();
  const auto host = bench::make_host(argc, argv);
  eddy::Loop& loop = host->loop();
  loop.set_budget({.slice = options.slice});
  std::uint64_t requests = 0;
  Fairness fairness(options.connections, options.requests);

  eddy::web::Application app;
  app.get("/", [&] {
    ++requests;
    keep_busy(options.work);
    return "Hello, world";
  });
  app.get("/c/{id}", [&](std::size_t id) {
    fairness.count(id);
    keep_busy(options.work);
    return "Hello, world";
  });
  const eddy::web::Server& server = app.listen(loop, options.port);
  std::printf("http://127.0.0.1:%d/\n", server.port());
  std::fflush(stdout);

  Report report(loop, requests);
  std::unique_ptr<Lateness> lateness;
  if (options.timer) lateness = std::make_unique<Lateness>(*host);
  const eddy::FdWatch watch = loop.watch(signals, eddy::Io::read, [&](eddy::Io) {
    signalfd_siginfo signal;
    if (read(signals, &signal, sizeof signal) != sizeof signal) return;
    report.print(lateness.get(), options.connections > 0 ? &fairness : nullptr);
    if (signal.ssi_signo == SIGTERM) host->quit();
  });
  host->run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: %s [--port=N] [--slice=MILLISECONDS] [--work=MICROSECONDS] [--timer] "
                 "[--fairness=CONNECTIONS,REQUESTS]\n",
                 argv[0]);
    return 2;
  }
  return serve(argc, argv, options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}
