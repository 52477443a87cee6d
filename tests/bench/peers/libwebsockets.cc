// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libwebsockets [--loop=poll|libev|glib]: in its own loop, or in a libev or GLib loop of the
// program, which needs its plugin (Debian packages libwebsockets-evlib-ev and -glib).
#include <ev.h>
#include <glib.h>
#include <libwebsockets.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <tests/bench/bench_program.h>

namespace {

struct Program {
  bench::ProgramOptions options;
  bench::PeerReport report{options};
  lws_context* context = nullptr;
  int signals = -1;
  bool running = true;
  struct ev_loop* ev = nullptr;
  GMainLoop* glib = nullptr;
  ev_timer timer = {};
  lws_sorted_usec_list_t own_timer = {};
};

Program program;

void stop() {
  program.running = false;
  if (program.ev != nullptr) ev_break(program.ev, EVBREAK_ALL);
  if (program.glib != nullptr) g_main_loop_quit(program.glib);
}

/// Head and content in one piece.
int answer(lws* wsi) {
  unsigned char buffer[LWS_PRE + 512];
  unsigned char* const start = buffer + LWS_PRE;
  unsigned char* const end = buffer + sizeof buffer;
  unsigned char* at = start;
  const char* date = bench::http_date();
  if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain; charset=UTF-8", 12, &at, end) !=
          0 ||
      lws_add_http_header_by_name(wsi, reinterpret_cast<const unsigned char*>("date:"),
                                  reinterpret_cast<const unsigned char*>(date),
                                  static_cast<int>(std::strlen(date)), &at, end) != 0 ||
      lws_finalize_http_header(wsi, &at, end) != 0) {
    return -1;
  }
  std::memcpy(at, "Hello, world", 12);
  at += 12;
  const auto size = static_cast<std::size_t>(at - start);
  if (lws_write(wsi, start, size, LWS_WRITE_HTTP_HEADERS) != static_cast<int>(size)) return -1;
  return lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
}

int serve(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t length) {
  switch (reason) {
    case LWS_CALLBACK_HTTP:
      if (lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0) return 0;  // its body comes first
      program.report.handle();
      if (std::strcmp(static_cast<const char*>(in), "/file") != 0) return answer(wsi);
      return lws_serve_http_file(wsi, program.options.file.c_str(), "application/octet-stream",
                                 nullptr, 0) < 0
                 ? -1
                 : 0;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
      program.report.handle();
      return answer(wsi);
    case LWS_CALLBACK_HTTP_FILE_COMPLETION:
      return lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
    case LWS_CALLBACK_RAW_RX_FILE:
      if (!program.report.answer(program.signals)) stop();
      return 0;
    default:
      return lws_callback_http_dummy(wsi, reason, user, in, length);
  }
}

const lws_protocols kProtocols[] = {{"http", serve, 0, 0, 0, nullptr, 0},
                                    {nullptr, nullptr, 0, 0, 0, nullptr, 0}};

bool make_context(bool on_libev, bool on_glib) {
  lws_context_creation_info info{};
  void* loops[1] = {nullptr};
  if (on_libev) {
    program.ev = ev_default_loop(EVFLAG_AUTO);
    info.options |= LWS_SERVER_OPTION_LIBEV;
    loops[0] = program.ev;
  } else if (on_glib) {
    program.glib = g_main_loop_new(nullptr, FALSE);
    info.options |= LWS_SERVER_OPTION_GLIB;
    loops[0] = program.glib;
  }
  if (on_libev || on_glib) info.foreign_loops = loops;
  info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
  info.iface = "127.0.0.1";
  info.port = program.options.port;
  info.protocols = kProtocols;
  info.keepalive_timeout = 3600;
  info.pt_serv_buf_size = 32 * 1024;
  info.vhost_name = "hello";
  lws_set_log_level(LLL_ERR, nullptr);
  program.context = lws_create_context(&info);
  return program.context != nullptr;
}

void start_own_timer() {
  program.report.lateness.set();
  lws_sul_schedule(
      program.context, 0, &program.own_timer,
      [](lws_sorted_usec_list_t*) {
        program.report.lateness.called();
        start_own_timer();
      },
      std::chrono::microseconds(bench::Lateness::kPeriod).count());
}

void start_libev_timer() {
  program.report.lateness.set();
  ev_now_update(program.ev);
  ev_timer_init(
      &program.timer,
      [](struct ev_loop*, ev_timer*, int) {
        program.report.lateness.called();
        start_libev_timer();
      },
      std::chrono::duration<double>(bench::Lateness::kPeriod).count(), 0.);
  ev_timer_start(program.ev, &program.timer);
}

void start_glib_timer() {
  program.report.lateness.set();
  const auto fire = [](gpointer) -> gboolean {
    program.report.lateness.called();
    start_glib_timer();
    return G_SOURCE_REMOVE;
  };
  g_timeout_add(static_cast<guint>(bench::Lateness::kPeriod.count()), fire, nullptr);
}

void run() {
  if (program.ev != nullptr) {
    if (program.options.timer) start_libev_timer();
    ev_run(program.ev, 0);
  } else if (program.glib != nullptr) {
    if (program.options.timer) start_glib_timer();
    g_main_loop_run(program.glib);
  } else {
    if (program.options.timer) start_own_timer();
    while (program.running && lws_service(program.context, 0) >= 0) {
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string loop = "poll";
  std::vector<char*> others;
  for (int i = 0; i < argc; ++i) {
    if (std::string_view(argv[i]).starts_with("--loop=")) {
      loop = argv[i] + std::strlen("--loop=");
    } else {
      others.push_back(argv[i]);
    }
  }
  program.options = bench::program_options(static_cast<int>(others.size()), others.data());
  if (!make_context(loop == "libev", loop == "glib")) {
    std::fprintf(stderr, "%s: cannot make a context in %s\n", argv[0], loop.c_str());
    return 1;
  }
  lws_vhost* host = lws_get_vhost_by_name(program.context, "hello");
  program.signals = bench::signal_descriptor();
  lws_sock_file_fd_type descriptor;
  descriptor.filefd = program.signals;
  if (lws_adopt_descriptor_vhost(host, LWS_ADOPT_RAW_FILE_DESC, descriptor, "http", nullptr) ==
      nullptr) {
    std::fprintf(stderr, "%s: cannot watch for signals\n", argv[0]);
    return 1;
  }
  bench::print_url(lws_get_vhost_listen_port(host));
  run();
  return 0;  // nothing is measured of how it ends
}
