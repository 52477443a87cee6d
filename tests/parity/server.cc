// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For parity_test.py: what server.py is of Tornado. Says the ports of its servers, in the order of
// SERVERS in case.py, and ends with its input.
#include <unistd.h>

#include <cstdio>
#include <string>

#include <eddy/web/app/settings.h>
#include <tests/parity/handlers.h>

namespace {

using eddy::web::RequestHandler;
using eddy::web::route;

struct NotFound : eddy_tests::PlainHandler {
  void initialize(const std::string& text) { text_ = text; }
  void get() {
    set_status(404);
    write(text_, ": ", request().path());
  }
  std::string text_;
};

struct Named : eddy_tests::PlainHandler {
  void initialize(const std::string& name) { name_ = name; }
  void get() { write(name_, " for ", request().host_name()); }
  std::string name_;
};

void add_hosts(eddy::web::Application& app) {
  const std::string everyone = "everyone's";
  app.add(route<Named>("/", {}, everyone)).add(route<Named>("/all", {}, everyone));
  app.add_handlers(R"((www\.)?example\.com)", {route<Named>("/", {}, std::string("example's")),
                                               route<Named>("/own", {}, std::string("its own"))});
  app.add_handlers(R"(.*\.example\.org)", {route<Named>("/", {}, std::string("a customer's"))});
  app.add_handlers("default\\.example",
                   {route<Named>("/default", {}, std::string("the default host's"))});
  app.set_default_host("default.example");
  app.set_default_handler<NotFound>(std::string("there is no"));
}

}  // namespace

int main() {
  eddy::NativeLoop loop;
  // Tornado answers for every name and has tags for all.
  const eddy::web::Settings settings{.etags = true, .check_host = false};
  eddy::web::Application plain(settings);
  eddy_tests::add_request_handlers(plain);
  eddy_tests::add_response_handlers(plain);
  eddy_tests::add_ending_handlers(plain);
  eddy_tests::add_text_handlers(plain);
  eddy::web::Application hosts(settings);
  add_hosts(hosts);

  eddy::web::ServerOptions bounded;
  bounded.limits.header_bytes = 4000;
  bounded.limits.body_bytes = 10'000;
  eddy::web::ServerOptions coded;
  coded.compression.enabled = true;
  coded.compression.codings = {eddy::web::ContentCoding::gzip};
  coded.decompress_request = true;
  std::printf("%u %u %u\n", unsigned{plain.listen(loop, "127.0.0.1", 0, bounded).port()},
              unsigned{plain.listen(loop, "127.0.0.1", 0, coded).port()},
              unsigned{hosts.listen(loop, "127.0.0.1", 0).port()});
  std::fflush(stdout);
  const eddy::FdWatch end =
      loop.watch(STDIN_FILENO, eddy::Io::read, [&](eddy::Io) { loop.stop(); });
  loop.run();
  return 0;
}
