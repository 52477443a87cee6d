// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The page of the player: the only C++ in the program.

#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include <eddy/glib/glib.h>
#include <eddy/web/web.h>
#include <examples/host_demo_glib/page.h>
#include <examples/host_demo_glib/player.h>
#include <examples/live.h>
#include <examples/program.h>

namespace {

class Web {
 public:
  Web(Player* player, std::uint16_t port) : player_(player) {
    app_.get("/", [] { return eddy::web::Response::html(kPage); });
    app_.get("/state/{seen}", [this](int seen) -> eddy::Task<eddy::web::Response> {
      co_await changes_.newer_than(seen);
      co_return examples::json(state());
    });
    app_.put("/playing/{on}", [this](int on) { player_set_playing(player_, on != 0); });
    app_.put("/volume/{percent}",
             [this](int percent) { player_set_volume(player_, percent / 100.0); });
    examples::print_line(app_.listen(loop_, port).url());
  }
  void changed() { changes_.notify(); }

 private:
  [[nodiscard]] std::string state() const {
    return "{\"version\": " + std::to_string(changes_.version()) +
           ", \"playing\": " + (player_->playing ? "true" : "false") +
           ", \"title\": " + examples::json_string(player_->title) +
           ", \"volume\": " + std::to_string(player_->volume) + "}\n";
  }

  Player* player_;
  examples::Changes changes_;
  eddy::GlibLoop loop_;
  eddy::web::Application app_;
};

std::unique_ptr<Web> web;

}  // namespace

// C has no exceptions: none may leave these.

gboolean web_start(Player* player, int port, GError** error) {
  try {
    if (port < 0 || port > 65535) throw std::invalid_argument("--port: not a port");
    web = std::make_unique<Web>(player, static_cast<std::uint16_t>(port));
    return TRUE;
  } catch (const std::exception& failure) {
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, failure.what());
    return FALSE;
  }
}

void web_changed() {
  if (web) web->changed();
}

void web_stop() { web.reset(); }
