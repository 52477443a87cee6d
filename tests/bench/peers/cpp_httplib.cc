// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// cpp-httplib, which serves each connection by a thread for as long as it stays open.
#include <signal.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <thread>

#include <httplib.h>

#include <tests/bench/bench_program.h>

namespace {

/// More than the most connections of a load; the next one would wait for another to be closed.
constexpr std::size_t kThreads = 600;

class Program {
 public:
  explicit Program(const bench::ProgramOptions& options)
      : options_(options), file_(bench::read_file(options.file)) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_keep_alive_max_count(std::numeric_limits<std::size_t>::max());
    server_.set_keep_alive_timeout(3600);
    server_.set_tcp_nodelay(true);
    const auto hello = [this](const httplib::Request&, httplib::Response& response) {
      handle();
      response.set_header("Date", bench::http_date());
      response.set_content("Hello, world", 12, "text/plain; charset=UTF-8");
    };
    server_.Get("/", hello);
    server_.Post("/", hello);
    server_.Get("/file", [this](const httplib::Request&, httplib::Response& response) {
      handle();
      response.set_content(file_.data(), file_.size(), "application/octet-stream");
    });
  }

  /// The port, or -1.
  int listen() {
    if (options_.port == 0) return server_.bind_to_any_port("127.0.0.1");
    return server_.bind_to_port("127.0.0.1", options_.port) ? options_.port : -1;
  }

  /// Serves in threads until SIGTERM.
  void run(const sigset_t& signals) {
    std::thread serving([this] { server_.listen_after_bind(); });
    for (int signal = SIGUSR1; signal != SIGTERM;) {
      if (sigwait(&signals, &signal) != 0) break;
      std::printf("{\"requests\": %llu}\n", static_cast<unsigned long long>(requests_.exchange(0)));
      std::fflush(stdout);
    }
    server_.stop();
    serving.detach();  // its connections would have to be waited for
  }

 private:
  void handle() {
    requests_.fetch_add(1, std::memory_order_relaxed);
    bench::keep_busy(options_.work);
  }

  const bench::ProgramOptions& options_;
  std::string file_;
  httplib::Server server_;
  std::atomic<std::uint64_t> requests_{0};
};

}  // namespace

int main(int argc, char** argv) try {
  const bench::ProgramOptions options = bench::program_options(argc, argv);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Program program(options);
  const int port = program.listen();
  if (port < 0) {
    std::fprintf(stderr, "%s: cannot listen on port %d\n", argv[0], options.port);
    return 1;
  }
  bench::print_url(port);
  program.run(signals);
  std::_Exit(0);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}
