// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// websocket_libwebsockets [--deflate]: libwebsockets in its own loop, as in its minimal example of
// an echo server: what is received waits until the connection is writable.
#include <libwebsockets.h>

#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

#include <tests/bench/bench_program.h>
#include <tests/bench/peers/websocket_peer.h>

namespace {

/// A piece of a message, as it came.
struct Piece {
  std::vector<unsigned char> bytes;  // behind LWS_PRE others
  bool binary;
  bool first;
  bool last;
};

/// libwebsockets has the room for it: it is constructed and destroyed there.
struct Session {
  std::deque<Piece>* pieces;
};

struct Program {
  bench::WebSocketPeerOptions options;
  bench::PeerReport report{options};
  lws_context* context = nullptr;
  int signals = -1;
  bool running = true;
};

Program program;

void receive(lws* wsi, Session& session, const void* data, std::size_t size) {
  Piece piece{std::vector<unsigned char>(LWS_PRE + size), lws_frame_is_binary(wsi) != 0,
              lws_is_first_fragment(wsi) != 0, lws_is_final_fragment(wsi) != 0};
  if (size != 0) std::memcpy(piece.bytes.data() + LWS_PRE, data, size);
  if (piece.last) program.report.handle();
  session.pieces->push_back(std::move(piece));
  lws_callback_on_writable(wsi);
}

int send(lws* wsi, Session& session) {
  if (session.pieces->empty()) return 0;
  Piece& piece = session.pieces->front();
  const auto size = piece.bytes.size() - LWS_PRE;
  const int flags = lws_write_ws_flags(piece.binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT,
                                       piece.first ? 1 : 0, piece.last ? 1 : 0);
  const int sent =
      lws_write(wsi, piece.bytes.data() + LWS_PRE, size, static_cast<lws_write_protocol>(flags));
  session.pieces->pop_front();
  if (sent < static_cast<int>(size)) return -1;
  if (!session.pieces->empty()) lws_callback_on_writable(wsi);
  return 0;
}

int serve(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t length) {
  auto* const session = static_cast<Session*>(user);
  switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
      session->pieces = new std::deque<Piece>;
      return 0;
    case LWS_CALLBACK_CLOSED:
      delete session->pieces;
      return 0;
    case LWS_CALLBACK_RECEIVE:
      receive(wsi, *session, in, length);
      return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
      return send(wsi, *session);
    case LWS_CALLBACK_RAW_RX_FILE:
      if (!program.report.answer(program.signals)) program.running = false;
      return 0;
    default:
      return lws_callback_http_dummy(wsi, reason, user, in, length);
  }
}

const lws_protocols kProtocols[] = {{"echo", serve, sizeof(Session), 4096, 0, nullptr, 0},
                                    {nullptr, nullptr, 0, 0, 0, nullptr, 0}};
const lws_extension kExtensions[] = {
    {"permessage-deflate", lws_extension_callback_pm_deflate,
     "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
    {nullptr, nullptr, nullptr}};

bool make_context() {
  lws_context_creation_info info{};
  info.options = LWS_SERVER_OPTION_DISABLE_IPV6;
  info.iface = "127.0.0.1";
  info.port = program.options.port;
  info.protocols = kProtocols;
  info.extensions = program.options.deflate ? kExtensions : nullptr;
  info.pt_serv_buf_size = 32 * 1024;
  info.vhost_name = "echo";
  lws_set_log_level(LLL_ERR, nullptr);
  program.context = lws_create_context(&info);
  return program.context != nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  program.options = bench::websocket_peer_options(argc, argv);
  // libwebsockets has a table of all descriptors that may be.
  if (!make_context()) {
    std::fprintf(stderr, "%s: cannot make a context\n", argv[0]);
    return 1;
  }
  lws_vhost* const host = lws_get_vhost_by_name(program.context, "echo");
  program.signals = bench::signal_descriptor();
  lws_sock_file_fd_type descriptor;
  descriptor.filefd = program.signals;
  if (lws_adopt_descriptor_vhost(host, LWS_ADOPT_RAW_FILE_DESC, descriptor, "echo", nullptr) ==
      nullptr) {
    std::fprintf(stderr, "%s: cannot watch for signals\n", argv[0]);
    return 1;
  }
  bench::print_url(lws_get_vhost_listen_port(host));
  while (program.running && lws_service(program.context, 0) >= 0) {
  }
  return 0;  // nothing is measured of how it ends
}
