// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/user_handler.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/task/sleep.h>
#include <eddy/testing/app_test.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>

#include <tests/web/app/test_exchange.h>

// Who a request is from, and what those get who are nobody.
namespace {

using eddy::Task;
using eddy::testing::AppTest;
using eddy::testing::ManualAppTest;
using eddy::web::Application;
using eddy::web::AsyncUserHandler;
using eddy::web::ClientResponse;
using eddy::web::HttpError;
using eddy::web::is_local_url;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::Settings;
using eddy::web::UserHandler;
using eddy_tests::TestExchange;
using testing::ElementsAre;
using testing::IsEmpty;

struct User {
  std::string name;
};

/// Believes the client. Counts how often it is asked.
struct Site : UserHandler<User> {
  inline static int asked = 0;
  std::optional<User> get_current_user() override {
    ++asked;
    const auto name = get_cookie("user");
    if (!name) return std::nullopt;
    if (*name == "broken") throw HttpError(503);
    return User{std::string(*name)};
  }
};

struct Greets : Site {
  void get() {
    const User* const user = current_user();
    write(user != nullptr ? user->name : "nobody", current_user() == user ? "" : " other");
  }
};

const std::string kBob = "Cookie: user=bob\r\n";

TEST(CurrentUser, IsAskedForAtMostOnce) {
  Site::asked = 0;
  Application app({route<Greets>("/")});
  EXPECT_EQ(TestExchange(app, "GET", "/", {}, kBob).body(), "bob");
  EXPECT_EQ(Site::asked, 1);
  EXPECT_EQ(TestExchange(app, "GET", "/").body(), "nobody") << "asked once, though there is none";
  EXPECT_EQ(Site::asked, 2);
}

struct Indifferent : Site {
  void get() {}
};

TEST(CurrentUser, IsNotAskedForWhereNobodyWantsToKnow) {
  Site::asked = 0;
  Application app({route<Indifferent>("/")});
  EXPECT_EQ(TestExchange(app, "GET", "/", {}, kBob).status(), 200);
  EXPECT_EQ(Site::asked, 0);
}

struct Prepared : Site {
  void prepare() { set_current_user(User{"prepared"}); }
  void get() { write(current_user()->name, has_current_user() ? "" : " unknown"); }
};

TEST(CurrentUser, MayBeSet) {
  Site::asked = 0;
  Application app({route<Prepared>("/")});
  EXPECT_EQ(TestExchange(app, "GET", "/", {}, kBob).body(), "prepared");
  EXPECT_EQ(Site::asked, 0);
}

// ---- Those who must have logged in ----

struct Members : Site {
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool authenticated = true;
  inline static std::vector<std::string> calls;
  void prepare() { calls.emplace_back("prepare"); }
  void get() { write(current_user()->name); }
  void post() { calls.emplace_back("post"); }
};

class AuthenticatedTest : public testing::Test {
 protected:
  AuthenticatedTest() { Members::calls.clear(); }

  std::string sent_to(const std::string& login_url, const std::string& target,
                      const std::string& method = "GET") {
    app_.set_settings({.login_url = login_url});
    TestExchange exchange(app_, method, target);
    EXPECT_EQ(exchange.status(), 302);
    EXPECT_EQ(exchange.body(), "");
    EXPECT_THAT(exchange.logged(), IsEmpty());
    return exchange.header("Location");
  }
  Application app_{{.login_url = "/login"}, {route<Members>("/members(?:/.*)?")}};
};

TEST_F(AuthenticatedTest, UsersGetIn) {
  EXPECT_EQ(TestExchange(app_, "GET", "/members", {}, kBob).body(), "bob");
  EXPECT_EQ(TestExchange(app_, "POST", "/members", {}, kBob).status(), 200);
  EXPECT_THAT(Members::calls, ElementsAre("prepare", "prepare", "post"));
}

TEST_F(AuthenticatedTest, OthersAreSentToTheLogin) {
  EXPECT_EQ(sent_to("/login", "/members"), "/login?next=%2Fmembers");
  EXPECT_EQ(sent_to("/login", "/members/a?b=c+d&e=%20"),
            "/login?next=%2Fmembers%2Fa%3Fb%3Dc%2Bd%26e%3D%2520");
  EXPECT_EQ(sent_to("/login", "/members", "HEAD"), "/login?next=%2Fmembers");
  EXPECT_EQ(sent_to("/login?a=b", "/members"), "/login?a=b");
  EXPECT_EQ(sent_to("http://ex.com/login", "/members?a=1"),
            "http://ex.com/login?next=http%3A%2F%2Fh%2Fmembers%3Fa%3D1");
  EXPECT_EQ(sent_to("//ex.com/login", "/members"), "//ex.com/login?next=http%3A%2F%2Fh%2Fmembers");
}

TEST_F(AuthenticatedTest, OtherMethodsAndThoseWithoutALoginAreRefused) {
  TestExchange posted(app_, "POST", "/members");
  EXPECT_EQ(posted.status(), 403);
  EXPECT_EQ(posted.header("Location"), "");
  EXPECT_THAT(posted.logged(), IsEmpty());
  EXPECT_THAT(Members::calls, ElementsAre("prepare")) << "and not the method";
  app_.set_settings({});
  EXPECT_EQ(TestExchange(app_, "GET", "/members").status(), 403);
}

TEST_F(AuthenticatedTest, WhatIsThrownOnTheWayIsTheAnswer) {
  EXPECT_EQ(TestExchange(app_, "GET", "/members", {}, "Cookie: user=broken\r\n").status(), 503);
}

struct OwnLogin : Members {
  std::string get_login_url() override { return "/admin/login"; }
};

TEST_F(AuthenticatedTest, AHandlerMayHaveALoginOfItsOwn) {
  app_.add(route<OwnLogin>("/admin"));
  EXPECT_EQ(sent_to("/login", "/admin"), "/admin/login?next=%2Fadmin");
}

struct PreparesAnswer : Members {
  void prepare() { finish("closed today"); }
};

TEST_F(AuthenticatedTest, APrepareThatAnswersIsEnough) {
  app_.add(route<PreparesAnswer>("/closed"));
  EXPECT_EQ(TestExchange(app_, "GET", "/closed").body(), "closed today");
}

struct PartlyOpen : Site {
  void get() { write("open"); }
  void post() { write("posted by ", require_user().name); }
  Task<void> put() {
    write("put by ", require_user().name);
    co_return;
  }
};

TEST_F(AuthenticatedTest, AMethodMayAskForItself) {
  app_.add(route<PartlyOpen>("/partly"));
  EXPECT_EQ(TestExchange(app_, "GET", "/partly").body(), "open");
  EXPECT_EQ(TestExchange(app_, "POST", "/partly").status(), 403);
  EXPECT_EQ(TestExchange(app_, "POST", "/partly", {}, kBob).body(), "posted by bob");
}

// ---- With what has to wait ----

struct Database {
  int queries = 0;
  Task<std::optional<User>> find(std::string name) {
    ++queries;
    co_await eddy::sleep(std::chrono::milliseconds(10));
    if (name == "nobody") co_return std::nullopt;
    co_return User{std::move(name)};
  }
};

struct Stored : AsyncUserHandler<User, eddy::web::WithServices<Database>> {
  Task<std::optional<User>> load_current_user() override {
    const auto name = get_cookie("user");
    if (!name) co_return std::nullopt;
    if (*name == "banned") {
      send_error(410);
      co_return std::nullopt;
    }
    std::optional<User> user = co_await app<Database>().find(std::string(*name));
    co_return user;
  }
};

struct StoredOpen : Stored {
  std::string seen;
  void prepare() { seen = current_user() != nullptr ? current_user()->name : "stranger"; }
  void get() { write("Hello, ", seen); }
};

struct StoredMembers : Stored {
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool authenticated = true;
  Task<void> prepare() {
    co_await eddy::sleep(std::chrono::milliseconds(10));
    set_header("Prepared", "yes");
  }
  void get() { write(current_user()->name); }
  Task<void> post() {
    co_await eddy::sleep(std::chrono::milliseconds(10));
    write("posted by ", current_user()->name);
  }
};

struct StoredUpload : Stored {
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool authenticated = true;
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool stream_request_body = true;
  inline static int pieces = 0;
  void data_received(std::string_view /*piece*/) { ++pieces; }
  void post() { write("took it"); }
};

class AsyncUserTest : public ManualAppTest {
 protected:
  std::unique_ptr<Application> make_app() override {
    return std::make_unique<Application>(
        eddy::web::Services().add(database_), Settings{.login_url = "/login"},
        std::initializer_list<eddy::web::Route>{route<StoredOpen>("/open"),
                                                route<StoredMembers>("/members"),
                                                route<StoredUpload>("/upload")});
  }
  ClientResponse ask(std::string_view target, const std::string& user,
                     const std::string& method = "GET", const std::string& body = "") {
    auto request = make_request(target, method, body);
    if (!user.empty()) request.headers.set("Cookie", "user=" + user);
    return fetch(std::move(request));
  }
  Database database_;
};

TEST_F(AsyncUserTest, TheUserIsKnownBeforePrepare) {
  EXPECT_EQ(ask("/open", "bob").body, "Hello, bob");
  EXPECT_EQ(ask("/open", "").body, "Hello, stranger");
  EXPECT_EQ(ask("/open", "nobody").body, "Hello, stranger");
  EXPECT_EQ(database_.queries, 2);
}

TEST_F(AsyncUserTest, MembersAloneGetIn) {
  EXPECT_EQ(ask("/members", "bob").body, "bob");
  EXPECT_EQ(ask("/members", "bob", "POST").body, "posted by bob");
  EXPECT_EQ(database_.queries, 2) << "once a request";
  const ClientResponse refused = ask("/members", "nobody", "POST");
  EXPECT_EQ(refused.status, 403);
  const ClientResponse sent = ask("/members", "");
  EXPECT_EQ(sent.status, 302);
  EXPECT_EQ(sent.headers.get("Location"), "/login?next=%2Fmembers");
  EXPECT_EQ(sent.headers.get("Prepared"), "yes");
  EXPECT_EQ(ask("/members", "banned").status, 410) << "what answers while it looks has answered";
}

TEST_F(AsyncUserTest, AStrangersUploadIsNotRead) {
  StoredUpload::pieces = 0;
  EXPECT_EQ(ask("/upload", "", "POST", "content").status, 403);
  EXPECT_EQ(StoredUpload::pieces, 0);
  EXPECT_EQ(ask("/upload", "bob", "POST", "content").body, "took it");
  EXPECT_EQ(StoredUpload::pieces, 1);
}

// ---- Where a login leads to ----

TEST(IsLocalUrl, TakesPathsOfThisSiteAlone) {
  for (const std::string_view url : {"/", "/a/b?c=d#e", "/a//b", "/\xc3\xa4"}) {
    EXPECT_TRUE(is_local_url(url)) << url;
  }
  for (const std::string_view url :
       {"", "a", "//ex.com", "/\\ex.com", "\\\\ex.com", "http://ex.com/", "javascript:alert(1)",
        "/\t/ex.com", "/a\r\nb", " /a", "/\x7f"}) {
    EXPECT_FALSE(is_local_url(url)) << url;
  }
}

}  // namespace
