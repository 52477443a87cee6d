// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/task/sleep.h>
#include <eddy/web/app/application.h>
#include <eddy/web/http/nlohmann_json.h>
#include <eddy/web/template/output.h>
#include <tests/web/app/test_exchange.h>
#include <tests/web/http/manual_server.h>

namespace {

using eddy::Task;
using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::Services;
using eddy_tests::TestExchange;
using nlohmann::json;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

constexpr std::string_view kJsonType = "Content-Type: application/json\r\n";

struct Point {
  int x = 0;
  int y = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Point, x, y)

// A type of the program's own without a library.
struct Flag {
  bool set = false;
};

}  // namespace

template <>
struct eddy::web::JsonValue<Flag> {
  static void append(std::string& out, const Flag& flag) { out += flag.set ? "true" : "false"; }
  static Flag parse(std::string_view text) {
    if (text == "true") return {true};
    if (text == "false") return {false};
    throw JsonError("no flag");
  }
};

namespace {

TEST(Json, EndTagsCannotEndAScript) {
  std::string text = "</a</script><</";
  eddy::web::escape_json_end_tags(text, 1);
  EXPECT_EQ(text, R"(</a<\/script><<\/)");
}

TEST(Json, NeitherEndsAScriptNorHidesItsEnd) {
  const auto escaped = [](std::string text) {
    eddy::web::escape_json_end_tags(text);
    return text;
  };
  EXPECT_EQ(escaped(R"("<!--<script><SCRIPT </ScRiPt>")"),
            R"("\u003c!--\u003cscript>\u003cSCRIPT <\/ScRiPt>")");
  EXPECT_EQ(escaped("a < b <s> <!- <"), "a < b <s> <!- <");
  EXPECT_EQ(escaped("<<script<"), "<\\u003cscript<");
  EXPECT_EQ(escaped(""), "");
  const std::string markup = "<!--<script></script>";
  EXPECT_EQ(json::parse(escaped(json(markup).dump())), markup);
  // Twice is once.
  EXPECT_EQ(escaped(escaped(markup)), escaped(markup));
}

TEST(Json, IsWrittenIntoPages) {
  using eddy::web::template_names::json_encode;
  EXPECT_EQ(json_encode(json{{"a", "<!--<script></script>"}}),
            R"({"a":"\u003c!--\u003cscript><\/script>"})");
  EXPECT_EQ(json_encode(Point{1, 2}), R"({"x":1,"y":2})");
  EXPECT_EQ(json_encode(std::optional<Point>()), "null");
  EXPECT_EQ(json_encode(std::vector<Point>{{1, 2}}), R"([{"x":1,"y":2}])");
  EXPECT_EQ(json_encode(Flag{true}), "true");
  EXPECT_EQ(json_encode("text"), "\"text\"");
}

struct Writer : RequestHandler {
  void get(std::string_view what) {
    set_header("Content-Type", "text/x-own");
    if (what == "object") write(json{{"a", 1}, {"b", "</script>\xc3\xa9"}});
    if (what == "point") write(Point{1, 2});
    if (what == "array") write(json::array({1, 2}));
    if (what == "parts") write("x = ", Flag{true}, ";");
    if (what == "bad") write(json{{"a", "\xff"}});
  }
};

TEST(Json, IsWrittenByAHandler) {
  Application app({route<Writer>("/(.*)")});
  TestExchange object(app, "GET", "/object");
  EXPECT_EQ(object.body(), R"({"a":1,"b":"<\/script>\u00e9"})");
  EXPECT_EQ(object.header("Content-Type"), "application/json; charset=UTF-8");
  EXPECT_EQ(TestExchange(app, "GET", "/point").body(), R"({"x":1,"y":2})");
  EXPECT_EQ(TestExchange(app, "GET", "/array").body(), "[1,2]");
  EXPECT_EQ(TestExchange(app, "GET", "/parts").body(), "x = true;");
  TestExchange bad(app, "GET", "/bad");
  EXPECT_EQ(bad.status(), 500);
  EXPECT_THAT(bad.header("Content-Type"), HasSubstr("text/html"));
}

TEST(Json, IsGivenByAFunction) {
  Application app;
  app.get("/object", [] { return json{{"a", nullptr}}; });
  TestExchange object(app, "GET", "/object");
  EXPECT_EQ(object.body(), R"({"a":null})");
  EXPECT_EQ(object.header("Content-Type"), "application/json; charset=UTF-8");
}

using JsonServed = eddy_tests::ManualServerTest;

TEST_F(JsonServed, IsGivenAndTakenByATask) {
  app_.get("/flag", []() -> Task<Flag> { co_return Flag{true}; });
  app_.post("/point", [](Point point) -> Task<Point> { co_return Point{point.y, point.x}; });
  listen();
  eddy::testing::ManualPeer peer = connect("GET /flag HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string flag = read(peer);
  EXPECT_THAT(flag, HasSubstr("\r\nContent-Type: application/json; charset=UTF-8\r\n"));
  EXPECT_THAT(flag, EndsWith("\r\n\r\ntrue"));
  const std::string body = R"({"x":1,"y":2})";
  send(peer, "POST /point HTTP/1.1\r\nHost: h\r\n" + std::string(kJsonType) +
                 "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_THAT(read(peer), EndsWith(R"({"x":2,"y":1})"));
}

struct Reader : RequestHandler {
  void post() {
    const auto point = json_body<Point>();
    write(point.x, "/", point.y);
  }
};

TEST(Json, IsReadByAHandler) {
  Application app({route<Reader>("/")});
  EXPECT_EQ(TestExchange(app, "POST", "/", R"({"x": 3, "y": 4})", kJsonType).body(), "3/4");
  TestExchange broken(app, "POST", "/", R"({"x": 3)", kJsonType);
  EXPECT_EQ(broken.status(), 400);
  EXPECT_THAT(broken.logged(), ElementsAre(HasSubstr("is not the JSON it should be: ")));
  EXPECT_EQ(TestExchange(app, "POST", "/", R"({"x": 3})", kJsonType).status(), 400);
  EXPECT_EQ(TestExchange(app, "POST", "/", R"({"x": 3, "y": "4"})", kJsonType).status(), 400);
}

// Which it must not: it takes stack to write, copy or destroy it.
TEST(Json, NestsNoDeeperThanTheStackBears) {
  Application app;
  app.post("/", [](const nlohmann::json& json) { return json; });
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_EQ(TestExchange(app, "POST", "/", nested(256), kJsonType).body(), nested(256));
  TestExchange deeper(app, "POST", "/", nested(257), kJsonType);
  EXPECT_EQ(deeper.status(), 400);
  EXPECT_THAT(deeper.logged(), ElementsAre(HasSubstr("it nests more than 256 levels")));
  EXPECT_EQ(TestExchange(app, "POST", "/", std::string(1 << 20, '['), kJsonType).status(), 400);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(TestExchange(app, "POST", "/", objects, kJsonType).status(), 400);
}

TEST(Json, MustSayThatItIs) {
  Application app({route<Reader>("/")});
  constexpr std::string_view kPoint = R"({"x": 3, "y": 4})";
  for (const std::string_view type :
       {"application/json", "Application/JSON; charset=utf-8", "application/vnd.point+json"}) {
    EXPECT_EQ(TestExchange(app, "POST", "/", kPoint, "Content-Type: " + std::string(type) + "\r\n")
                  .status(),
              200)
        << type;
  }
  for (const std::string_view type : {"text/plain", "application/x-www-form-urlencoded", "",
                                      "text/plain; a=application/json", "application/jsonp"}) {
    TestExchange refused(app, "POST", "/", kPoint, "Content-Type: " + std::string(type) + "\r\n");
    EXPECT_EQ(refused.status(), 415) << type;
  }
  EXPECT_EQ(TestExchange(app, "POST", "/", kPoint).status(), 415);
  TestExchange strange(app, "POST", "/", kPoint,
                       "Content-Type: \xff" + std::string(1000, 'x') + "\r\n");
  EXPECT_THAT(strange.logged(),
              ElementsAre(EndsWith(", not '\\xff" + std::string(39, 'x') + "'...")));
}

struct Shop {
  int orders = 0;
};

TEST(Json, IsTakenByAFunctionBesidePartsAndServices) {
  Shop shop;
  Application app(Services().add(shop));
  app.post("/{id}", [](int id, const Point& point, Shop& orders) {
    ++orders.orders;
    return Point{point.y + id, point.x};
  });
  app.put("/{id}", [](int id, Point point) -> Task<Point> { co_return Point{id, point.y}; });
  EXPECT_EQ(TestExchange(app, "POST", "/10", R"({"x": 3, "y": 4})", kJsonType).body(),
            R"({"x":14,"y":3})");
  EXPECT_EQ(shop.orders, 1);
  EXPECT_EQ(TestExchange(app, "POST", "/10", "[]", kJsonType).status(), 400);
  EXPECT_EQ(TestExchange(app, "PUT", "/10", "[]").status(), 415);
  EXPECT_EQ(shop.orders, 1);
}

}  // namespace
