// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For tornado_test.py: serves the folder argv[1] as that serves it by Tornado, and ends with its
// input.
#include <unistd.h>

#include <cstdio>

#include <eddy/web/app/static_files.h>
#include <eddy/web/web.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  eddy::NativeLoop loop;
  eddy::web::Application app;
  app.get("/s/{path...}", eddy::web::StaticFiles(argv[1]));
  app.get("/d/{path...}", eddy::web::StaticFiles(argv[1], {.default_filename = "index.html"}));
  eddy::web::Server& server = app.listen(loop, "127.0.0.1", 0);
  std::printf("%u\n", static_cast<unsigned>(server.port()));
  std::fflush(stdout);
  const eddy::FdWatch end =
      loop.watch(STDIN_FILENO, eddy::Io::read, [&](eddy::Io) { loop.stop(); });
  loop.run();
  return 0;
}
