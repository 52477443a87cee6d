// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// bench_websocket_HOST [--port=N] [--deflate | --takeover] [--timer=MILLISECONDS]
//                      [--ping=MILLISECONDS] [--probe]
//
// WebSockets in a host's loop that send back what comes: /echo by a class, /function by a function.
// --deflate: they compress, where the client offers it, by the defaults of DeflateOptions;
// --takeover: with context takeover. --timer: the host's own timer of that period runs beside
// them, and how late it is called is recorded. --ping: pings so often. --probe: measures turns.
// Prints its URL; at SIGUSR1, and at SIGTERM before it ends, one line of JSON: what it has counted
// since the last time.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>
#include <eddy/web/websocket/websocket_handler.h>
#include <eddy/web/websocket/websocket_route.h>
#include <tests/bench/bench_host.h>
#include <tests/bench/bench_program.h>
#include <tests/bench/host_timer.h>

namespace {

using eddy::web::WebSocket;
using eddy::web::WebSocketOptions;

struct Options {
  std::uint16_t port = 0;
  std::optional<std::chrono::milliseconds> timer;
  bool probe = false;
  WebSocketOptions websocket;
};

bool parse(int argc, char** argv, Options& options) {
  bench::ProgramOptions program;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    std::uint64_t time = 0;
    if (argument == "--deflate") {
      options.websocket.deflate.emplace();
    } else if (argument == "--takeover") {
      options.websocket.deflate.emplace().context_takeover = true;
    } else if (argument == "--probe") {
      options.probe = true;
    } else if (bench::read_option(argument, "--timer=", time) && argument.empty()) {
      options.timer = std::chrono::milliseconds(time);
    } else if (bench::read_option(argument, "--ping=", time) && argument.empty()) {
      options.websocket.ping_interval = std::chrono::milliseconds(time);
    } else if (argument.starts_with("--port=") && bench::read_program_option(argument, program)) {
      options.port = program.port;
    } else {
      return false;
    }
  }
  return true;
}

/// A length of time on the clock, and of the thread's processor time, which nobody else has a part
/// in.
struct Length {
  std::chrono::nanoseconds clock{};
  std::chrono::nanoseconds processor{};

  static Length now() {
    timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return {bench::Clock::now().time_since_epoch(),
            std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec)};
  }
  [[nodiscard]] Length since(const Length& before) const {
    return {clock - before.clock, processor - before.processor};
  }
  void raise_to(const Length& other) {
    clock = std::max(clock, other.clock);
    processor = std::max(processor, other.processor);
  }
};

/// How long the longest turn and the longest step were.
class Longest final : public eddy::TurnProbe {
 public:
  void turn_begins() noexcept override { turn_began_ = step_began_ = Length::now(); }
  void step_ended(const char* label) noexcept override {
    const Length now = Length::now();
    const Length step = now.since(step_began_);
    if (step.clock > step_.clock) label_ = label;
    step_.raise_to(step);
    step_began_ = now;
  }
  void turn_ended() noexcept override { turn_.raise_to(Length::now().since(turn_began_)); }

  /// And forgets.
  void print() {
    const auto ms = [](std::chrono::nanoseconds time) {
      return std::chrono::duration<double, std::milli>(time).count();
    };
    std::printf(
        ", \"longest_turn_ms\": %.4f, \"longest_turn_cpu_ms\": %.4f, \"longest_step_ms\": %.4f, "
        "\"longest_step_cpu_ms\": %.4f, \"longest_step\": \"%s\"",
        ms(turn_.clock), ms(turn_.processor), ms(step_.clock), ms(step_.processor), label_);
    turn_ = step_ = {};
    label_ = "";
  }

 private:
  Length turn_began_;
  Length step_began_;
  Length turn_;
  Length step_;
  const char* label_ = "";
};

/// What the WebSockets share.
struct Shared {
  const Options& options;
  std::uint64_t messages = 0;
};

struct Echo : eddy::web::WebSocketHandler {
  void initialize(Shared* shared) { shared_ = shared; }
  WebSocketOptions websocket_options() override { return shared_->options.websocket; }
  void on_message(std::string_view text) {
    ++shared_->messages;
    write_message(text);
  }
  void on_binary(std::span<const std::byte> bytes) {
    ++shared_->messages;
    write_message(bytes);
  }

  Shared* shared_ = nullptr;
};

void print(eddy::Loop& loop, Shared& shared, eddy::LoopStats& last, bench::HostTimer* timer,
           Longest* longest) {
  const eddy::LoopStats now = loop.stats();
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf("{\"requests\": %llu, \"turns\": %llu, \"steps\": %llu, \"timers\": %llu",
              number(shared.messages), number(now.turns - last.turns),
              number(now.steps - last.steps), number(now.timers - last.timers));
  if (timer != nullptr) timer->print();
  if (longest != nullptr) longest->print();
  std::puts("}");
  std::fflush(stdout);
  last = now;
  shared.messages = 0;
}

int serve(int argc, char** argv, const Options& options) {
  const int signals = bench::signal_descriptor();
  const auto host = bench::make_host(argc, argv);
  eddy::Loop& loop = host->loop();
  Shared shared{options};
  eddy::web::Application app(eddy::web::Settings{.check_host = false},
                             {eddy::web::route_path<Echo>("/echo", {}, &shared),
                              eddy::web::websocket_route(
                                  "/function",
                                  [&shared](WebSocket& socket) -> eddy::Task<void> {
                                    while (auto message = co_await socket.receive()) {
                                      ++shared.messages;
                                      co_await socket.send(*message);
                                    }
                                  },
                                  {}, options.websocket)});
  const eddy::web::Server& server = app.listen(loop, options.port);
  bench::print_url(server.port());

  std::unique_ptr<bench::HostTimer> timer;
  if (options.timer) timer = std::make_unique<bench::HostTimer>(*host, *options.timer);
  Longest longest;
  if (options.probe) loop.set_turn_probe(&longest);
  eddy::LoopStats last;
  const eddy::FdWatch watch = loop.watch(signals, eddy::Io::read, [&](eddy::Io) {
    const int signal = bench::take_signal(signals);
    if (signal == 0) return;
    print(loop, shared, last, timer.get(), options.probe ? &longest : nullptr);
    if (signal == SIGTERM) host->quit();
  });
  host->run();
  loop.set_turn_probe(nullptr);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: %s [--port=N] [--deflate | --takeover] [--timer=MILLISECONDS] "
                 "[--ping=MILLISECONDS] [--probe]\n",
                 argv[0]);
    return 2;
  }
  return serve(argc, argv, options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}
