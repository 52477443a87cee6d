// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bit of everything that a server does, for people to play with and for test suites to try.
//
//   kitchen_sink [--port=N] [--timeout=SECONDS] [--static=FOLDER]

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>
#include <examples/host_loop.h>
#include <examples/kitchen_sink/live.h>
#include <examples/kitchen_sink/number.h>
#include <examples/program.h>

namespace {
namespace web = eddy::web;
using eddy::Task;
using kitchen_sink::number;

std::string json(std::string_view text) {
  std::string quoted = "\"";
  for (const unsigned char byte : text) {
    const bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
    char escaped[8];
    quoted.append(escaped, std::snprintf(escaped, sizeof escaped, plain ? "%c" : "\\u%04x", byte));
  }
  return quoted + '"';
}

web::Response headers(const web::Request& request) {
  const web::HeaderList all = request.headers();
  std::string members;
  for (const auto& [name, value] : all) {
    if (all.find(name)->data() != value.data()) continue;  // told with the first of its name
    members += (members.empty() ? "" : ", ") + json(name) + ": " + json(*all.get(name));
  }
  web::Response response = web::Response::text("{" + members + "}");
  response.headers.set("Content-Type", "application/json");
  return response;
}

Task<void> echo(const web::Request& request, web::RequestBody& body, web::ResponseStream& out) {
  out.set_header("Content-Type", request.headers().find("Content-Type").value_or("text/plain"));
  for (std::string_view piece; !(piece = co_await body.read()).empty();) {
    out.write(piece);
    co_await out.flush();
  }
}

Task<void> stream(const web::Request& request, web::ResponseStream& out) {
  const long count = number(request, "n", 10, 1'000'000);
  out.set_header("Content-Type", "text/plain");
  for (long i = 0; i < count; ++i) {
    out.write("chunk " + std::to_string(i) + "\n");
    co_await out.flush();
  }
}

Task<void> big(const web::Request& request, web::ResponseStream& out) {
  const long megabytes = number(request, "mb", 1, 1024);
  const std::string piece(64 * 1024, 'x');
  out.set_header("Content-Type", "application/octet-stream");
  out.set_header("Content-Length", std::to_string(megabytes * 1024 * 1024));
  for (long i = 0; i < megabytes * 16; ++i) {
    out.write(piece);
    co_await out.flush();
  }
}

Task<std::string> sleep_for(const web::Request& request) {
  const std::chrono::milliseconds pause(number(request, "ms", 100, 60'000));
  co_await eddy::sleep(pause);
  co_return "slept " + std::to_string(pause.count()) + " ms";
}

web::Response status(int code) {
  if (code < 200 || code > 599) throw web::HttpError(404);
  return web::Response(code);
}
}  // namespace

int main(int argc, char** argv) try {
  examples::HostLoop host(argc, argv);
  const std::chrono::seconds timeout = examples::seconds_option(argc, argv, "--timeout", 5);
  // Not for a program that people use: clients of every kind try this one by every name.
  web::Application app(web::Settings{.check_host = false});
  app.get("/", [] { return "Hello, world"; });
  app.post("/echo", echo, {.body_bytes = 64 * 1024 * 1024});
  app.get("/headers", headers);
  app.get("/stream", stream);
  app.get("/redirect", [] { return web::Response::redirect("/"); });
  app.get("/status/{code}", status);
  app.get("/sleep", sleep_for);
  app.get("/big", big);
  app.websocket("/ws", kitchen_sink::echo);
  app.events("/events", kitchen_sink::count);
  const std::string folder(examples::option(argc, argv, "--static"));
  if (!folder.empty()) app.get("/static/{path...}", web::StaticFiles(folder));
  const web::ServerOptions options{
      .timeouts = {.idle = timeout, .header = timeout, .body = timeout}};
  examples::print_line(app.listen(host.loop(), examples::port_option(argc, argv), options).url());
  host.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
