// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include <eddy/core/task/sleep.h>
#include <eddy/web/app/application.h>
#include <eddy/web/http/forwarded.h>

#include <tests/core/support.h>
#include <tests/web/app/error_of.h>
#include <tests/web/app/test_exchange.h>
#include <tests/web/http/manual_server.h>

namespace {

using eddy::web::Application;
using eddy::web::Method;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::Route;
using eddy::web::route;
using eddy::web::route_path;
using eddy_tests::error_of;
using eddy_tests::ManualServerTest;
using eddy_tests::TestExchange;
using testing::ElementsAre;
using testing::HasSubstr;

Route says(std::string_view path, std::string text) {
  return route(Method::get, path, [text = std::move(text)] { return text; });
}

std::string got(Application& app, std::string_view path, std::string_view fields = {}) {
  TestExchange exchange(app, "GET", path, {}, fields);
  return exchange.status() == 200 ? exchange.body() : std::to_string(exchange.status());
}

std::string at_host(Application& app, std::string_view host, std::string_view path) {
  return got(app, "http://" + std::string(host) + std::string(path));
}

// ---- Hosts

TEST(Hosts, ComeBeforeEveryHostAndInOrderAndLeaveWhatTheyHaveNoRouteFor) {
  Application app({says("/", "any"), says("/any", "any's")});
  app.add_handlers("example\\.com", {says("/", "com"), says("/1", "com 1")})
      .add_handlers(R"((\w+)\.example\.com)", {says("/", "sub")})
      .add_handlers(".*\\.com", {says("/", "late"), says("/2", "late 2")})
      .add(says("/late", "any's late"));
  EXPECT_EQ(at_host(app, "example.com", "/"), "com");
  EXPECT_EQ(at_host(app, "EXAMPLE.com:8080", "/"), "com");
  EXPECT_EQ(at_host(app, "a.example.com", "/"), "sub");
  EXPECT_EQ(at_host(app, "other.com", "/"), "late");
  EXPECT_EQ(at_host(app, "example.com", "/2"), "late 2");
  EXPECT_EQ(at_host(app, "example.com", "/any"), "any's");
  EXPECT_EQ(at_host(app, "example.com", "/late"), "any's late");
  EXPECT_EQ(at_host(app, "exampleXcom", "/"), "any");
  EXPECT_EQ(at_host(app, "example.com.org", "/"), "any");
  EXPECT_EQ(at_host(app, "h", "/1"), "404");
}

TEST(Hosts, APatternThatGivesUpIsNoOtherHost) {
  Application app({says("/", "any")});
  app.add_handlers("(?:(?:a+)+)+[bc]", {says("/", "host")});
  EXPECT_EQ(at_host(app, "aab", "/"), "host");
  EXPECT_EQ(at_host(app, "aad", "/"), "any");
  for (const char* method : {"GET", "POST"}) {
    TestExchange costly(app, method, "http://" + std::string(3000, 'a') + "d/", "content");
    EXPECT_EQ(costly.status(), 500);
    EXPECT_THAT(costly.logged(),
                testing::ElementsAre(testing::HasSubstr("the match limit of a host")));
  }
}

TEST(Hosts, TheDefaultHostIsAskedLastAndNotForProxies) {
  Application app({says("/", "any")});
  app.add_handlers("example\\.com", {says("/", "com"), says("/1", "com 1")});
  EXPECT_EQ(at_host(app, "127.0.0.1", "/1"), "404");
  app.set_default_host("Example.com");
  EXPECT_EQ(at_host(app, "127.0.0.1", "/1"), "com 1");
  EXPECT_EQ(at_host(app, "127.0.0.1", "/"), "any");
  EXPECT_EQ(got(app, "/1", "X-Real-Ip: 192.0.2.7\r\n"), "404");
}

TEST(Hosts, AMalformedPatternIsNamed) {
  Application app;
  try {
    app.add_handlers("a(", {});
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("host (a(): the pattern is malformed: "));
  }
}

class ProxiedHosts : public ManualServerTest {
 protected:
  ProxiedHosts() {
    app_.add_handlers(
        "public\\.org",
        {route(Method::post, "/",
               [](const Request& request) { return "public " + std::string(request.body()); },
               {.body_bytes = 8})});
    app_.post("/", [](const Request& request) { return "any " + std::string(request.body()); });
    eddy::web::ServerOptions options;
    options.trusted_proxies.networks = {"127.0.0.1"};
    options.trusted_proxies.headers = eddy::web::ProxyHeaders::x_forwarded;
    options.trusted_proxies.host = true;
    listen(options);
  }
  std::string answer(std::string_view length, std::string_view content) {
    auto peer = connect(
        "POST / HTTP/1.1\r\nHost: inner\r\nX-Forwarded-Host: public.org\r\n"
        "Content-Length: " +
        std::string(length) + "\r\n\r\n" + std::string(content));
    return read(peer);
  }
};

TEST_F(ProxiedHosts, AreWhatTheClientAskedForAlsoWhenTheContentIsPlanned) {
  EXPECT_THAT(answer("5", "hello"), HasSubstr("public hello"));
  // The limit is that of the route at the public host.
  EXPECT_THAT(answer("9", "123456789"), HasSubstr("413"));
}

// ---- Matchers

bool wants_json(const Request& request) { return request.header("Accept") == "json"; }

TEST(Matchers, LeaveARequestToTheRoutesBehind) {
  Application app;
  app.add(wants_json, says("/x", "json"))
      .add([](const Request& request) { return request.query() == "q"; }, says("/{any}", "query"))
      .add(says("/x", "plain"))
      .add(wants_json, says("/x", "never"))
      .add(wants_json, says("/{any}", "json too"));
  constexpr std::string_view kJson = "Accept: json\r\n";
  EXPECT_EQ(got(app, "/x", kJson), "json");
  EXPECT_EQ(got(app, "/x?q", kJson), "json");
  EXPECT_EQ(got(app, "/x"), "plain");
  EXPECT_EQ(got(app, "/x?q"), "query");
  EXPECT_EQ(got(app, "/y", kJson), "json too");
  EXPECT_EQ(got(app, "/y"), "404");
}

TEST(Matchers, MustAllAccept) {
  Application app;
  app.add(says("/", "both").when(wants_json).when([](const Request& request) {
    return request.query() == "q";
  }));
  constexpr std::string_view kJson = "Accept: json\r\n";
  EXPECT_EQ(got(app, "/?q", kJson), "both");
  EXPECT_EQ(got(app, "/", kJson), "404");
  EXPECT_EQ(got(app, "/?q"), "404");
}

TEST(Matchers, ThatThrowAreA500) {
  Application app;
  app.add([](const Request&) -> bool { throw std::runtime_error("no luck"); }, says("/", "never"));
  TestExchange exchange(app, "GET", "/");
  EXPECT_EQ(exchange.status(), 500);
  ASSERT_EQ(exchange.logged().size(), 1U);
  EXPECT_THAT(exchange.logged()[0], HasSubstr("no luck"));
}

class MatchedServer : public ManualServerTest {};

TEST_F(MatchedServer, AMatcherThatThrowsIsNoWorseForARequestWithContent) {
  app_.add([](const Request&) -> bool { throw std::runtime_error("no luck"); },
           route(Method::post, "/", [] { return "never"; }));
  listen();
  auto peer = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_THAT(read(peer), HasSubstr("500"));
}

TEST_F(MatchedServer, ContentIsForTheRouteThatHasTheMethod) {
  const auto any = [](const Request&) { return true; };
  app_.add(any, says("/", "got"))
      .add(any, route(Method::post, "/",
                      [](const Request& request) { return std::string(request.body()); },
                      {.body_bytes = 8}));
  listen();
  auto fits = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_THAT(read(fits), testing::EndsWith("\r\n\r\nhello"));
  auto more = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123456789");
  EXPECT_THAT(read(more), HasSubstr("413"));
}

// ---- Several routes of one path

Route says(Method method, std::string_view path, std::string text) {
  return route(method, path, [text = std::move(text)] { return text; });
}

/// The answer, or the status and Allow.
std::string outcome(Application& app, std::string_view method, std::string_view target,
                    std::string_view fields = {}) {
  TestExchange exchange(app, method, target, {}, fields);
  if (exchange.status() == 200) return exchange.body();
  return std::to_string(exchange.status()) + " " + exchange.header("Allow");
}

constexpr std::string_view kJson = "Accept: json\r\n";

TEST(OnePath, MatchersHaveTheMethodsOfAllThatMatch) {
  const auto has_query = [](const Request& request) { return request.query() == "q"; };
  for (const char* path : {"/x", "/x/{part}"}) {
    Application app;
    app.add(wants_json, says(Method::get, path, "got"))
        .add(wants_json, says(Method::post, path, "posted"))
        .add(has_query, says(Method::put, path, "put"))
        .add(wants_json, route("BREW", path, [] { return "brewed"; }));
    const std::string target = path == std::string("/x") ? "/x" : "/x/1";
    EXPECT_EQ(outcome(app, "GET", target, kJson), "got") << path;
    EXPECT_EQ(outcome(app, "POST", target, kJson), "posted") << path;
    EXPECT_EQ(outcome(app, "BREW", target, kJson), "brewed") << path;
    EXPECT_EQ(outcome(app, "PUT", target + "?q", kJson), "put") << path;
    EXPECT_EQ(outcome(app, "PUT", target, kJson), "405 GET, HEAD, POST, OPTIONS, BREW") << path;
    EXPECT_EQ(outcome(app, "DELETE", target + "?q", kJson),
              "405 GET, HEAD, POST, PUT, OPTIONS, BREW")
        << path;
    EXPECT_EQ(outcome(app, "OPTIONS", target, kJson), "204 GET, HEAD, POST, OPTIONS, BREW") << path;
    EXPECT_EQ(outcome(app, "DELETE", target + "?q"), "405 PUT, OPTIONS") << path;
    EXPECT_EQ(outcome(app, "POST", target), "404 ") << path;
  }
}

TEST(OnePath, FunctionsWithAndWithoutMatchersKeepTheirOrder) {
  for (const char* path : {"/x", "/{part}"}) {
    Application app;
    app.add(says(Method::get, path, "got"))
        .add(wants_json, says(Method::post, path, "json"))
        .add(says(Method::post, path, "posted"))
        .add(says(Method::put, path, "put"))
        .add(wants_json, says(Method::put, path, "never"));
    EXPECT_EQ(outcome(app, "GET", "/x", kJson), "got") << path;
    EXPECT_EQ(outcome(app, "POST", "/x", kJson), "json") << path;
    EXPECT_EQ(outcome(app, "POST", "/x"), "posted") << path;
    EXPECT_EQ(outcome(app, "PUT", "/x", kJson), "put") << path;
    EXPECT_EQ(outcome(app, "DELETE", "/x"), "405 GET, HEAD, POST, PUT, OPTIONS") << path;
    EXPECT_THROW(app.add(says(Method::post, path, "twice")), std::invalid_argument) << path;
  }
}

struct Gets : RequestHandler {
  void get() {
    set_header("X-Class", "Gets");
    write("got");
  }
  void write_error(int status, const std::exception_ptr& /*error*/) override {
    write("page of ", status);
  }
};

struct GetsAndPosts : RequestHandler {
  void get() { write("never"); }
  void post() { write("posted"); }
};

TEST(OnePath, ClassesAndFunctionsHaveTheMethodsOfAll) {
  // The same path, whether it is an expression or a template.
  Application app({route<Gets>(R"(/a\.b)"), route_path<GetsAndPosts>("/a.b"),
                   route<Gets>("/([0-9]+)"), route<GetsAndPosts>("/([0-9]+)")});
  app.put("/a.b", [] { return "put"; });
  EXPECT_EQ(outcome(app, "GET", "/a.b"), "got");
  EXPECT_EQ(outcome(app, "POST", "/a.b"), "posted");
  EXPECT_EQ(outcome(app, "PUT", "/a.b"), "put");
  EXPECT_EQ(outcome(app, "POST", "/12"), "posted");
  TestExchange del(app, "DELETE", "/a.b");
  EXPECT_EQ(del.status(), 405);
  EXPECT_EQ(del.header("Allow"), "GET, HEAD, POST, PUT, OPTIONS");
  EXPECT_EQ(del.body(), "page of 405");
}

TEST(OnePath, AFunctionComesBehindAClassThatCameBeforeIt) {
  Application app;
  app.get("/x", [] { return "function"; });
  app.add(route<GetsAndPosts>("/x"));
  app.post("/x", [] { return "late"; });
  app.put("/x", [] { return "put"; });
  EXPECT_EQ(outcome(app, "GET", "/x"), "function");
  EXPECT_EQ(outcome(app, "POST", "/x"), "posted");
  EXPECT_EQ(outcome(app, "PUT", "/x"), "put");
}

TEST(OnePath, ASecondFunctionForAMethodIsRefusedAndOfClassesTheFirstWins) {
  Application app({route<Gets>("/class"), route<GetsAndPosts>("/class")});
  EXPECT_EQ(outcome(app, "GET", "/class"), "got");
  app.add(wants_json, says(Method::get, "/x/{id}", "json"))
      .add(says(Method::get, "/x/{id}", "got"));
  app.post("/x/{id}", [] { return "posted"; });
  app.add_handlers("other", {says(Method::get, "/x/{id}", "other host's")});
  EXPECT_EQ(error_of([&app] { app.get("/x/{number}", [] { return "twice"; }); }),
            "route (/x/{number}): there is a function for GET of that path already; take one of "
            "the two away, or give one a matcher (Route::when) and add it first");
  EXPECT_EQ(outcome(app, "GET", "/x/1", kJson), "json");
  EXPECT_EQ(outcome(app, "GET", "/x/1"), "got");
  EXPECT_EQ(at_host(app, "other", "/x/1"), "other host's");
}

TEST(OnePath, HeadIsGetsUnlessARouteIsForHeadAlone) {
  const auto head = [] { return eddy::web::Response(204); };
  Application app;
  app.add(wants_json, says(Method::get, "/x", "got"))
      .add(wants_json, route(Method::head, "/x", head));
  app.add(route<Gets>("/y")).add(route<GetsAndPosts>("/y"));
  EXPECT_EQ(TestExchange(app, "HEAD", "/x", {}, kJson).status(), 204);
  EXPECT_EQ(outcome(app, "GET", "/x", kJson), "got");
  EXPECT_EQ(TestExchange(app, "HEAD", "/y").header("X-Class"), "Gets");
}

TEST(OnePath, OtherPatternsThatMatchItHaveNoPart) {
  Application app;
  app.add(wants_json, says(Method::get, "/x", "got")).add(says(Method::post, "/{any}", "posted"));
  EXPECT_EQ(outcome(app, "POST", "/x", kJson), "405 GET, HEAD, OPTIONS");
  EXPECT_EQ(outcome(app, "POST", "/x"), "posted");
}

// ---- Prefixes, templates, the default handler

struct Wiki : RequestHandler {
  void get(int id, std::string_view path) { write(id, "|", path); }
  void post() {
    for (const std::string& part : path_args()) write("[", part, "]");
    write(path_arg("path").value_or("nothing"));
    EXPECT_THROW((void)path_arg("other"), std::out_of_range);
  }
};

struct Optional : RequestHandler {
  void get() {
    write(path_args().size(), path_arg("page") ? *path_arg("page") : "none",
          path_arg("of").value());
  }
};

TEST(Templates, AreForHandlerClassesToo) {
  Application app({route_path<Wiki>("/user/{id}/files/{path...}")});
  EXPECT_EQ(got(app, "/user/7/files/a/b%20c"), "7|a/b c");
  EXPECT_EQ(got(app, "/user/7/files/"), "7|");
  EXPECT_EQ(got(app, "/user//files/a"), "404");
  EXPECT_EQ(got(app, "/user/7/files"), "404");
}

TEST(PathArgs, AreThereByPositionAndByName) {
  Application app({route_path<Wiki>("/user/{id}/files/{path...}"),
                   route<Optional>(R"(/list(?:/(?<page>\d+))?/(?<of>x))")});
  EXPECT_EQ(TestExchange(app, "POST", "/user/7%2B/files/a/b%20c").body(), "[7+][a/b c]a/b c");
  EXPECT_EQ(got(app, "/list/x"), "2nonex");
  EXPECT_EQ(got(app, "/list/12/x"), "212x");
}

struct PreparesByPath : RequestHandler {
  void prepare() {
    for (const std::string& part : path_args()) write("[", part, "]");
    write(path_arg("path").value_or("nothing"));
  }
  void get() { write(" got"); }
};

struct PreparesByPathLater : PreparesByPath {
  eddy::Task<void> prepare() {
    co_await eddy::sleep(std::chrono::seconds(1));
    PreparesByPath::prepare();
  }
};

class PathArgsServer : public ManualServerTest {};

TEST_F(PathArgsServer, AreThereInPrepareToo) {
  app_.add(route_path<PreparesByPath>("/now/{id}/{path...}"));
  app_.add(route_path<PreparesByPathLater>("/later/{id}/{path...}"));
  listen();
  eddy::testing::ManualPeer later = connect("GET /later/7%2B/a/b%20c HTTP/1.1\r\nHost: h\r\n\r\n");
  eddy::testing::ManualPeer now = connect("GET /now/7%2B/d/e%20f HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(read(now), testing::EndsWith("\r\n\r\n[7+][d/e f]d/e f got"));
  loop_.advance(std::chrono::seconds(1));
  EXPECT_THAT(read(later), testing::EndsWith("\r\n\r\n[7+][a/b c]a/b c got"));
}

TEST(Mount, PutsARoutesPathBehindAPrefix) {
  Application app;
  app.mount("/a.b", {says("/", "root"), says("/p/{x}", "template"),
                     route<Optional>(R"(^/(?<page>\d+)|/q/(?<of>x))")});
  EXPECT_EQ(got(app, "/a.b/"), "root");
  EXPECT_EQ(got(app, "/a.b/p/1"), "template");
  EXPECT_EQ(got(app, "/a.b/q/x"), "2nonex");
  for (const char* path : {"/", "/aXb/", "/aXb/q/x", "/q/x", "/a.b/a.b/"}) {
    EXPECT_EQ(got(app, path), "404") << path;
  }
  EXPECT_THROW(app.mount("a", {}), std::invalid_argument);
  EXPECT_THROW(app.mount("/a/", {}), std::invalid_argument);
  EXPECT_THROW(app.mount("", {}), std::invalid_argument);
  // It would be a parameter to templates, and a text to regular expressions.
  EXPECT_THROW(app.mount("/{user}", {}), std::invalid_argument);
  EXPECT_THROW(app.mount("/\\d", {}), std::invalid_argument);
}

TEST(Mount, IsARouteThatMayBeMountedAndMatchedItself) {
  const std::vector<Route> of_pages = {says("/page", "a page"), says("/{x}", "any")};
  const Route inner = eddy::web::mount("/inner", of_pages);
  Application app({eddy::web::mount("/outer", {says("/", "root"), inner}), inner});
  EXPECT_EQ(got(app, "/outer/"), "root");
  EXPECT_EQ(got(app, "/outer/inner/page"), "a page");
  EXPECT_EQ(got(app, "/outer/inner/b"), "any");
  EXPECT_EQ(got(app, "/inner/page"), "a page");
  for (const char* path : {"/page", "/outer/page", "/outer/inner", "/outer/outer/"}) {
    EXPECT_EQ(got(app, path), "404") << path;
  }

  Application other;
  other.add(inner.when([](const Request& request) { return request.query() == "yes"; }));
  other.add(of_pages);
  other.add_handlers("h", {eddy::web::mount("/host", of_pages)});
  EXPECT_EQ(got(other, "/inner/page"), "404");
  EXPECT_EQ(got(other, "/inner/page?yes"), "a page");
  EXPECT_EQ(got(other, "/inner/b?yes"), "any");
  EXPECT_EQ(got(other, "/page"), "a page");
  EXPECT_EQ(got(other, "/host/page"), "a page");
  EXPECT_THROW((void)eddy::web::mount("a", {}), std::invalid_argument);
}

struct NotHere : RequestHandler {
  void get() {
    set_status(404);
    write("not here: ", request().path(), path_args().size());
  }
};

TEST(DefaultHandler, AnswersWhatNoRouteIsFor) {
  Application app({says("/x", "x")});
  app.set_default_handler<NotHere>();
  EXPECT_EQ(got(app, "/x"), "x");
  TestExchange other(app, "GET", "/y/z");
  EXPECT_EQ(other.status(), 404);
  EXPECT_EQ(other.body(), "not here: /y/z0");
  EXPECT_EQ(TestExchange(app, "POST", "/y").status(), 405);
  EXPECT_THROW(app.set_default_handler<Wiki>(), std::invalid_argument);
}

// ---- Requests that wait

struct AsksForItsPath : RequestHandler {
  void initialize(const eddy::core_test::Alive& /*counted*/) {}
  eddy::Task<void> get() {
    co_await eddy::sleep(std::chrono::seconds(1));
    write(path_args().size());
  }
};

TEST_F(ManualServerTest, ADefaultHandlerThatWaitsIsNotTouchedByTheNextOne) {
  static int arguments = 0;  // the application is destroyed behind the test
  app_.set_default_handler<AsksForItsPath>(eddy::core_test::Alive(arguments));
  listen();
  eddy::testing::ManualPeer peer = connect("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
  app_.set_default_handler<AsksForItsPath>(eddy::core_test::Alive(arguments));
  EXPECT_EQ(arguments, 2) << "the first handler may still look at its own";
  loop_.advance(std::chrono::seconds(1));
  EXPECT_THAT(read(peer), testing::EndsWith("\r\n\r\n0"));
}

TEST_F(ManualServerTest, AMatcherIsAskedOnceForARequestWithContent) {
  int asked = 0;
  app_.add(route(Method::post, "/{name}", [](std::string_view name) {
             return std::string(name);
           }).when([&asked](const Request&) { return ++asked > 0; }));
  listen();
  eddy::testing::ManualPeer peer =
      connect("POST /a%20b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(asked, 1) << "for the bound on its content";
  send(peer, "ok");
  EXPECT_THAT(read(peer), testing::EndsWith("\r\n\r\na b"));
  EXPECT_EQ(asked, 1);
}

}  // namespace
