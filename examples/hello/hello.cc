// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Hello, world, in whichever loop it was compiled for (see examples/host_loop.h).

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <eddy/web/web.h>
#include <examples/host_loop.h>
#include <examples/program.h>

int main(int argc, char** argv) try {
  examples::HostLoop host(argc, argv);

  eddy::web::Application app;
  app.get("/", [] { return "Hello, world"; });
  app.get("/hello/{name}",
          [](std::string_view name) { return std::string("Hello, ").append(name); });
  app.get("/host", [] { return examples::HostLoop::kName; });

  const auto& server = app.listen(host.loop(), examples::port_option(argc, argv));
  examples::print_line(server.url());
  host.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
