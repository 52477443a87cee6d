// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/web/app/further_method.h>

#include <tests/parity/handlers.h>

namespace eddy_tests {
namespace {

using eddy::web::Application;
using eddy::web::Arguments;
using eddy::web::route;
using eddy::web::Strip;

// ---- The request as a whole ----

struct Told : PlainHandler {
  void get() {
    write("method ", request().method_text(), "\npath ", request().path(), "\nquery ",
          request().query(), "\nversion ", request().version(), "\nhost ", request().host(),
          "\nhost_name ", request().host_name(), "\nprotocol ", request().protocol(),
          "\nremote_ip ", request().remote_ip(), "\nurl ", request().full_url(), "\n");
  }
  void post() { get(); }
};

struct Body : PlainHandler {
  void post() { write(request().body().size(), ":", request().body()); }
  void put() { post(); }
};

struct Field : PlainHandler {
  void get() {
    for (const std::string_view value : request().headers().get_list("X-Test")) {
      write("[", value, "]");
    }
    write("\nconsumed ", request().header("X-Consumed-Content-Encoding"));
  }
};

struct CookieList : PlainHandler {
  void get() {
    std::vector<std::pair<std::string, std::string>> cookies;
    for (const auto& cookie : request().cookies()) {
      const std::pair<std::string, std::string> found = {
          cookie.name, std::string(request().cookies().find(cookie.name).value_or(""))};
      if (std::find(cookies.begin(), cookies.end(), found) == cookies.end()) {
        cookies.push_back(found);
      }
    }
    std::sort(cookies.begin(), cookies.end());
    for (const auto& [name, value] : cookies) write(name, "=[", value, "]\n");
  }
};

struct StreamedUpload : PlainHandler {
  static constexpr bool stream_request_body = true;  // NOLINT(readability-identifier-naming)
  void prepare() {
    PlainHandler::prepare();
    write("prepared,");
  }
  void data_received(std::string_view piece) { size_ += piece.size(); }
  void post() { write(size_, " bytes"); }
  std::size_t size_ = 0;
};

// ---- Methods ----

struct AllMethods : PlainHandler {
  void get() { tell("get"); }
  void post() { tell("post"); }
  void put() { tell("put"); }
  void patch() { tell("patch"); }
  void del() { tell("delete"); }
  void options() { tell("options"); }
  void head() { set_header("X-Method", "head"); }
  void tell(std::string_view name) {
    set_header("X-Method", name);
    write(name, " by ", request().method_text());
  }
};

struct Further : PlainHandler {
  void propfind() { write("found"); }
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr auto further_methods = eddy::web::further_method<"PROPFIND">(&Further::propfind);
};

struct GetOnly : PlainHandler {
  void get() { write("got"); }
};

struct PostOnly : PlainHandler {
  void post() { write("posted"); }
};

// ---- Arguments ----

void tell_all(PlainHandler& handler, const std::vector<std::string>& values) {
  for (const std::string& value : values) handler.write("[", value, "]");
}

struct Argument : PlainHandler {
  void get() { write("[", get_argument("a"), "]"); }
  void post() { get(); }
};

struct ArgumentOr : PlainHandler {
  void get() { write("[", get_argument("a", "none"), "]"); }
  void post() { get(); }
};

struct ArgumentRaw : PlainHandler {
  void get() { write("[", get_argument("a", Strip::no), "]"); }
};

struct QueryArgument : PlainHandler {
  void post() { write("[", get_query_argument("a"), "]"); }
};

struct BodyArgument : PlainHandler {
  void post() { write("[", get_body_argument("a"), "]"); }
  void put() { post(); }
};

struct ArgumentList : PlainHandler {
  void get() {
    write("all ");
    tell_all(*this, get_arguments("a"));
    write(" query ");
    tell_all(*this, get_query_arguments("a"));
    write(" body ");
    tell_all(*this, get_body_arguments("a"));
    write(" raw ");
    tell_all(*this, get_arguments("a", Strip::no));
  }
  void post() { get(); }
};

// What was sent, by name in the order of first appearance.
void tell_arguments(PlainHandler& handler, const Arguments& arguments) {
  std::vector<std::string> told;
  for (const auto& argument : arguments) {
    if (std::find(told.begin(), told.end(), argument.name) != told.end()) continue;
    told.push_back(argument.name);
    handler.write(argument.name, "=");
    for (const std::string_view value : arguments.get_list(argument.name)) {
      handler.write("[", value, "]");
    }
    handler.write("\n");
  }
}

struct Query : PlainHandler {
  void get() { tell_arguments(*this, request().query_arguments()); }
};

struct FormContent : PlainHandler {
  void post() {
    const eddy::web::Form& form = request().form();
    tell_arguments(*this, form.arguments);
    for (const eddy::web::FormFile& file : form.files) {
      write("file ", file.name, " [", file.filename, "] ", file.content_type, " [", file.body,
            "]\n");
    }
  }
};

// ---- Paths ----

struct Groups : PlainHandler {
  void get() { tell_all(*this, path_args()); }
};

struct OptionalGroup : PlainHandler {
  void get(std::optional<std::string> part) { write(part ? "[" + *part + "]" : "none"); }
};

struct NamedGroups : PlainHandler {
  void get() { write("user ", *path_arg("user"), " file ", *path_arg("file")); }
};

struct Literal : PlainHandler {
  void initialize(const std::string& text) { text_ = text; }
  void get() { write(text_); }
  std::string text_;
};

}  // namespace

void add_request_handlers(Application& app) {
  app.add(route<Told>("/request")).add(route<Body>("/body")).add(route<Field>("/field"));
  app.add(route<CookieList>("/cookies")).add(route<StreamedUpload>("/upload"));
  app.add(route<AllMethods>("/methods"))
      .add(route<Further>("/further"))
      .add(route<GetOnly>("/get"))
      .add(route<PostOnly>("/post"));
  app.add(route<Argument>("/argument")).add(route<ArgumentOr>("/argument_or"));
  app.add(route<ArgumentRaw>("/argument_raw")).add(route<QueryArgument>("/query_argument"));
  app.add(route<BodyArgument>("/body_argument")).add(route<ArgumentList>("/arguments"));
  app.add(route<Query>("/query")).add(route<FormContent>("/form"));
  app.add(route<Groups>("/one/([^/]+)", {.name = "one"}));
  app.add(route<Groups>(R"(/two/(\w+)/(.*))", {.name = "two"}));
  app.add(route<OptionalGroup>(R"(/maybe(?:/(\d+))?)"));
  app.add(route<NamedGroups>(R"(/named/(?P<user>\w+)/(?P<file>.*))", {.name = "named"}));
  app.add(route<Literal>("/literal%20path", {}, std::string("encoded")));
  app.add(route<Literal>("/first/.*", {}, std::string("the first")));
  app.add(route<Literal>("/first/second", {.name = "literal"}, std::string("the second")));
  app.add(route<Literal>("/anchored$", {}, std::string("anchored")));
}

}  // namespace eddy_tests
