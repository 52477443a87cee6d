// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// websocket_load --port=N [--path=/echo] [--connections=64] [--size=125] [--deflate | --takeover]
//                [--binary] [--broadcast] [--seconds=1]
//
// The load of all WebSocket servers: one thread on epoll, with frames of its own. It opens the
// connections, sends one message on each, which has to come back, prints a line of JSON and waits
// for lines on its standard input; until that ends, pings are answered.
//   go       each connection sends a message, waits for its echo and sends the next one, for
//            --seconds; what comes back must be what was sent. With --broadcast the first one sends
//            the text "publish", and when each has got a message of --size bytes it does so again.
//            Prints how many messages came, how long it took, its own processor time, and how long
//            a message took. Not with --takeover, and with --deflate only for --broadcast.
//   report   prints how many pings have come since it was asked last, and how many connections are
//            closed.
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <tests/bench/bench_program.h>
#include <tests/bench/websocket_client.h>
#include <tests/bench/websocket_frames.h>
#include <tests/bench/websocket_text.h>

namespace {

using bench::ClientSocket;
using bench::Clock;
using bench::Deflate;
using bench::fail;

struct Options {
  std::uint64_t port = 0;
  std::uint64_t connections = 64;
  std::uint64_t size = 125;
  std::uint64_t seconds = 1;
  std::string path = "/echo";
  Deflate deflate = Deflate::none;
  bool binary = false;
  bool broadcast = false;
};

bool parse(int argc, char** argv, Options& options) {
  constexpr std::string_view kPath = "--path=";
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (argument == "--deflate") {
      options.deflate = Deflate::per_message;
    } else if (argument == "--takeover") {
      options.deflate = Deflate::takeover;
    } else if (argument == "--binary") {
      options.binary = true;
    } else if (argument == "--broadcast") {
      options.broadcast = true;
    } else if (argument.starts_with(kPath)) {
      options.path = argument.substr(kPath.size());
    } else if (!bench::read_option(argument, "--port=", options.port) &&
               !bench::read_option(argument, "--connections=", options.connections) &&
               !bench::read_option(argument, "--size=", options.size) &&
               !bench::read_option(argument, "--seconds=", options.seconds)) {
      return false;
    } else if (!argument.empty()) {
      return false;
    }
  }
  return options.port != 0 && options.connections != 0 && options.size >= 8;
}

double processor_seconds() {
  timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

void raise_descriptors() {
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)), sockets_(options.connections) {
    watch(STDIN_FILENO, kCommands);
    open_all();
    std::printf("{\"open\": %zu}\n", sockets_.size());
    std::fflush(stdout);
  }

  /// Until its standard input has ended.
  void run() {
    while (!over_) wait(-1);
  }

 private:
  static constexpr std::uint64_t kCommands = ~std::uint64_t{0};
  // A server that looks through all its descriptors does so once for these; libsoup lets no more
  // than 10 wait.
  static constexpr std::size_t kAtOnce = 8;

  void watch(int fd, std::uint64_t key) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = key;
    // A standard input that is a file is always ready and can't be watched.
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }

  void open_all() {
    const int port = static_cast<int>(options_.port);
    const std::string text = bench::text_of(options_.size);
    const std::uint8_t opcode = options_.binary ? bench::kBinary : bench::kText;
    for (std::size_t first = 0; first < sockets_.size(); first += kAtOnce) {
      const std::size_t end = std::min(first + kAtOnce, sockets_.size());
      for (std::size_t i = first; i < end; ++i) {
        sockets_[i].connect(port, i);
        sockets_[i].send_handshake(options_.path, port, options_.deflate);
      }
      for (std::size_t i = first; i < end; ++i) {
        sockets_[i].read_handshake(options_.deflate);
        watch(sockets_[i].fd(), i);
        if (options_.broadcast) continue;
        sockets_[i].set_message(text, opcode, options_.deflate != Deflate::none);
        sockets_[i].send_message(0);
      }
      if (!options_.broadcast) wait_for(end);
    }
    if (options_.broadcast) sockets_.front().set_message("publish", bench::kText, false);
    echoed_ = 0;
  }

  void wait_for(std::uint64_t messages) {
    const auto deadline = Clock::now() + std::chrono::seconds(30);
    while (echoed_ < messages) {
      wait(1000);
      if (Clock::now() > deadline) fail("a message did not come back within 30 s");
    }
  }

  void wait(int milliseconds) {
    epoll_event events[256];
    const int ready = epoll_wait(epoll_, events, 256, milliseconds);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; ++i) {
      const std::uint64_t key = events[i].data.u64;
      key == kCommands ? take_commands() : serve(key);
    }
  }

  void take_commands() {
    char piece[256];
    const ssize_t size = read(STDIN_FILENO, piece, sizeof piece);
    if (size <= 0) {
      over_ = true;
      return;
    }
    commands_.append(piece, static_cast<std::size_t>(size));
    for (std::size_t end; (end = commands_.find('\n')) != commands_.npos;) {
      const std::string command = commands_.substr(0, end);
      commands_.erase(0, end + 1);
      if (command == "go") {
        go();
      } else if (command == "report") {
        report();
      } else {
        fail("what is " + command + "?");
      }
    }
  }

  void serve(std::size_t index) {
    ClientSocket& socket = sockets_[index];
    const bool open = socket.receive([&](std::string_view payload, bool compressed) {
      if (options_.broadcast) return take_broadcast(payload, compressed);
      const bool same =
          compressed ? bench::inflated(payload) == socket.message() : payload == socket.message();
      if (!same) fail("what came back is not what was sent");
      ++echoed_;
      if (running_) send_next(socket, Clock::now());
    });
    if (open) return;
    if (running_ || echoed_ < sockets_.size()) {
      fail("the server has closed connection " + std::to_string(index));
    }
    ++closed_;
    epoll_ctl(epoll_, EPOLL_CTL_DEL, socket.fd(), nullptr);
  }

  void send_next(ClientSocket& socket, Clock::time_point now) {
    times_.push_back(now - socket.sent_at);
    socket.sent_at = now;
    socket.send_message(++number_ | 1U << 31U);
  }

  void take_broadcast(std::string_view payload, bool compressed) {
    // All get the same; without compression it is the same as the first one.
    if (first_.empty()) {
      const std::string text = compressed ? bench::inflated(payload) : std::string(payload);
      if (text.size() != options_.size) fail("a message of " + std::to_string(text.size()));
      if (compressed != (options_.deflate != Deflate::none)) fail("it is not compressed");
      first_ = payload;
    }
    if (payload != first_) fail("not all get the same");
    if (++echoed_ % sockets_.size() != 0) return;
    const auto now = Clock::now();
    times_.push_back(now - sockets_.front().sent_at);
    if (running_) publish(now);
  }

  void publish(Clock::time_point now) {
    sockets_.front().sent_at = now;
    sockets_.front().send_message(0);
  }

  void go() {
    if (options_.deflate == Deflate::takeover ||
        (options_.deflate != Deflate::none && !options_.broadcast)) {
      fail("go: not with this compression");
    }
    times_.clear();
    times_.reserve(options_.seconds * 500'000);
    const double used_before = processor_seconds();
    const auto begin = Clock::now();
    const auto end = begin + std::chrono::seconds(options_.seconds);
    running_ = true;
    echoed_ = 0;
    std::uint64_t sent = 0;
    if (options_.broadcast) {
      publish(begin);
    } else {
      for (ClientSocket& socket : sockets_) {
        socket.sent_at = begin;
        socket.send_message(++number_ | 1U << 31U);
        ++sent;
      }
    }
    while (Clock::now() < end) wait(100);
    running_ = false;
    // All that was sent comes back, and counts.
    if (options_.broadcast) {
      while (echoed_ % sockets_.size() != 0) wait(1000);
    } else {
      wait_for(times_.size() + sent);
    }
    const auto took = std::chrono::duration<double>(Clock::now() - begin).count();
    const double used = processor_seconds() - used_before;
    std::printf(
        "{\"messages\": %llu, \"seconds\": %.4f, \"cpu_seconds\": %.4f, \"p50_ms\": %.4f, "
        "\"p99_ms\": %.4f}\n",
        static_cast<unsigned long long>(echoed_), took, used, time_at(0.5), time_at(0.99));
    std::fflush(stdout);
  }

  double time_at(double quantile) {
    if (times_.empty()) return 0;
    const auto at = static_cast<std::ptrdiff_t>(static_cast<double>(times_.size() - 1) * quantile);
    std::nth_element(times_.begin(), times_.begin() + at, times_.end());
    return std::chrono::duration<double, std::milli>(times_[static_cast<std::size_t>(at)]).count();
  }

  void report() {
    std::uint64_t pings = 0;
    for (const ClientSocket& socket : sockets_) pings += socket.pings();
    std::printf("{\"pings\": %llu, \"closed\": %llu}\n",
                static_cast<unsigned long long>(pings - reported_pings_),
                static_cast<unsigned long long>(closed_));
    std::fflush(stdout);
    reported_pings_ = pings;
  }

  const Options& options_;
  int epoll_;
  std::vector<ClientSocket> sockets_;
  std::string commands_;
  std::string first_;
  std::vector<Clock::duration> times_;
  std::uint64_t echoed_ = 0;
  std::uint64_t closed_ = 0;
  std::uint64_t reported_pings_ = 0;
  std::uint32_t number_ = 0;
  bool running_ = false;
  bool over_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: %s --port=N [--path=/echo] [--connections=64] [--size=125] [--deflate | "
                 "--takeover] [--binary] [--broadcast] [--seconds=1]\n",
                 argv[0]);
    return 2;
  }
  raise_descriptors();
  Load(options).run();
  return 0;
}
