// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// websocket_libsoup [--deflate]: libsoup 3 on the default GMainContext. It compresses whenever the
// client offers it.
#include <glib-unix.h>
#include <libsoup/soup.h>

#include <cstdio>

#include <tests/bench/bench_program.h>
#include <tests/bench/peers/websocket_peer.h>

namespace {

struct Program {
  bench::WebSocketPeerOptions options;
  bench::PeerReport report{options};
  GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
};

void on_message(SoupWebsocketConnection* connection, gint type, GBytes* message, gpointer data) {
  static_cast<Program*>(data)->report.handle();
  soup_websocket_connection_send_message(connection, static_cast<SoupWebsocketDataType>(type),
                                         message);
}

void on_closed(SoupWebsocketConnection* connection, gpointer) { g_object_unref(connection); }

void on_open(SoupServer*, SoupServerMessage*, const char*, SoupWebsocketConnection* connection,
             gpointer data) {
  g_object_ref(connection);
  g_signal_connect(connection, "message", G_CALLBACK(on_message), data);
  g_signal_connect(connection, "closed", G_CALLBACK(on_closed), nullptr);
}

gboolean on_signal(gint descriptor, GIOCondition, gpointer data) {
  auto* program = static_cast<Program*>(data);
  if (!program->report.answer(descriptor)) g_main_loop_quit(program->loop);
  return G_SOURCE_CONTINUE;
}

}  // namespace

int main(int argc, char** argv) {
  Program program;
  program.options = bench::websocket_peer_options(argc, argv);
  GError* error = nullptr;
  SoupServer* server = soup_server_new(nullptr, nullptr);
  soup_server_add_websocket_handler(server, "/echo", nullptr, nullptr, on_open, &program, nullptr);
  if (!soup_server_listen_local(server, program.options.port, SOUP_SERVER_LISTEN_IPV4_ONLY,
                                &error)) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error->message);
    return 1;
  }
  GSList* uris = soup_server_get_uris(server);
  bench::print_url(g_uri_get_port(static_cast<GUri*>(uris->data)));
  g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
  g_unix_fd_add(bench::signal_descriptor(), G_IO_IN, on_signal, &program);
  g_main_loop_run(program.loop);
  return 0;
}
