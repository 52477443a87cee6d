// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The forms beside those of wrong_handlers that are right: this file compiles, so that a message
// expected there has the one reason that the file is about.
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::Response;
using eddy::web::route;

struct Base : RequestHandler {
  void get(int id) const { write_it(id); }
  void write_it(int id) const { (void)id; }
  virtual void patch() = 0;
};

struct Story : Base {
  eddy::Task<void> prepare() { co_return; }
  void patch() noexcept override {}
  eddy::Task<void> post(const std::string& text, std::optional<double> number) {
    write(text, number.value_or(0));
    co_return;
  }
};

eddy::Task<Response> later(const Request& request, std::string_view name) {
  co_return Response::text(std::string(name) + std::string(request.query()));
}

void add(Application& app) {
  app.add(route<Story>("/x"));
  app.get("/{name}", later);
  app.post("/{name}", [](std::string&& name, Request& request) -> eddy::Task<std::string> {
    co_return name + std::string(request.query());
  });
}
