// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include <eddy/core/task/sleep.h>
#include <eddy/web/app/application.h>

#include <tests/web/app/test_exchange.h>
#include <tests/web/http/manual_server.h>

namespace {

using eddy::Task;
using eddy::web::Application;
using eddy::web::HandlerWith;
using eddy::web::Request;
using eddy::web::route;
using eddy::web::Services;
using eddy::web::WithServices;
using eddy_tests::TestExchange;
using testing::AllOf;
using testing::HasSubstr;

struct Database {
  std::string story = "Once";
  int asked = 0;
};
struct Config {
  std::string title = "Tales";
};
struct Mailer {};

// With a loop, for functions that wait.
using ServicesServed = eddy_tests::ManualServerTest;

struct Base : WithServices<Config> {
  void prepare() { set_header("Title", app<Config>().title); }
};
struct Story : HandlerWith<Base, Database> {
  void get() {
    ++app<Database>().asked;
    write(app<Database>().story, " of ", app<Config>().title);
    seen = &app();
  }
  inline static Application* seen = nullptr;
};

std::string refused(auto build) {
  try {
    build();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "taken";
}

TEST(Services, AHandlerReachesThemByType) {
  Database database;
  Application app(Services().add(database).add(std::make_shared<Config>()), {route<Story>("/")});
  TestExchange story(app, "GET", "/");
  EXPECT_EQ(story.body(), "Once of Tales");
  EXPECT_EQ(story.header("Title"), "Tales");
  EXPECT_EQ(database.asked, 1);
  EXPECT_EQ(Story::seen, &app);
}

TEST(Services, AFunctionTakesThemByReference) {
  Database database;
  Config config;
  Application app(Services().add(database).add(config));
  app.get("/{n}/{name}", [](int n, Database& data, const Request& request, std::string_view name,
                            const Config& settings) {
    ++data.asked;
    return data.story + settings.title + std::to_string(n) + std::string(name) +
           std::string(request.query());
  });
  EXPECT_EQ(TestExchange(app, "GET", "/7/x?q").body(), "OnceTales7xq");
  EXPECT_EQ(TestExchange(app, "GET", "/x/x").status(), 404);
  EXPECT_EQ(database.asked, 1);
}

TEST_F(ServicesServed, AreThereForAFunctionThatWaits) {
  Database database;
  Application app(Services().add(database));
  app.get("/{n}", [](int n, Database& data) -> Task<std::string> {
    co_await eddy::sleep(std::chrono::seconds(1));
    data.asked += n;
    co_return data.story;
  });
  eddy::web::Server& server = app.listen(loop_, "127.0.0.1", 0);
  eddy::testing::ManualPeer peer = loop_.system().connect(server.port());
  send(peer, "GET /10 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(database.asked, 0);
  loop_.advance(std::chrono::seconds(1));
  EXPECT_THAT(read(peer), testing::EndsWith("\r\n\r\nOnce"));
  EXPECT_EQ(database.asked, 10);
}

TEST(Services, AMissingOneIsAnErrorWhenTheRouteIsAdded) {
  Config config;
  EXPECT_THAT(refused([&] {
                Application app(Services().add(config), {route<Story>("/s", {.name = "story"})});
              }),
              AllOf(HasSubstr("route 'story' (/s): Story needs a Database"),
                    HasSubstr("not among the Application's Services")));
  Application app(Services().add(config));
  EXPECT_THAT(refused([&] { app.get("/x", [](Mailer&) { return "x"; }); }),
              HasSubstr("route (/x): its function needs a Mailer"));
  app.get("/y", [](Config&) { return "y"; });
  EXPECT_EQ(TestExchange(app, "GET", "/y").body(), "y");
  EXPECT_EQ(TestExchange(app, "GET", "/x").status(), 404);
}

TEST(Services, OneThatIsMissingIsFoundWhereverItsRouteIsAdded) {
  Application app;
  EXPECT_THAT(refused([&] { app.add_handlers("example.com", {route<Story>("/s")}); }),
              HasSubstr("Story needs a Config"));
  EXPECT_THAT(refused([&] { app.mount("/tales", {route<Story>("/s")}); }),
              HasSubstr("route (/tales/s): Story needs a Config"));
  EXPECT_THAT(refused([&] { app.set_default_handler<Story>(); }),
              HasSubstr("Story needs a Config"));
}

TEST(Services, ThereIsOneOfEachType) {
  Database one;
  Database two;
  EXPECT_THAT(refused([&] { Services().add(one).add(two); }),
              HasSubstr("of type Database already"));
  EXPECT_THAT(refused([&] { Services().add(std::shared_ptr<Config>()); }),
              HasSubstr("the service Config is null"));
}

TEST(Services, ASharedOneLivesAsLongAsTheApplication) {
  auto config = std::make_shared<Config>();
  const std::weak_ptr<Config> watched = config;
  {
    Application app(Services().add(std::move(config)));
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
