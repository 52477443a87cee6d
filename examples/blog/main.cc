// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A blog with logins, templates and a database, in whichever loop it was compiled for: Tornado's
// demo.
//
//   blog [--port=N] [--database=FILE] [--secret=TEXT]

#include <cstdio>
#include <exception>
#include <string>

#include <eddy/core/base/secrets.h>
#include <eddy/web/app/settings.h>
#include <examples/blog/site.h>
#include <examples/host_loop.h>
#include <examples/program.h>

int main(int argc, char** argv) try {
  examples::HostLoop host(argc, argv);
  const std::string file(examples::option(argc, argv, "--database"));
  blog::Database database(file.empty() ? ":memory:" : file);
  // Without a secret that stays, a new start logs everybody out.
  std::string secret(examples::option(argc, argv, "--secret"));
  if (secret.empty()) secret = eddy::random_bytes(32);

  eddy::web::Application app(eddy::web::Services().add(database),
                             {.cookie_signer = eddy::web::ValueSigner(secret),
                              .xsrf_cookies = true,
                              .login_url = "/auth/login"},
                             {});
  blog::add_pages(app);
  blog::add_login(app);
  examples::print_line(app.listen(host.loop(), examples::port_option(argc, argv)).url());
  host.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
