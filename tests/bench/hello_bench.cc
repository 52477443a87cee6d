// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// bench_hello_HOST [--port=N] [--work=MICROSECONDS] [--timer] [--file=PATH] [--slice=MILLISECONDS]
//                  [--fairness=CONNECTIONS,REQUESTS] [--tls=CERTIFICATE,KEY]
//
// "Hello, world" in a host's loop: GET / and POST / answer so, the latter after its body; GET /file
// with the contents of --file; GET /wait waits.
// --slice: how long a turn may last. --work: each handler keeps the processor busy for so long.
// --timer: the host's own 5 ms timer runs beside it and its lateness is recorded. --fairness: of
// the requests for /c/ID, counts by ID the first REQUESTS that come after CONNECTIONS different
// ones have been seen. --tls: https, where Eddy is built with it. Prints its URL; at SIGUSR1, and
// at SIGTERM before it ends, one line of JSON: what it has counted since the last time, and how
// many handlers wait.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>
#include <tests/bench/bench_host.h>
#include <tests/bench/bench_program.h>
#include <tests/bench/host_timer.h>

#ifdef EDDY_BENCH_TLS
#  include <eddy/tls/tls.h>
#endif

namespace {

#ifdef EDDY_BENCH_TLS
constexpr const char* kTlsUsage = " [--tls=CERTIFICATE,KEY]";
#else
constexpr const char* kTlsUsage = "";
#endif

struct Options : bench::ProgramOptions {
  std::chrono::milliseconds slice =
      std::chrono::duration_cast<std::chrono::milliseconds>(eddy::Budget().slice);
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;
  /// PEM files; empty for plain HTTP.
  std::string certificate;
  std::string key;
};

bool read_tls_option([[maybe_unused]] std::string_view argument,
                     [[maybe_unused]] Options& options) {
#ifdef EDDY_BENCH_TLS
  constexpr std::string_view kTls = "--tls=";
  const std::size_t comma = argument.find(',');
  if (!argument.starts_with(kTls) || comma == argument.npos) return false;
  options.certificate = argument.substr(kTls.size(), comma - kTls.size());
  options.key = argument.substr(comma + 1);
  return true;
#else
  return false;
#endif
}

eddy::web::ServerOptions server_options([[maybe_unused]] const Options& options) {
#ifdef EDDY_BENCH_TLS
  if (!options.certificate.empty()) {
    return {.layers = {std::make_shared<eddy::tls::ServerContext>(eddy::tls::ServerContextOptions{
                .certificates = {{.file = options.certificate, .key_file = options.key}}})}};
  }
#endif
  return {};
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    std::uint64_t time = 0;
    if (bench::read_program_option(argument, options) || read_tls_option(argument, options)) {
      continue;
    }
    if (bench::read_option(argument, "--slice=", time)) {
      options.slice = std::chrono::milliseconds(time);
    } else if (!bench::read_option(argument, "--fairness=", options.connections) ||
               !bench::read_option(argument, ",", options.requests)) {
      return false;
    }
    if (!argument.empty()) return false;
  }
  return true;
}

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

/// What is printed at a signal. The Loop counts from its beginning, so the last figures are kept.
class Report {
 public:
  explicit Report(eddy::Loop& loop) : loop_(loop) {}

  std::uint64_t requests = 0;
  std::uint64_t waiting = 0;

  void print(bench::HostTimer* timer, const Fairness* fairness) {
    const eddy::LoopStats& now = loop_.stats();
    const auto since = [](std::uint64_t value, std::uint64_t before) {
      return static_cast<unsigned long long>(value - before);
    };
    std::printf(
        "{\"requests\": %llu, \"waiting\": %llu, \"turns\": %llu, \"steps\": %llu, "
        "\"carried\": %llu, \"longest_step_us\": %.1f, \"longest_step\": \"%s\"",
        since(requests, last_requests_), since(waiting, 0), since(now.turns, last_.turns),
        since(now.steps, last_.steps), since(now.carried, last_.carried),
        std::chrono::duration<double, std::micro>(now.longest_step).count(),
        now.longest_step_label);
    if (timer != nullptr) timer->print();
    if (fairness != nullptr) fairness->print();
    std::puts("}");
    std::fflush(stdout);
    last_ = now;
    last_requests_ = requests;
  }

 private:
  eddy::Loop& loop_;
  eddy::LoopStats last_;
  std::uint64_t last_requests_ = 0;
};

void add_routes(eddy::web::Application& app, const Options& options, Report& report,
                Fairness& fairness) {
  const auto hello = [&] {
    ++report.requests;
    bench::keep_busy(options.work);
    return "Hello, world";
  };
  app.get("/", hello);
  app.post("/", hello);
  app.get("/c/{id}", [&](std::size_t id) {
    fairness.count(id);
    bench::keep_busy(options.work);
    return "Hello, world";
  });
  app.get("/file", [&] {
    ++report.requests;
    auto response = eddy::web::Response::from_file(eddy::web::File::open(options.file));
    response.headers.set("Content-Type", "application/octet-stream");
    return response;
  });
  app.get("/wait", [&]() -> eddy::Task<std::string> {
    ++report.waiting;
    co_await eddy::sleep(std::chrono::hours(1));
    co_return "Hello, world";
  });
}

int serve(int argc, char** argv, const Options& options) {
  const int signals = bench::signal_descriptor();
  const auto host = bench::make_host(argc, argv);
  eddy::Loop& loop = host->loop();
  loop.set_budget({.slice = options.slice});
  Report report(loop);
  Fairness fairness(options.connections, options.requests);

  // What generators of load call it is up to them.
  eddy::web::Application app(eddy::web::Settings{.check_host = false});
  add_routes(app, options, report, fairness);
  const eddy::web::Server& server = app.listen(loop, options.port, server_options(options));
  bench::print_url(server.port(), options.certificate.empty() ? "http" : "https");

  std::unique_ptr<bench::HostTimer> timer;
  if (options.timer) timer = std::make_unique<bench::HostTimer>(*host);
  const eddy::FdWatch watch = loop.watch(signals, eddy::Io::read, [&](eddy::Io) {
    const int signal = bench::take_signal(signals);
    if (signal == 0) return;
    report.print(timer.get(), options.connections > 0 ? &fairness : nullptr);
    if (signal == SIGTERM) host->quit();
  });
  host->run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: %s [--port=N] [--work=MICROSECONDS] [--timer] [--file=PATH] "
                 "[--slice=MILLISECONDS] [--fairness=CONNECTIONS,REQUESTS]%s\n",
                 argv[0], kTlsUsage);
    return 2;
  }
  return serve(argc, argv, options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}
