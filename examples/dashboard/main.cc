// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the host's loop is doing, drawn live in a page: how late its timers are, how many connections
// there are, and how much memory the program has. By server-sent events.

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <eddy/web/app/security_headers.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/live/event_stream_route.h>
#include <eddy/web/web.h>
#include <examples/dashboard/page.h>
#include <examples/dashboard/sampler.h>
#include <examples/host_loop.h>
#include <examples/program.h>

namespace {
namespace web = eddy::web;

web::Response text_of(std::string_view type, std::string_view text) {
  web::Response response = web::Response::text(std::string(text));
  response.headers.set("Content-Type", type);
  return response;
}

}  // namespace

int main(int argc, char** argv) try {
  examples::HostLoop host(argc, argv);
  const auto pace = std::chrono::milliseconds(
      examples::number_option(argc, argv, "--pace", "a number of milliseconds", 500, 60'000));
  dashboard::Sampler sampler(host.loop(), pace);
  web::Application app(web::Settings{.security_headers = web::SecurityHeaders::strict()});
  app.get("/", [] { return web::Response::html(kPage); });
  app.get("/dashboard.js", [] { return text_of("text/javascript; charset=UTF-8", kScript); });
  app.get("/dashboard.css", [] { return text_of("text/css; charset=UTF-8", kStyle); });
  // A page that was here before gets what it has missed, and a new one the last minute.
  app.add(web::event_stream_route(
      "/samples", [&sampler](web::EventStream& events) { return sampler.tell(events); }, {},
      {.retry = std::chrono::milliseconds(500)}));
  const auto& server = app.listen(host.loop(), examples::port_option(argc, argv));
  sampler.set_server(server);
  examples::print_line(server.url());
  host.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
