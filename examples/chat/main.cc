// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A chat by long polling: each page asks what is new, and is answered when something is. After the
// chat of Tornado's demos.
//
//   chat [--port=N] [--history=FILE]   what was said is there again after a restart

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <eddy/web/app/security_headers.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>
#include <examples/chat/page.h>
#include <examples/host_loop.h>
#include <examples/program.h>
#include <examples/websocket_chat/room.h>

namespace {

struct Messages : eddy::web::RequestHandler {
  void initialize(chat::Room* room) { room_ = room; }

  // What was said behind the message ?since=ID, if there is nothing when something is; at once with
  // ?wait=0, from a page that wants to know whether anybody is here.
  eddy::Task<void> get() {
    const auto since = get_query_argument<std::uint64_t>("since", 0);
    const std::chrono::seconds limit(std::min(get_query_argument<unsigned>("wait", 25), 60U));
    const auto news = co_await room_->messages().wait_after(since, limit);
    std::string told;
    for (const chat::Message& message : news.messages) {
      told.append(told.empty() ? "" : ", ").append(message.told);
    }
    set_header("Content-Type", "application/json");
    set_header("Cache-Control", "no-store");
    write("{\"cursor\": ", news.cursor, ", \"missed\": ", news.missed ? "true" : "false",
          ", \"messages\": [", told, "]}");
  }

  // An answer means that it has been said, and a page without one says it again.
  void post() {
    const auto key = get_body_argument("key");
    const bool good = !key.empty() && key.size() <= 64 &&
                      std::all_of(key.begin(), key.end(),
                                  [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
    const auto text = get_body_argument("text");
    if (!good || text.empty() || text.size() > 2000) return send_error(400);
    room_->say(get_body_argument("name", "somebody"), key, text);
    set_status(204);
  }

  chat::Room* room_ = nullptr;
};

eddy::web::Response text_of(std::string_view type, std::string_view text) {
  eddy::web::Response response = eddy::web::Response::text(std::string(text));
  response.headers.set("Content-Type", type);
  return response;
}

}  // namespace

int main(int argc, char** argv) try {
  examples::HostLoop host(argc, argv);
  const std::string file(examples::option(argc, argv, "--history"));
  chat::Room room(file);
  {
    eddy::web::Application app(
        eddy::web::Settings{.check_origin = true,
                            .security_headers = eddy::web::SecurityHeaders::strict()},
        {eddy::web::route<Messages>("/messages", {}, &room)});
    app.get("/", [] { return eddy::web::Response::html(kPage); });
    app.get("/chat.js", [] { return text_of("text/javascript; charset=UTF-8", kScript); });
    app.get("/chat.css", [] { return text_of("text/css; charset=UTF-8", kStyle); });
    const auto& server = app.listen(host.loop(), examples::port_option(argc, argv));
    examples::print_line(server.url());
    host.run();
  }
  if (!file.empty()) room.save(file);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
