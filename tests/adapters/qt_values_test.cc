// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/qt/qt_values.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <eddy/core/task/task.h>
#include <eddy/web/template/output.h>
#include <eddy/web/web.h>

#include <tests/web/app/test_exchange.h>
#include <tests/web/http/manual_server.h>

// Qt's values as what handlers and functions take and give.
namespace {

using eddy::Task;
using eddy::web::Application;
using eddy::web::JsonError;
using eddy::web::JsonValue;
using eddy::web::RequestHandler;
using eddy::web::route_path;
using eddy_tests::TestExchange;
using testing::HasSubstr;

const QString kText = QString::fromUtf8("a<é€\xf0\x9f\x90\x9f");
constexpr const char* kUtf8 = "a<é€\xf0\x9f\x90\x9f";
constexpr const char* kJsonType = "application/json; charset=UTF-8";
constexpr const char* kJson = "Content-Type: application/json\r\n";

TEST(QtText, IsWhatAFunctionReturns) {
  Application app;
  app.get("/text", [] { return kText; });
  app.get("/bytes", [] { return QByteArray("a\0b", 3); });
  TestExchange text(app, "GET", "/text");
  EXPECT_EQ(text.body(), kUtf8);
  EXPECT_EQ(text.header("Content-Type"), "text/plain; charset=UTF-8");
  TestExchange bytes(app, "GET", "/bytes");
  EXPECT_EQ(bytes.body(), std::string("a\0b", 3));
}

struct Writes : RequestHandler {
  void get(const QString& name) {
    write(QString("["), name, QString(), QByteArray("] "), 1);
    write(get_argument<QString>("q", QString("no q")));
  }
};

TEST(QtText, IsWrittenAndAnArgumentAndAPartOfAPath) {
  Application app({route_path<Writes>("/{name}")});
  TestExchange exchange(app, "GET", "/x%20%C3%A9?q=%E2%82%AC");
  EXPECT_EQ(exchange.body(), "[x é] 1€");
  EXPECT_THAT(std::string(exchange.header("Content-Type")), HasSubstr("text/html"));
  TestExchange without(app, "GET", "/x");
  EXPECT_EQ(without.body(), "[x] 1no q");
}

TEST(QtText, IsAnArgumentOfReverseUrl) {
  Application app;
  app.get("/user/{name}", [](const QString& name) { return name; }, {.name = "user"});
  EXPECT_EQ(app.reverse_url("user", QString::fromUtf8("é/x")), "/user/%C3%A9%2Fx");
  TestExchange exchange(app, "GET", "/user/%C3%A9%2Fx");
  EXPECT_EQ(exchange.body(), "é/x");
}

TEST(QtText, IsEscapedByTemplates) {
  std::string out;
  eddy::web::template_support::append_xhtml(out, kText);
  EXPECT_EQ(out, "a&lt;é€\xf0\x9f\x90\x9f");
}

TEST(QtText, HalfASurrogatePairIsReplaced) {
  std::string out;
  append_to(out, QString(QChar(0xd83d)) + 'x');
  EXPECT_TRUE(eddy::web::is_utf8(out));
  EXPECT_EQ(out.back(), 'x');
}

TEST(QtJson, IsWhatAFunctionReturns) {
  Application app;
  app.get("/object", [] { return QJsonObject{{"a", 1}, {"b", "</script>"}}; });
  app.get("/array", [] { return QJsonArray{1, "x", QJsonValue()}; });
  app.get("/null", [] { return QJsonDocument(); });
  app.get("/document", [] { return QJsonDocument(QJsonArray{true}); });
  TestExchange object(app, "GET", "/object");
  EXPECT_EQ(object.body(), R"({"a":1,"b":"<\/script>"})");
  EXPECT_EQ(object.header("Content-Type"), kJsonType);
  EXPECT_EQ(TestExchange(app, "GET", "/array").body(), R"([1,"x",null])");
  EXPECT_EQ(TestExchange(app, "GET", "/document").body(), "[true]");
  EXPECT_EQ(TestExchange(app, "GET", "/null").body(), "null");
}

struct TakesJson : RequestHandler {
  void post() {
    QJsonObject object = json_body<QJsonObject>();
    object["seen"] = true;
    write(object);
  }
};

TEST(QtJson, IsTakenFromAContent) {
  Application app({eddy::web::route<TakesJson>("/handler")});
  app.post("/function", [](const QJsonArray& array) { return QString::number(array.size()); });
  TestExchange handler(app, "POST", "/handler", R"({"é":[1]})", kJson);
  EXPECT_EQ(handler.body(), R"({"seen":true,"é":[1]})");
  EXPECT_EQ(handler.header("Content-Type"), kJsonType);
  EXPECT_EQ(TestExchange(app, "POST", "/function", "[1,2]", kJson).body(), "2");
  EXPECT_EQ(TestExchange(app, "POST", "/function", "[1,2]").status(), 415);
}

TEST(QtJson, OfAnotherKindOrMalformedIsTheClientsFault) {
  Application app({eddy::web::route<TakesJson>("/handler")});
  for (const char* content : {"[1]", "{", "", "{\"a\":nan}", "{}x"}) {
    TestExchange exchange(app, "POST", "/handler", content, kJson);
    EXPECT_EQ(exchange.status(), 400) << content;
  }
  const auto why = [](auto parse) -> std::string {
    try {
      (void)parse();
      return "taken";
    } catch (const JsonError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(why([] { return JsonValue<QJsonObject>::parse("[1]"); }), "an array, and no object");
  EXPECT_EQ(why([] { return JsonValue<QJsonArray>::parse("{}"); }), "an object, and no array");
  EXPECT_THAT(why([] { return JsonValue<QJsonDocument>::parse("[1,]"); }),
              testing::StartsWith("at byte 4: "));
}

TEST(QtJson, OutlivesTheTextThatItWasParsedFrom) {
  std::string text = R"({"name":"a long enough text to be stored by itself"})";
  const QJsonObject object = JsonValue<QJsonObject>::parse(text);
  text.assign(text.size(), '!');
  EXPECT_EQ(object["name"].toString(), "a long enough text to be stored by itself");
}

class QtValuesServer : public eddy_tests::ManualServerTest {};

TEST_F(QtValuesServer, TasksGiveThem) {
  app_.get("/text", []() -> Task<QString> { co_return kText; });
  app_.get("/object", []() -> Task<QJsonObject> { co_return QJsonObject{{"a", 1}}; });
  listen();
  auto text = connect("GET /text HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(read(text), testing::EndsWith(std::string("\r\n\r\n") + kUtf8));
  auto object = connect("GET /object HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(read(object), testing::EndsWith("\r\n\r\n{\"a\":1}"));
}

}  // namespace
