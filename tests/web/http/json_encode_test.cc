// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/json_encode.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/web/app/application.h>
#include <tests/web/app/test_exchange.h>

namespace {

using eddy::web::json_encode;
using eddy::web::JsonObject;

TEST(JsonEncode, TextNumbersTruthAndNothing) {
  EXPECT_EQ(json_encode("a\"\n\x01</b>"), R"("a\"\n\u0001<\/b>")");
  EXPECT_EQ(json_encode(std::string("é")), "\"é\"");
  EXPECT_EQ(json_encode(std::string_view()), "\"\"");
  EXPECT_EQ(json_encode(true), "true");
  EXPECT_EQ(json_encode(false), "false");
  EXPECT_EQ(json_encode(std::uint8_t{200}), "200");
  EXPECT_EQ(json_encode(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(json_encode(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(json_encode(0.1), "0.1");
  EXPECT_EQ(json_encode(1e300), "1e+300");
  EXPECT_EQ(json_encode(0.1F), "0.1");
  EXPECT_EQ(json_encode(-std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(json_encode(std::numeric_limits<float>::quiet_NaN()), "null");
  EXPECT_EQ(json_encode(std::optional<int>(3)), "3");
  EXPECT_EQ(json_encode(std::optional<std::string>()), "null");
  const char* none = nullptr;
  EXPECT_EQ(json_encode(none), "null");
}

TEST(JsonEncode, AnObjectHasItsFieldsInTheirOrder) {
  EXPECT_EQ(json_encode(JsonObject()), "{}");
  JsonObject inner;
  inner.add("</", 1.5).add("none", std::optional<bool>());
  EXPECT_EQ(json_encode(JsonObject().add("b", "text").add("a", inner).add("b", false)),
            R"({"b": "text", "a": {"<\/": 1.5, "none": null}, "b": false})");
  JsonObject twice;
  twice.add("a", 1).add("self", twice);
  EXPECT_EQ(json_encode(twice), R"({"a": 1, "self": {"a": 1}})");
}

TEST(JsonEncode, AnObjectIsAnAnswer) {
  eddy::web::Application app;
  app.get("/{id}", [](int id) { return JsonObject().add("id", id); });
  eddy_tests::TestExchange exchange(app, "GET", "/7");
  EXPECT_EQ(exchange.body(), R"({"id": 7})");
  EXPECT_EQ(exchange.header("Content-Type"), "application/json; charset=UTF-8");
}

}  // namespace
