// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For clients that others have written: echoes in all the ways that there are. Says its port, and
// ends with its input.
#include <unistd.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/websocket/websocket_handler.h>
#include <eddy/web/websocket/websocket_route.h>
#include <examples/host_loop.h>
#include <examples/program.h>

namespace {

using eddy::Task;
using eddy::web::DeflateOptions;
using eddy::web::WebSocket;
using eddy::web::WebSocketHandler;
using eddy::web::WebSocketOptions;

struct Echo : WebSocketHandler {
  void initialize(const std::optional<DeflateOptions>& deflate) { deflate_ = deflate; }
  std::optional<DeflateOptions> get_compression_options() override { return deflate_; }
  std::optional<std::string> select_subprotocol(
      const std::vector<std::string_view>& offered) override {
    if (offered.empty()) return std::nullopt;
    return std::string(offered.back());
  }
  WebSocketOptions websocket_options() override {
    return {.message_bytes = 32 << 20, .send_bytes = 64 << 20};
  }
  void on_message(std::string_view text) {
    if (text == "close, please") return close(eddy::web::CloseCode(4321), "as you like");
    write_message(text);
  }
  void on_binary(std::span<const std::byte> bytes) { write_message(bytes); }

  std::optional<DeflateOptions> deflate_;
};

Task<void> echo(WebSocket& socket) {
  while (auto message = co_await socket.receive()) co_await socket.send(*message);
}

}  // namespace

int main(int argc, char** argv) {
  using eddy::web::route;
  examples::HostLoop host(argc, argv);
  const std::optional<DeflateOptions> none;
  const std::optional<DeflateOptions> deflate{DeflateOptions{.threshold = 0}};
  const std::optional<DeflateOptions> takeover{
      DeflateOptions{.context_takeover = true, .threshold = 0}};
  eddy::web::Application app({
      route<Echo>("/echo", {}, none),
      route<Echo>("/deflate", {}, deflate),
      route<Echo>("/takeover", {}, takeover),
  });
  app.add(eddy::web::websocket_route("/function", echo, {}, {.message_bytes = 32 << 20}));
  const eddy::web::Server& server = app.listen(host.loop(), 0);
  examples::print_line(std::to_string(server.port()));
  const eddy::FdWatch end =
      host.loop().watch(STDIN_FILENO, eddy::Io::read, [&](eddy::Io) { host.stop(); });
  host.run();
  return 0;
}
