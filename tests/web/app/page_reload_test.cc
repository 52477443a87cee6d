// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <eddy/web/app/settings.h>
#include <eddy/web/template/template_watch.h>
#include <eddy/web/web.h>

#include <tests/web/http/manual_server.h>

// Which pages have the script that loads them anew, and whom its path answers. What it does in a
// browser, and with a program that is built, has tests of its own.
namespace {

using eddy::Task;
using eddy::web::RequestHandler;
using eddy::web::Response;
using eddy::web::route;
using eddy::web::TemplateWatch;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

struct Pages : RequestHandler {
  void post(const std::string& name) { get(name); }
  void get(const std::string& name) {
    if (name == "text") set_header("Content-Type", "text/plain");
    if (name == "coded") set_header("Content-Encoding", "x");
    if (name == "range") set_header("Content-Range", "bytes 0-20/40");
    if (name == "measured") set_header("Content-Length", "20");
    finish(name == "part" ? "<p>a part</p>" : "<body></body></body>");
  }
};

struct Streamed : RequestHandler {
  Task<void> get() {
    write("<body>");
    co_await flush();
    write("</body>");
  }
};

class PageReloadTest : public eddy_tests::ManualServerTest {
 protected:
  PageReloadTest() {
    app_.set_settings({.etags = true, .check_host = false, .autoreload = true});
    app_.add(eddy::web::route_path<Pages>("/{name}"));
    app_.add(eddy::web::route<Streamed>("/function/streamed"));
    app_.get("/function/page", [] {
      Response response;
      response.headers.set("content-type", "TEXT/HTML");
      response.body = "<body></body>";
      return response;
    });
  }
  eddy::testing::ManualPeer begin(const std::string& target, const std::string& fields = "",
                                  const std::string& host = "localhost",
                                  const std::string& method = "GET") {
    if (server_ == nullptr) listen();
    return connect(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n");
  }
  std::string ask(const std::string& target, const std::string& fields = "",
                  const std::string& host = "localhost", const std::string& method = "GET") {
    auto peer = begin(target, fields, host, method);
    return read(peer);
  }
  std::string id() {
    const std::string script = ask("/_eddy/reload");
    const std::string before = "const id = \"";
    return script.substr(script.find(before) + before.size(), 16);
  }
};

TEST_F(PageReloadTest, ThePagesOfADeveloperHaveTheScriptBeforeTheirEnd) {
  const std::string script = "<script src=\"http://localhost/_eddy/reload\" nonce=\"";
  EXPECT_THAT(ask("/page"),
              AllOf(HasSubstr("<body></body>" + script), EndsWith("\" defer></script></body>")));
  EXPECT_THAT(ask("/function/page"), HasSubstr("<body>" + script));
  for (const char* target :
       {"/text", "/coded", "/measured", "/range", "/part", "/function/streamed"}) {
    EXPECT_THAT(ask(target), Not(HasSubstr("<script"))) << target;
  }
}

std::string field(const std::string& answer, const std::string& name) {
  const std::string before = "\r\n" + name + ": ";
  const std::size_t found = answer.find(before);
  if (found == std::string::npos) throw std::runtime_error("no " + name + " in: " + answer);
  const std::size_t at = found + before.size();
  return answer.substr(at, answer.find('\r', at) - at);
}

TEST_F(PageReloadTest, TheScriptIsAPartOfWhatThePagesFieldsTell) {
  const std::string page = ask("/page");
  const std::string head = ask("/page", "", "localhost", "HEAD");
  EXPECT_EQ(field(head, "Content-Length"), field(page, "Content-Length"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
  EXPECT_EQ(page.size() - page.find("\r\n\r\n") - 4, std::stoul(field(page, "Content-Length")));
  // Which has a nonce of its own each time.
  EXPECT_NE(field(page, "ETag"), field(ask("/page"), "ETag"));
}

TEST_F(PageReloadTest, APageThatAFormHasMadeIsNotAskedToLoadAnew) {
  EXPECT_THAT(ask("/page", "Content-Length: 0\r\n", "localhost", "POST"),
              Not(HasSubstr("<script")));
}

TEST_F(PageReloadTest, OthersHaveNothingOfIt) {
  EXPECT_THAT(ask("/page", "X-Forwarded-For: 127.0.0.1\r\n"), Not(HasSubstr("<script")));
  EXPECT_THAT(ask("/_eddy/reload", "Via: 1.1 proxy\r\n"), Not(HasSubstr("const id")));
  EXPECT_THAT(ask("/page", "", "rebound.example"), Not(HasSubstr("<script")));
  EXPECT_THAT(ask("/_eddy/reload", "", "rebound.example"), Not(HasSubstr("const id")));
}

TEST_F(PageReloadTest, OnlyWhatPagesAskAgainAndAgainIsLeftOutOfTheLog) {
  std::vector<std::string> logged;
  app_.set_settings(
      {.check_host = false, .autoreload = true, .log_function = [&](const auto& record) {
         logged.emplace_back(record.request.target());
       }});
  (void)ask("/_eddy/reload");
  (void)ask("/_eddy/reload", "Via: 1.1 proxy\r\n");
  (void)ask("/page");
  EXPECT_THAT(logged, testing::ElementsAre("/_eddy/reload", "/page"));
}

TEST_F(PageReloadTest, IsOffUnlessAskedFor) {
  eddy::web::Application quiet({eddy::web::route_path<Pages>("/{name}")});
  auto& server = quiet.listen(loop_, "127.0.0.1", 0);
  auto peer = loop_.system().connect(server.port());
  send(peer, "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(read(peer), EndsWith("\r\n\r\n<body></body></body>"));
}

TEST_F(PageReloadTest, APageOfAnotherProgramIsToLoadAnew) {
  EXPECT_THAT(ask("/_eddy/reload?0123456789abcdef-0"), StartsWith("HTTP/1.1 205 "));
}

TEST_F(PageReloadTest, WaitsForNewsButNotForLonger) {
  auto peer = begin("/_eddy/reload?" + id() + "-0");
  EXPECT_THAT(read(peer), IsEmpty());
  loop_.advance(4s);
  EXPECT_THAT(read(peer), IsEmpty());
  loop_.advance(1s);
  EXPECT_THAT(read(peer), AllOf(StartsWith("HTTP/1.1 204 "), HasSubstr("\r\nEddy-Problem: 0\r\n")));
  EXPECT_THAT(accesses_, IsEmpty());
}

TEST_F(PageReloadTest, AServerThatDrainsWaitsForItNoLongerThanThat) {
  auto peer = begin("/_eddy/reload?" + id() + "-0");
  bool drained = false;
  loop_.spawn([](eddy::web::Server& server, bool& done) -> Task<void> {
    (void)co_await server.drain(1h);
    done = true;
  }(*server_, drained));
  loop_.advance(5s);
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 204 "));
  peer.close();
  loop_.run_until_idle();
  EXPECT_TRUE(drained);
}

TEST_F(PageReloadTest, APageThatHasGoneIsWaitedForNoMore) {
  auto peer = begin("/_eddy/reload?" + id() + "-0");
  const std::size_t waiting = server_->stats().connections;
  peer.close();
  loop_.run_until_idle();
  EXPECT_EQ(server_->stats().connections, waiting - 1);
  const auto fired = loop_.stats().timers;
  loop_.advance(5s);
  EXPECT_EQ(loop_.stats().timers, fired);
}

TEST_F(PageReloadTest, AProblemOfAnotherApplicationIsNoNews) {
  auto peer = begin("/_eddy/reload?" + id() + "-7");
  EXPECT_THAT(read(peer), IsEmpty());
  loop_.advance(5s);
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 204 "));
}

TEST_F(PageReloadTest, NoPageOfAnotherSiteMayAsk) {
  EXPECT_THAT(ask("/_eddy/reload"),
              AllOf(HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"),
                    HasSubstr("\r\nCross-Origin-Resource-Policy: same-origin\r\n")));
  for (const char* const site : {"cross-site", "same-site"}) {
    const std::string field = std::string("Sec-Fetch-Site: ") + site + "\r\n";
    EXPECT_THAT(ask("/_eddy/reload", field), Not(HasSubstr("const id"))) << site;
  }
  for (const char* const site : {"same-origin", "none"}) {
    const std::string field = std::string("Sec-Fetch-Site: ") + site + "\r\n";
    EXPECT_THAT(ask("/_eddy/reload", field), HasSubstr("const id")) << site;
  }
}

TEST(TemplateWatches, AreThoseThatThereAre) {
  EXPECT_EQ(TemplateWatch::first(), nullptr);
  const char* const build[] = {"make"};
  const TemplateWatch one("/a", build);
  {
    const TemplateWatch two("/b", {});
    const TemplateWatch three("/c", build);
    EXPECT_EQ(TemplateWatch::first(), &three);
    EXPECT_EQ(three.next(), &two);
    EXPECT_EQ(two.next(), &one);
    EXPECT_EQ(one.next(), nullptr);
  }
  EXPECT_EQ(TemplateWatch::first(), &one);
  EXPECT_STREQ(one.folder(), "/a");
  EXPECT_STREQ(one.build()[0], "make");
}

}  // namespace
