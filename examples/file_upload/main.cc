// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Takes files of any size in bounded memory, in whichever loop it was compiled for, and sends them.
//
//   file_upload [--port=N]                         the receiver, with a page
//   file_upload --send=FILE [--form=1] [--port=N]  sends FILE by PUT, or as a form

#include <cstdio>
#include <exception>
#include <string>
#include <utility>

#include <eddy/web/web.h>
#include <examples/file_upload/page.h>
#include <examples/file_upload/receiver.h>
#include <examples/file_upload/sender.h>
#include <examples/host_loop.h>
#include <examples/program.h>
#include <examples/run_task.h>

namespace {

/// 0 where the receiver has the file.
eddy::Task<int> send(eddy::Loop& loop, std::string url, std::string file, bool form) {
  const eddy::web::HttpClient client(loop);
  const eddy::web::ClientResponse response =
      co_await upload::send_file(client, std::move(url), std::move(file), form);
  std::printf("%d %s", response.status, response.body.c_str());
  co_return response.status == 200 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  examples::HostLoop host(argc, argv);
  const std::uint16_t port = examples::port_option(argc, argv);

  if (const std::string file(examples::option(argc, argv, "--send")); !file.empty()) {
    const bool form = !examples::option(argc, argv, "--form").empty();
    const std::string url = "http://127.0.0.1:" + std::to_string(port);
    return examples::run_task(host, send(host.loop(), url, file, form));
  }

  eddy::web::Application app;
  app.get("/", [] { return eddy::web::Response::html(kPage); });
  upload::add_receiver(app);
  examples::print_line(app.listen(host.loop(), port).url());
  host.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
