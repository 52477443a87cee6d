// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A daemon in the foreground, in the way of libev's programs: an ev_timer reads the machine's load,
// an ev_io reads lines from standard input, an ev_signal ends it. The page shows both live.

#include <ev.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include <eddy/libev/libev.h>
#include <eddy/web/web.h>
#include <examples/host_demo_libev/page.h>
#include <examples/live.h>
#include <examples/program.h>

namespace {

/// The daemon as it was before it had a page.
class Monitor {
 public:
  examples::Changes changes;

  explicit Monitor(struct ev_loop* ev) : ev_(ev) {
    ev_timer_init(&load_timer_, &Monitor::on_timer, 0.0, 1.0);
    ev_io_init(&input_, &Monitor::on_input, STDIN_FILENO, EV_READ);
    ev_signal_init(&interrupt_, &Monitor::on_signal, SIGINT);
    ev_signal_init(&terminate_, &Monitor::on_signal, SIGTERM);
    load_timer_.data = input_.data = this;
    ev_timer_start(ev_, &load_timer_);
    ev_io_start(ev_, &input_);
    ev_signal_start(ev_, &interrupt_);
    ev_signal_start(ev_, &terminate_);
  }
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  ~Monitor() {
    ev_timer_stop(ev_, &load_timer_);
    ev_io_stop(ev_, &input_);
    ev_signal_stop(ev_, &interrupt_);
    ev_signal_stop(ev_, &terminate_);
  }

  [[nodiscard]] std::string state() const {
    return "{\"version\": " + std::to_string(changes.version()) +
           ", \"readings\": " + std::to_string(readings_) + ", \"load\": " + std::to_string(load_) +
           ", \"line\": " + examples::json_string(line_) + "}\n";
  }

 private:
  static void on_timer(struct ev_loop* /*ev*/, ev_timer* timer, int /*events*/) {
    auto* self = static_cast<Monitor*>(timer->data);
    if (std::FILE* file = std::fopen("/proc/loadavg", "re")) {
      if (std::fscanf(file, "%lf", &self->load_) == 1) ++self->readings_;
      std::fclose(file);
    }
    self->changes.notify();
  }

  static void on_input(struct ev_loop* ev, ev_io* watcher, int /*events*/) {
    auto* self = static_cast<Monitor*>(watcher->data);
    char bytes[512];
    const ssize_t size = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (size <= 0) {
      ev_io_stop(ev, watcher);  // no more lines; the daemon goes on
      return;
    }
    for (const char c : std::string_view(bytes, static_cast<std::size_t>(size))) {
      if (c == '\n') {
        self->line_ = std::exchange(self->next_line_, {});
        self->changes.notify();
      } else if (self->next_line_.size() < 200) {
        self->next_line_ += c;
      }
    }
  }

  static void on_signal(struct ev_loop* ev, ev_signal* /*watcher*/, int /*events*/) {
    ev_break(ev, EVBREAK_ALL);
  }

  struct ev_loop* ev_;
  ev_timer load_timer_;
  ev_io input_;
  ev_signal interrupt_;
  ev_signal terminate_;
  double load_ = 0;
  int readings_ = 0;
  std::string line_;
  std::string next_line_;
};

}  // namespace

int main(int argc, char** argv) try {
  struct ev_loop* ev = EV_DEFAULT;
  Monitor monitor(ev);

  eddy::LibevLoop loop(ev);
  eddy::web::Application app;
  app.get("/", [] { return eddy::web::Response::html(kPage); });
  app.get("/state/{seen}", [&](int seen) -> eddy::Task<eddy::web::Response> {
    co_await monitor.changes.newer_than(seen);
    co_return examples::json(monitor.state());
  });
  const auto& server = app.listen(loop, examples::port_option(argc, argv));
  examples::print_line(server.url());

  ev_run(ev, 0);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
