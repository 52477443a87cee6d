// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For servers that others have written: connects to --url, echoes what comes until the end, and
// says how it was.
//
//     echo_client --url=ws://127.0.0.1:8888/ [--deflate=BITS] [--takeover=1] [--subprotocol=NAME]
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/web/websocket/websocket_connect.h>
#include <examples/host_loop.h>
#include <examples/program.h>
#include <examples/run_task.h>

namespace {

using eddy::Task;
using eddy::web::DeflateOptions;

Task<int> echo(std::string url, eddy::web::WebSocketConnectOptions options) {
  const auto socket = co_await eddy::web::websocket_connect(std::move(url), std::move(options));
  examples::print_line("open " + std::string(socket->subprotocol()));
  while (auto message = co_await socket->receive()) {
    if (!message->binary && message->data == "close, please") {
      socket->close(eddy::web::CloseCode(4321), "as you like");
    } else {
      co_await socket->send(*message);
    }
  }
  const auto code = static_cast<int>(socket->close_code().value_or(eddy::web::CloseCode::abnormal));
  examples::print_line("closed " + std::to_string(code) + " " +
                       std::string(socket->close_reason()));
  co_return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto option = [&](std::string_view name) { return examples::option(argc, argv, name); };
  examples::HostLoop host(argc, argv);
  eddy::web::WebSocketConnectOptions options;
  options.websocket.message_bytes = 32 << 20;
  if (const unsigned bits = examples::number_option(argc, argv, "--deflate", "bits", 0, 15)) {
    options.websocket.deflate = DeflateOptions{.max_window_bits = static_cast<int>(bits),
                                               .context_takeover = !option("--takeover").empty(),
                                               .threshold = 0};
  }
  if (const auto name = option("--subprotocol"); !name.empty()) {
    options.subprotocols = {"another", std::string(name)};
  }
  return examples::run_task(host, echo(std::string(option("--url")), std::move(options)));
}
