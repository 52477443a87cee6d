// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <string_view>

#include <eddy/web/app/stock_handlers.h>
#include <eddy/web/http/nlohmann_json.h>
#include <tests/parity/handlers.h>

namespace eddy_tests {
namespace {

using eddy::Task;
using eddy::web::Application;
using eddy::web::RedirectHandler;
using eddy::web::RequestHandler;
using eddy::web::route;
using Json = nlohmann::ordered_json;

// ---- Status and header fields ----

struct Status : PlainHandler {
  void get() {
    set_status(get_argument<int>("code"), get_argument("reason", ""));
    if (const auto text = get_argument("text", ""); !text.empty()) write(text);
  }
};

struct SetHeaders : PlainHandler {
  void get() {
    set_header("X-Replaced", "one");
    set_header("x-replaced", "two");
    add_header("X-Added", "one");
    add_header("X-Added", "two");
    set_header("X-Cleared", "gone");
    clear_header("x-cleared");
    clear_header("X-Never-Set");
    set_header("X-Empty", "");
    write("headers");
  }
};

struct SetHeader : PlainHandler {
  void get() {
    set_header(get_argument("name", "X-Test"), get_argument("value", eddy::web::Strip::no));
    write("set");
  }
};

struct LatinHeader : PlainHandler {
  void get() { set_header("X-Latin", "caf\xe9"); }
};

struct NoType : PlainHandler {
  void get() {
    clear_header("Content-Type");
    write("text");
  }
};

struct HtmlByDefault : RequestHandler {
  void get() { write("<p>html</p>"); }
};

struct Cleared : PlainHandler {
  void get() {
    set_status(201);
    set_header("X-Test", "gone");
    set_header("Content-Type", "text/css");
    write("gone");
    clear();
    write("fresh");
  }
};

struct Length : PlainHandler {
  void get() {
    set_header("Content-Length", get_argument("length"));
    write("12345");
  }
};

// ---- Content ----

struct Written : PlainHandler {
  void get() {
    write("one ");
    write("two ", "caf\xc3\xa9 ");
    finish("three");
  }
};

struct Empty : RequestHandler {
  void get() {}
};

struct AllBytes : RequestHandler {
  void get() {
    set_header("Content-Type", "application/octet-stream");
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    write(bytes);
  }
};

struct Sized : RequestHandler {
  void get() {
    set_header("Content-Type", get_argument("type", "text/plain"));
    if (const auto coding = get_argument("coding", ""); !coding.empty()) {
      set_header("Content-Encoding", coding);
    }
    if (const auto vary = get_argument("vary", ""); !vary.empty()) set_header("Vary", vary);
    write(std::string(get_argument<std::size_t>("size"), 'x'));
  }
};

struct JsonContent : PlainHandler {
  void get(std::string_view name) {
    if (name == "one") write(Json{{"answer", 42}});
    if (name == "markup") write(Json{{"html", "<script></script>"}});
    if (name == "text") write(Json{{"text", "caf\xc3\xa9 \xf0\x9f\x98\x80 \"\\\n\x01"}});
    if (name == "several") write(Json{{"b", nullptr}, {"a", true}, {"c", {1, 2.5}}});
    if (name == "list") write(Json::array({1, 2}));
    if (name == "finished") finish(Json{{"finished", "yes"}});
  }
};

struct Awaited : PlainHandler {
  Task<void> get() {
    write("before ");
    co_await eddy::yield();
    write("after");
  }
};

struct Twice : PlainHandler {
  void get(std::string_view what) {
    finish("once");
    if (what == "finish") finish();
    if (what == "write") write("too late");
    if (what == "redirect") redirect("/");
  }
};

// ---- Streams ----

struct Stream : PlainHandler {
  Task<void> get() {
    write("one ");
    co_await flush();
    set_header("X-Late", "no");
    co_await flush();
    write("two ");
    co_await flush();
    write("three");
  }
};

struct StreamOfLength : PlainHandler {
  Task<void> get() {
    set_header("Content-Length", "6");
    write("abc");
    co_await flush();
    write("def");
  }
};

struct StreamedStatus : PlainHandler {
  Task<void> get() {
    set_status(202);
    co_await flush();
    set_status(500);
    write("accepted");
  }
};

struct StreamBig : PlainHandler {
  Task<void> get() {
    const std::string piece(10'000, 'p');
    for (int i = 0; i < 30; ++i) {
      write(piece);
      co_await flush();
    }
  }
};

// ---- Elsewhere ----

struct Redirect : PlainHandler {
  void get() {
    const int status = get_argument<int>("status", 0);
    if (status != 0) {
      redirect(get_argument("to"), status);
    } else {
      redirect(get_argument("to"), get_argument("permanent", "") == "yes");
    }
  }
  void post() { get(); }
};

struct RedirectWithFields : PlainHandler {
  void get() {
    set_header("X-Test", "kept");
    redirect("/elsewhere");
  }
};

void add_redirects(Application& app) {
  app.add(route<Redirect>("/redirect"))
      .add(route<RedirectWithFields>("/redirect_with_fields"))
      .add(route("/moved", RedirectHandler("/new")))
      .add(route("/moved_for_now", RedirectHandler("/new", false)))
      .add(route("/moved_parts/([^/]*)/(.*)", RedirectHandler("/new/{1}/{0}")))
      .add(route("/moved_names/(?P<year>\\d+)-(?P<month>\\d+)",
                 RedirectHandler("/archive/{month}/{year}")))
      .add(route("/moved_query", RedirectHandler("/new?x=1")))
      .add(route("/moved_host", RedirectHandler("https://example.org/new")));
}

}  // namespace

void add_response_handlers(Application& app) {
  app.add(route<Status>("/status")).add(route<SetHeaders>("/headers"));
  app.add(route<SetHeader>("/header")).add(route<LatinHeader>("/latin"));
  app.add(route<NoType>("/no_type")).add(route<HtmlByDefault>("/html"));
  app.add(route<Cleared>("/cleared")).add(route<Length>("/length"));
  app.add(route<Written>("/written")).add(route<Empty>("/empty")).add(route<AllBytes>("/bytes"));
  app.add(route<Sized>("/sized")).add(route<JsonContent>("/json/(.*)"));
  app.add(route<Awaited>("/awaited")).add(route<Twice>("/twice/(.*)"));
  app.add(route<Stream>("/stream")).add(route<StreamOfLength>("/stream_of_length"));
  app.add(route<StreamedStatus>("/streamed_status")).add(route<StreamBig>("/stream_big"));
  add_redirects(app);
}

}  // namespace eddy_tests
