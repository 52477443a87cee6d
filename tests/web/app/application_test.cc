// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/application.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <tests/web/app/error_of.h>
#include <tests/web/app/test_exchange.h>

namespace {

using eddy::web::Application;
using eddy::web::HttpError;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::Response;
using eddy::web::route;
using eddy_tests::error_of;
using eddy_tests::TestExchange;
using testing::HasSubstr;

// ---- Handler classes
// ------------------------------------------------------------------------------

struct Story : RequestHandler {
  void get(int id) { write("story ", id); }
  void post() { write("posted"); }
};

struct Inherited : Story {};

struct VirtualBase : RequestHandler {
  virtual void get() { write("base"); }
};
struct VirtualDerived : VirtualBase {
  void get() override { write("derived"); }
};

struct Types : RequestHandler {
  void get(unsigned small, double real, std::string_view view, std::string text) {
    write(small, "|", real, "|", view, "|", text);
  }
};

struct MaybePage : RequestHandler {
  void get(std::optional<int> page) { write(page ? "page " : "no page", page.value_or(0)); }
};

struct ByReference : RequestHandler {
  void get(const std::string& text) { write(text); }
};

TEST(Application, CallsTheMethodWithTypedGroups) {
  Application app({route<Story>(R"(/story/(\d+))", {.name = "story"})});
  TestExchange get(app, "GET", "/story/42");
  EXPECT_EQ(get.status(), 200);
  EXPECT_EQ(get.body(), "story 42");
  EXPECT_EQ(get.header("Content-Type"), "text/html; charset=UTF-8");
  EXPECT_EQ(get.times_finished(), 1);
  // A method may take none of the groups.
  EXPECT_EQ(TestExchange(app, "POST", "/story/42").body(), "posted");
}

TEST(Application, FindsInheritedAndVirtualMethods) {
  Application app({route<Inherited>(R"(/story/(\d+))"), route<VirtualDerived>("/v")});
  EXPECT_EQ(TestExchange(app, "GET", "/story/1").body(), "story 1");
  EXPECT_EQ(TestExchange(app, "GET", "/v").body(), "derived");
}

TEST(Application, ConvertsEachType) {
  Application app({route<Types>("/(.*)/(.*)/(.*)/(.*)"), route<ByReference>("/r(.*)")});
  EXPECT_EQ(TestExchange(app, "GET", "/7/2.5/a%20b+c%2Fd/%C3%A9").body(), "7|2.5|a b+c/d|\xc3\xa9");
  EXPECT_EQ(TestExchange(app, "GET", "/rx%41").body(), "xA");
}

TEST(Application, AGroupThatDoesNotConvertIsA404) {
  Application app({route<Story>("/story/(.*)"), route<Types>("/(.*)/(.*)/(.*)/(.*)")});
  for (const char* target : {"/story/", "/story/x", "/story/1x", "/story/99999999999", "/story/1.0",
                             "/-1/1/a/b", "/1/nan/a/b", "/1/inf/a/b", "/1//a/b"}) {
    EXPECT_EQ(TestExchange(app, "GET", target).status(), 404) << target;
  }
}

TEST(Application, AGroupThatIsNotUtf8IsA400) {
  Application app({route<ByReference>("/r(.*)")});
  EXPECT_EQ(TestExchange(app, "GET", "/r%ff").status(), 400);
}

TEST(Application, AnOptionalGroupIsAnOptional) {
  Application app({route<MaybePage>(R"(/list(?:/(\d+))?)")});
  EXPECT_EQ(TestExchange(app, "GET", "/list").body(), "no page0");
  EXPECT_EQ(TestExchange(app, "GET", "/list/3").body(), "page 3");
  Application strict({route<Story>(R"(/list(?:/(\d+))?)")});
  EXPECT_EQ(TestExchange(strict, "GET", "/list").status(), 404);
}

// ---- Methods
// --------------------------------------------------------------------------------------

TEST(Application, AMissingMethodIsA405WithAllow) {
  Application app({route<Story>(R"(/story/(\d+))")});
  TestExchange put(app, "PUT", "/story/1");
  EXPECT_EQ(put.status(), 405);
  EXPECT_EQ(put.header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(TestExchange(app, "BREW", "/story/1").status(), 501);
  EXPECT_EQ(TestExchange(app, "get", "/story/1").status(), 501);
}

TEST(Application, OptionsAnswersByItself) {
  struct Own : RequestHandler {
    void options() { set_header("X-Options", "own"); }
  };
  Application app({route<Story>(R"(/story/(\d+))"), route<Own>("/own")});
  TestExchange story(app, "OPTIONS", "/story/1");
  EXPECT_EQ(story.status(), 204);
  EXPECT_EQ(story.header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(story.body(), "");
  EXPECT_EQ(TestExchange(app, "OPTIONS", "/own").header("X-Options"), "own");
  EXPECT_EQ(TestExchange(app, "OPTIONS", "/nothing").status(), 404);
  TestExchange server(app, "OPTIONS", "*");
  EXPECT_EQ(server.status(), 204);
  EXPECT_EQ(server.header("Allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

TEST(Application, HeadIsAnsweredByGet) {
  struct OwnHead : RequestHandler {
    void get() { write("get"); }
    void head() { set_header("X-Head", "own"); }
  };
  Application app({route<Story>(R"(/story/(\d+))"), route<OwnHead>("/own")});
  EXPECT_EQ(TestExchange(app, "HEAD", "/story/1").status(), 200);
  EXPECT_EQ(TestExchange(app, "HEAD", "/own").header("X-Head"), "own");
}

TEST(Application, NoRouteIsA404) {
  Application app({route<Story>(R"(/story/(\d+))")});
  TestExchange none(app, "GET", "/");
  EXPECT_EQ(none.status(), 404);
  EXPECT_EQ(none.body(), "<html><title>404: Not Found</title><body>404: Not Found</body></html>");
  EXPECT_TRUE(none.logged().empty());
}

// ---- The life of a handler
// ------------------------------------------------------------------------

struct Prepared : RequestHandler {
  void prepare() {
    set_header("X-Prepared", "yes");
    if (request().query() == "stop") finish("stopped");
  }
  void get() { write("got"); }
};

TEST(RequestHandler, PrepareMayEndTheRequest) {
  Application app({route<Prepared>("/")});
  TestExchange goes_on(app, "GET", "/");
  EXPECT_EQ(goes_on.body(), "got");
  EXPECT_EQ(goes_on.header("X-Prepared"), "yes");
  EXPECT_EQ(TestExchange(app, "GET", "/?stop").body(), "stopped");
}

struct Counted : RequestHandler {
  inline static int finished_count = 0;
  inline static int destroyed_count = 0;
  ~Counted() override { ++destroyed_count; }
  void on_finish() override { ++finished_count; }
  void get() {
    if (request().query() == "throw") throw std::runtime_error("no luck");
  }
};

TEST(RequestHandler, OnFinishComesOnceOnEveryPath) {
  Counted::finished_count = Counted::destroyed_count = 0;
  Application app({route<Counted>("/")});
  { const TestExchange plain(app, "GET", "/"); }
  EXPECT_EQ(Counted::finished_count, 1);
  EXPECT_EQ(Counted::destroyed_count, 1);
  { const TestExchange thrown(app, "GET", "/?throw"); }
  EXPECT_EQ(Counted::finished_count, 2);
  EXPECT_EQ(Counted::destroyed_count, 2);
}

struct Throws : RequestHandler {
  void get(std::string_view what) {
    write("half a page");
    set_header("X-Half", "yes");
    if (what == "http") throw HttpError(418, "too hot");
    if (what == "silent") throw HttpError(403);
    if (what == "int") throw 42;
    if (what == "late") {
      finish();
      throw std::runtime_error("after the end");
    }
    throw std::runtime_error("no luck");
  }
};

TEST(RequestHandler, ExceptionsBecomeErrorPagesAndOneLineOfLog) {
  Application app({route<Throws>("/(.*)")});
  TestExchange other(app, "GET", "/x");
  EXPECT_EQ(other.status(), 500);
  EXPECT_EQ(other.header("X-Half"), "");
  EXPECT_EQ(other.body(),
            "<html><title>500: Internal Server Error</title><body>500: Internal "
            "Server Error</body></html>");
  ASSERT_EQ(other.logged().size(), 1U);
  EXPECT_THAT(other.logged()[0], HasSubstr("500 GET /x (192.0.2.1): "));
  EXPECT_THAT(other.logged()[0], HasSubstr("no luck"));

  TestExchange http(app, "GET", "/http");
  EXPECT_EQ(http.status(), 418);
  EXPECT_THAT(http.logged(), testing::ElementsAre("418 GET /http (192.0.2.1): too hot"));
  TestExchange silent(app, "GET", "/silent");
  EXPECT_EQ(silent.status(), 403);
  EXPECT_TRUE(silent.logged().empty());
  EXPECT_EQ(TestExchange(app, "GET", "/int").status(), 500);

  TestExchange late(app, "GET", "/late");
  EXPECT_EQ(late.status(), 200);
  EXPECT_EQ(late.body(), "half a page");
  EXPECT_EQ(late.logged().size(), 1U);
  EXPECT_EQ(late.times_finished(), 1);
}

struct OwnErrorPage : RequestHandler {
  void write_error(int status, const std::exception_ptr& /*error*/) override {
    finish("own page for " + std::to_string(status));
  }
  void get() { send_error(409); }
  void post() { redirect("/x\r\nSet-Cookie: a=b"); }
};

TEST(RequestHandler, WriteErrorCanBeOverridden) {
  Application app({route<OwnErrorPage>("/")});
  TestExchange error(app, "GET", "/");
  EXPECT_EQ(error.status(), 409);
  EXPECT_EQ(error.body(), "own page for 409");
}

TEST(RequestHandler, AResponseCannotBeSplit) {
  Application app({route<OwnErrorPage>("/")});
  TestExchange split(app, "POST", "/");
  EXPECT_EQ(split.status(), 500);
  EXPECT_EQ(split.header("Set-Cookie"), "");
}

struct Misuse : RequestHandler {
  void get() {
    finish("done");
    EXPECT_THROW(finish(), std::logic_error);
    EXPECT_THROW(write("x"), std::logic_error);
    EXPECT_THROW(send_error(400), std::logic_error);
    EXPECT_THROW(redirect("/"), std::logic_error);
    EXPECT_THROW(send_file({}), std::logic_error);
    EXPECT_EQ(status(), 200);
    EXPECT_TRUE(finished());
  }
  void post() {
    EXPECT_THROW(set_status(99), std::invalid_argument);
    set_status(299, "Quite\r\nfine");
    write(1, ' ' == 32 ? "-" : "", 2.5, std::string("s"), "c");
  }
};

TEST(RequestHandler, MisuseIsAnExceptionAndNothingElse) {
  Application app({route<Misuse>("/")});
  EXPECT_EQ(TestExchange(app, "GET", "/").body(), "done");
  TestExchange post(app, "POST", "/");
  EXPECT_EQ(post.status(), 299);
  EXPECT_EQ(post.exchange().response().reason, "");
  EXPECT_EQ(post.body(), "1-2.5sc");
}

struct WhichApp : RequestHandler {
  inline static Application* seen = nullptr;
  void get() { seen = &app(); }
};

struct AsksLate : RequestHandler {
  static inline Application* in_on_finish = nullptr;
  static inline Application* in_destructor = nullptr;
  ~AsksLate() override { in_destructor = &app(); }
  void on_finish() override { in_on_finish = &app(); }
  void get() {}
};

TEST(RequestHandler, KnowsItsApplicationToItsEnd) {
  Application app({route<AsksLate>("/")});
  { const TestExchange get(app, "GET", "/"); }
  EXPECT_EQ(AsksLate::in_on_finish, &app);
  EXPECT_EQ(AsksLate::in_destructor, &app);
}

TEST(RequestHandler, KnowsItsApplication) {
  Application app({route<WhichApp>("/")});
  const TestExchange get(app, "GET", "/");
  EXPECT_EQ(WhichApp::seen, &app);
}

// ---- The short form
// -------------------------------------------------------------------------------

std::string free_function(std::string_view name) { return "free " + std::string(name); }

TEST(ShortForm, TakesPartsAndRequestAndGivesText) {
  Application app;
  app.get("/hello/{name}", [](std::string_view name) { return "Hello, " + std::string(name); })
      .get("/free/{name}", free_function)
      .get("/add/{a}/{b}",
           [](int a, const Request& request, int b) {
             return std::to_string(a + b) + std::string(request.query());
           })
      .get("/view", []() -> std::string_view { return "view"; })
      .get("/literal", [] { return "literal"; })
      .get("/nothing", [] {})
      .get("/rest/{path...}", [](std::string path) { return path; })
      .get("/response", [](const Request&) { return Response::html("<b>", 201); });
  TestExchange hello(app, "GET", "/hello/W%C3%B6rld%20%3Cb%3E");
  EXPECT_EQ(hello.body(), "Hello, W\xc3\xb6rld <b>");
  EXPECT_EQ(hello.header("Content-Type"), "text/plain; charset=UTF-8");
  EXPECT_EQ(TestExchange(app, "GET", "/free/x").body(), "free x");
  EXPECT_EQ(TestExchange(app, "GET", "/add/1/2?q").body(), "3q");
  EXPECT_EQ(TestExchange(app, "GET", "/view").body(), "view");
  EXPECT_EQ(TestExchange(app, "GET", "/literal").body(), "literal");
  EXPECT_EQ(TestExchange(app, "GET", "/nothing").status(), 200);
  EXPECT_EQ(TestExchange(app, "GET", "/rest/a/b%2Fc").body(), "a/b/c");
  TestExchange response(app, "GET", "/response");
  EXPECT_EQ(response.status(), 201);
  EXPECT_EQ(response.header("Content-Type"), "text/html; charset=UTF-8");
  EXPECT_EQ(TestExchange(app, "GET", "/hello/a/b").status(), 404);
  EXPECT_EQ(TestExchange(app, "GET", "/add/1/x").status(), 404);
}

TEST(ShortForm, GivesBytesThatAreNoText) {
  Application app;
  app.get("/bytes", [] { return std::vector{std::byte{0}, std::byte{0xff}}; });
  TestExchange bytes(app, "GET", "/bytes");
  EXPECT_EQ(bytes.body(), std::string("\0\xff", 2));
  EXPECT_EQ(bytes.header("Content-Type"), "application/octet-stream");
}

TEST(ShortForm, IntegersOfOneByteAreNumbers) {
  Application app;
  app.get("/{a}/{b}", [](std::uint8_t a, std::int8_t b) { return std::to_string(a + b); });
  EXPECT_EQ(TestExchange(app, "GET", "/255/-128").body(), "127");
  EXPECT_EQ(TestExchange(app, "GET", "/256/0").status(), 404);
  EXPECT_EQ(TestExchange(app, "GET", "/0/128").status(), 404);
  EXPECT_EQ(TestExchange(app, "GET", "/-1/0").status(), 404);
  EXPECT_EQ(TestExchange(app, "GET", "/a/0").status(), 404);
}

TEST(ShortForm, FunctionsOfOnePathAreOneRoute) {
  Application app;
  app.get("/item/{id}", [](int id) { return "get " + std::to_string(id); })
      .put("/item/{number}", [](int id) { return "put " + std::to_string(id); })
      .del("/item/{id}", [] { return Response(204); });
  EXPECT_EQ(TestExchange(app, "PUT", "/item/5").body(), "put 5");
  EXPECT_EQ(TestExchange(app, "DELETE", "/item/5").status(), 204);
  EXPECT_EQ(TestExchange(app, "POST", "/item/5").header("Allow"),
            "GET, HEAD, PUT, DELETE, OPTIONS");
  EXPECT_THROW(app.get("/item/{x}", [](int) { return "twice"; }), std::invalid_argument);
}

TEST(ShortForm, ExceptionsOfFunctions) {
  Application app;
  app.get("/", []() -> std::string { throw HttpError(429); });
  EXPECT_EQ(TestExchange(app, "GET", "/").status(), 429);
}

TEST(ShortForm, FunctionsMayCaptureWhatCannotBeCopied) {
  Application app;
  app.get("/", [count = std::make_unique<int>(0)]() mutable { return std::to_string(++*count); });
  EXPECT_EQ(TestExchange(app, "GET", "/").body(), "1");
  EXPECT_EQ(TestExchange(app, "GET", "/").body(), "2");
}

// ---- Order and errors of routes
// -------------------------------------------------------------------

TEST(Routes, TheFirstThatMatchesWinsThoughLiteralsAreLookedUp) {
  Application app;
  app.get("/a", [] { return "literal"; })
      .get("/{any}", [](std::string_view any) { return "any " + std::string(any); })
      .get("/b", [] { return "hidden"; });
  EXPECT_EQ(TestExchange(app, "GET", "/a").body(), "literal");
  EXPECT_EQ(TestExchange(app, "GET", "/b").body(), "any b");
}

TEST(Routes, ATemplateIsLiteralButForItsParts) {
  Application app;
  app.get("/a.b/{x}", [](std::string_view x) { return x; });
  EXPECT_EQ(TestExchange(app, "GET", "/a.b/1").status(), 200);
  EXPECT_EQ(TestExchange(app, "GET", "/aXb/1").status(), 404);
}

TEST(Routes, PatternsMatchTheWholePath) {
  Application app({route<VirtualBase>("/a|/bc"), route<ByReference>("/x(y?)$")});
  EXPECT_EQ(TestExchange(app, "GET", "/a").status(), 200);
  EXPECT_EQ(TestExchange(app, "GET", "/bc").status(), 200);
  EXPECT_EQ(TestExchange(app, "GET", "/ab").status(), 404);
  EXPECT_EQ(TestExchange(app, "GET", "/a/").status(), 404);
  EXPECT_EQ(TestExchange(app, "GET", "/xy").status(), 200);
}

TEST(Routes, APatternThatWouldBlowUpIsGivenUp) {
  Application app({route<VirtualBase>("/(?:(?:a+)+)+[bc]")});
  EXPECT_EQ(TestExchange(app, "GET", "/aaab").status(), 200);
  TestExchange costly(app, "GET", "/" + std::string(5000, 'a') + "d");
  EXPECT_EQ(costly.status(), 500);
  ASSERT_EQ(costly.logged().size(), 1U);
  EXPECT_THAT(costly.logged()[0], HasSubstr("the match limit"));
}

TEST(Routes, MistakesAreNamedWhenTheApplicationIsBuilt) {
  EXPECT_EQ(
      error_of([] { Application app({route<Story>("/story/(.*)/(.*)", {.name = "story"})}); }),
      "route 'story' (/story/(.*)/(.*)): the pattern has 2 groups, but "
      "Story::get() takes 1 parameter");
  EXPECT_EQ(error_of([] { Application app({route<Types>("/x")}); }),
            "route (/x): the pattern has 0 groups, but Types::get() takes 4 parameters");
  EXPECT_EQ(error_of([] {
              Application app;
              app.put("/x/{a}", [](int, int) {});
            }),
            "route (/x/{a}): the pattern has 1 group, but its function for PUT takes 2 parameters");
  EXPECT_THAT(error_of([] { Application app({route<Story>("/story/(")}); }),
              HasSubstr("route (/story/() of Story: the pattern is malformed: "));
  EXPECT_EQ(error_of([] {
              Application app({route<VirtualBase>("/a", {.name = "n"}),
                               route<VirtualDerived>("/b", {.name = "n"})});
            }),
            "route 'n' (/b) of VirtualDerived: there is a route of that name already, "
            "route 'n' (/a) of VirtualBase");
  EXPECT_THAT(error_of([] {
                struct Empty : RequestHandler {};
                Application app({route<Empty>("/")});
              }),
              HasSubstr("has none of get, head, post, put, patch, del and options"));
}

TEST(Routes, MalformedTemplates) {
  for (const char* path :
       {"", "x", "/{", "/}", "/{}", "/{a b}", "/{1}", "/{a...}/b", R"(/(\d+))"}) {
    EXPECT_THAT(error_of([path] { Application().get(path, [] {}); }),
                HasSubstr("the pattern is malformed"))
        << path;
  }
}

}  // namespace
