// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <exception>
#include <stdexcept>
#include <string>

#include <eddy/web/app/stock_handlers.h>
#include <tests/parity/handlers.h>

namespace eddy_tests {
namespace {

using eddy::Task;
using eddy::web::Application;
using eddy::web::Finish;
using eddy::web::HttpError;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;

// ---- Errors ----

struct Throws : PlainHandler {
  void get() {
    set_header("X-Test", "dropped");
    write("dropped");
    throw HttpError(get_argument<int>("code"), "for the log: 100%", get_argument("reason", ""));
  }
  void post() { get(); }
};

struct Fails : PlainHandler {
  void get() { throw std::runtime_error("a secret"); }
};

struct FailsAwaiting : PlainHandler {
  Task<void> get() {
    write("dropped");
    co_await eddy::yield();
    throw HttpError(409);
  }
};

struct FailsStreaming : PlainHandler {
  Task<void> get() {
    write("partial");
    co_await flush();
    throw HttpError(409);
  }
};

struct FailsFinished : PlainHandler {
  void get() {
    finish("whole");
    throw HttpError(409);
  }
};

struct SendsError : PlainHandler {
  void get() {
    write("dropped");
    send_error(get_argument<int>("code"), get_argument("reason", ""));
  }
};

struct OwnPage : PlainHandler {
  void set_default_headers() override { set_header("X-Default", "there"); }
  void write_error(int status, const std::exception_ptr& error) override {
    set_header("Content-Type", "text/plain");
    write("own page ", status, " ", reason(), error ? " thrown" : " sent");
  }
  void get() { throw HttpError(403, {}, "Members only"); }
  void post() { send_error(404); }
  void put() { throw std::runtime_error("a secret"); }
};

struct TypedByDefault : RequestHandler {
  void set_default_headers() override { set_header("Content-Type", "text/plain"); }
  void get() { throw HttpError(403); }
  void post() { write("text"); }
};

struct BadPage : PlainHandler {
  void write_error(int /*status*/, const std::exception_ptr& /*error*/) override {
    write("begun");
    throw std::runtime_error("a secret");
  }
  void get() { throw HttpError(403); }
};

// ---- Finish ----

struct Finishes : PlainHandler {
  void get() {
    set_status(401);
    set_header("WWW-Authenticate", "Basic realm=\"x\"");
    write("who are you?");
    throw Finish();
  }
  void post() {
    write("so far, ");
    throw Finish("so good");
  }
};

// ---- Before the method ----

struct Prepared : RequestHandler {
  void prepare() {
    const std::string what = get_argument("prepare", "");
    set_header("X-Prepared", request().method_text());
    if (what == "finish") return finish("prepared");
    if (what == "throw") throw HttpError(403);
    if (what == "redirect") return redirect("/elsewhere");
    if (what == "finish_thrown") throw Finish("thrown");
    write("prepared, ");
  }
  void get() { write("got"); }
  void post() { write("posted"); }
};

struct AwaitsPrepared : RequestHandler {
  Task<void> prepare() {
    co_await eddy::yield();
    finish("awaited");
  }
  void get() { write("never"); }
};

struct PreparedInPieces : RequestHandler {
  Task<void> prepare() {
    write("one ");
    co_await flush();
    write("two ");
  }
  void get() { write("three"); }
};

}  // namespace

void add_ending_handlers(Application& app) {
  app.add(route<Throws>("/throws")).add(route<Fails>("/fails"));
  app.add(route<FailsAwaiting>("/fails_awaiting")).add(route<FailsStreaming>("/fails_streaming"));
  app.add(route<FailsFinished>("/fails_finished")).add(route<SendsError>("/sends_error"));
  app.add(route<OwnPage>("/own_page")).add(route<BadPage>("/bad_page"));
  app.add(route<TypedByDefault>("/typed_by_default"));
  app.add(route<Finishes>("/finishes")).add(route<Prepared>("/prepared"));
  app.add(route<AwaitsPrepared>("/awaits_prepared"));
  app.add(route<PreparedInPieces>("/prepared_in_pieces"));
  app.add(route("/gone/.*", eddy::web::ErrorHandler(410)));
  app.add(route("/fallback/.*", eddy::web::FallbackHandler([](const Request& request) {
                  return "fallback for " + std::string(request.path());
                })));
}

}  // namespace eddy_tests
