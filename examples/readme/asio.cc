// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/asio/asio.h>
#include <eddy/web/web.h>
#include <boost/asio.hpp>

int main() {
  boost::asio::io_context io;

  eddy::AsioLoop loop(io);
  eddy::web::Application app;
  app.get("/", [] { return "Hello from Asio"; });
  app.listen(loop, 8888);

  io.run();
}
