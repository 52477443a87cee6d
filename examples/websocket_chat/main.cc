// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A chat: each page has a WebSocket, by which it says something and hears what everybody says.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <eddy/web/web.h>
#include <eddy/web/websocket/websocket_handler.h>
#include <examples/host_loop.h>
#include <examples/program.h>
#include <examples/websocket_chat/page.h>
#include <examples/websocket_chat/room.h>

namespace {

using eddy::web::CloseCode;

struct ChatSocket : eddy::web::WebSocketHandler, chat::Guest {
  void initialize(chat::Room* room) { room_ = room; }

  eddy::web::WebSocketOptions websocket_options() override {
    return {.message_bytes = 2000, .ping_interval = std::chrono::seconds(30)};
  }

  void prepare() {
    name_ = get_query_argument("name", "somebody");
    since_ = get_query_argument<std::uint64_t>("since", 0);
  }

  // A page that was here before knows what it has heard.
  void open() {
    room_->repeat(*this, since_);
    room_->enter(*this);
  }

  // "KEY TEXT"
  void on_message(std::string_view message) {
    const std::size_t blank = message.find(' ');
    if (blank == 0 || blank == std::string_view::npos) {
      return close(CloseCode::policy_violation, "a message is KEY TEXT");
    }
    room_->say(name_, message.substr(0, blank), message.substr(blank + 1));
  }

  void on_close() { room_->leave(*this); }

  void hear(const std::string& message) override { write_message(message); }

  chat::Room* room_ = nullptr;
  std::string name_;
  std::uint64_t since_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  examples::HostLoop host(argc, argv);
  chat::Room room;
  eddy::web::Application app({eddy::web::route<ChatSocket>("/chat", {}, &room)});
  app.get("/", [] { return eddy::web::Response::html(kPage); });
  const auto& server = app.listen(host.loop(), examples::port_option(argc, argv));
  examples::print_line(server.url());
  host.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
