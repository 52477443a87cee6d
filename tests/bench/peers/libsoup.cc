// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libsoup 3 in a GMainLoop on the default context.
#include <glib-unix.h>
#include <libsoup/soup.h>

#include <cstdio>
#include <cstring>

#include <tests/bench/bench_program.h>

namespace {

struct Program {
  bench::ProgramOptions options;
  bench::PeerReport report{options};
  GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
  GBytes* file = nullptr;
};

void answer(SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer data) {
  auto* program = static_cast<Program*>(data);
  program->report.handle();
  soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
  if (program->file != nullptr && std::strcmp(path, "/file") == 0) {
    soup_message_headers_set_content_type(soup_server_message_get_response_headers(message),
                                          "application/octet-stream", nullptr);
    soup_message_body_append_bytes(soup_server_message_get_response_body(message), program->file);
    return;
  }
  soup_server_message_set_response(message, "text/plain; charset=UTF-8", SOUP_MEMORY_STATIC,
                                   "Hello, world", 12);
}

gboolean on_signal(gint descriptor, GIOCondition, gpointer data) {
  auto* program = static_cast<Program*>(data);
  if (!program->report.answer(descriptor)) g_main_loop_quit(program->loop);
  return G_SOURCE_CONTINUE;
}

void start_timer(Program* program) {
  program->report.lateness.set();
  const auto fire = [](gpointer data) -> gboolean {
    static_cast<Program*>(data)->report.lateness.called();
    start_timer(static_cast<Program*>(data));
    return G_SOURCE_REMOVE;
  };
  g_timeout_add(static_cast<guint>(bench::Lateness::kPeriod.count()), fire, program);
}

bool map_file(Program& program, GError** error) {
  if (program.options.file.empty()) return true;
  GMappedFile* mapped = g_mapped_file_new(program.options.file.c_str(), FALSE, error);
  if (mapped == nullptr) return false;
  program.file = g_mapped_file_get_bytes(mapped);
  g_mapped_file_unref(mapped);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Program program;
  program.options = bench::program_options(argc, argv);
  GError* error = nullptr;
  SoupServer* server = soup_server_new(nullptr, nullptr);
  soup_server_add_handler(server, nullptr, answer, &program, nullptr);
  if (!map_file(program, &error) ||
      !soup_server_listen_local(server, program.options.port, SOUP_SERVER_LISTEN_IPV4_ONLY,
                                &error)) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error->message);
    return 1;
  }
  GSList* uris = soup_server_get_uris(server);
  bench::print_url(g_uri_get_port(static_cast<GUri*>(uris->data)));
  g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
  g_unix_fd_add(bench::signal_descriptor(), G_IO_IN, on_signal, &program);
  if (program.options.timer) start_timer(&program);
  g_main_loop_run(program.loop);
  g_object_unref(server);
  return 0;
}
