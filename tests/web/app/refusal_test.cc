// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <eddy/core/base/lifetime.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>

#include <tests/web/app/test_exchange.h>

// Requests that a handler class has no method for, or whose path can't be read, and its own page
// for them.
namespace {

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::route_path;
using eddy_tests::TestExchange;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> events;

struct Shop : RequestHandler {
  void initialize(const std::string& name) { name_ = name; }
  void set_default_headers() override { set_header("X-Shop", "open"); }
  void prepare() { events.emplace_back("prepare"); }
  void check_xsrf_cookie() override { events.emplace_back("check"); }
  void get(const std::string& /*what*/) { write("got"); }
  void write_error(int status, const std::exception_ptr& error) override {
    write(name_, ": ", status, error ? " thrown" : "");
  }
  void on_finish() override { events.emplace_back("finish"); }
  std::string name_;
};

class Refusals : public testing::Test {
 protected:
  Refusals()
      : app_(eddy::web::Settings{.xsrf_cookies = true},
             {route_path<Shop>("/shop/{what}", {}, std::string("fruit"))}) {
    events.clear();
  }
  Application app_;
};

TEST_F(Refusals, OfAMethodAreOnTheHandlersPage) {
  {
    TestExchange put(app_, "PUT", "/shop/apples");
    EXPECT_EQ(put.status(), 405);
    EXPECT_EQ(put.body(), "fruit: 405 thrown");
    EXPECT_EQ(put.header("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(put.header("X-Shop"), "open");
    EXPECT_THAT(put.logged(), IsEmpty());
  }
  EXPECT_THAT(events, ElementsAre("finish")) << "nothing else of the handler runs";
}

TEST_F(Refusals, OfAPathThatIsNotUtf8AreOnTheHandlersPage) {
  TestExchange get(app_, "GET", "/shop/%FF");
  EXPECT_EQ(get.status(), 400);
  EXPECT_EQ(get.body(), "fruit: 400 thrown");
  EXPECT_EQ(get.header("Allow"), "");
}

struct EndsItsOwner : RequestHandler {
  EndsItsOwner() { owner->end(); }
  void del() { events.emplace_back("deleted"); }
  static inline std::optional<eddy::LifetimeSource> owner;
};

TEST_F(Refusals, DoNotRunAMethodWhereTheOwnerEndsMeanwhile) {
  EndsItsOwner::owner.emplace();
  app_.add(route<EndsItsOwner>("/ends", {.owner = EndsItsOwner::owner->lifetime()}));
  EXPECT_NE(TestExchange(app_, "PUT", "/ends").status(), 200);
  EXPECT_THAT(events, testing::Not(testing::Contains("deleted")));
  EndsItsOwner::owner.reset();
}

TEST_F(Refusals, OfMethodsThatNobodyKnowsAndOfFunctionsArePlain) {
  app_.get("/function/{what}", [](const std::string& what) { return what; });
  EXPECT_THAT(TestExchange(app_, "BREW", "/shop/x").body(), testing::HasSubstr("<title>501: "));
  TestExchange put(app_, "PUT", "/function/x");
  EXPECT_EQ(put.status(), 405);
  EXPECT_EQ(put.header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_THAT(put.body(), testing::HasSubstr("<title>405: "));
  EXPECT_THAT(TestExchange(app_, "GET", "/function/%FF").body(),
              testing::HasSubstr("<title>400: "));
}

struct CannotBeMade : RequestHandler {
  CannotBeMade() { throw std::runtime_error("no memory for a shop"); }
  void get() {}
  void write_error(int /*status*/, const std::exception_ptr& /*error*/) override {
    finish("never");
  }
};

TEST_F(Refusals, OfAHandlerThatCannotBeMadeArePlain) {
  app_.add(route<CannotBeMade>("/none"));
  TestExchange put(app_, "PUT", "/none");
  EXPECT_EQ(put.status(), 500);
  EXPECT_THAT(put.body(), testing::HasSubstr("<title>500: "));
  EXPECT_THAT(put.logged(), ElementsAre(testing::HasSubstr("no memory for a shop")));
}

TEST_F(Refusals, OfAnOwnerThatHasDiedAreA503) {
  eddy::LifetimeSource owner;
  app_.add(route_path<Shop>("/owned/{what}", {.owner = owner.lifetime()}, std::string("owned")));
  EXPECT_EQ(TestExchange(app_, "PUT", "/owned/x").body(), "owned: 405 thrown");
  {
    TestExchange put(app_, "PUT", "/owned/x");
    events.clear();
    owner.end();
  }
  EXPECT_THAT(events, IsEmpty()) << "the handler is told of nothing once its owner has died";
  TestExchange put(app_, "PUT", "/owned/x");
  EXPECT_EQ(put.status(), 503);
  EXPECT_THAT(put.body(), testing::HasSubstr("<title>503: "));
}

}  // namespace
