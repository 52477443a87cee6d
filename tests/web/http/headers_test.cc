// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/headers.h>
#include <eddy/web/http/internal/known_fields.h>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace {

using eddy::web::HeaderField;
using eddy::web::Headers;

std::string text_of(const Headers& headers) {
  std::string text;
  for (const HeaderField field : headers) {
    text += std::string(field.name) + "=" + std::string(field.value) + ";";
  }
  return text;
}

TEST(Headers, AreOrderedAndIgnoreCase) {
  Headers h;
  h.add("A", "1");
  h.add("B", "2");
  h.add("a", "3");
  EXPECT_EQ(text_of(h), "A=1;B=2;a=3;");
  EXPECT_EQ(h.find("A"), "1");
  EXPECT_EQ(h.get("a"), "1,3");
  EXPECT_EQ(h.get_list("A").size(), 2U);
  EXPECT_FALSE(h.contains("C"));
  EXPECT_EQ(h.get("C"), std::nullopt);
  EXPECT_TRUE(h.get_list("C").empty());
}

TEST(Headers, SetReplacesAllInThePlaceOfTheFirst) {
  Headers h;
  h.add("A", "1");
  h.add("B", "2");
  h.add("a", "3");
  h.set("A", "4");
  EXPECT_EQ(text_of(h), "A=4;B=2;");
  EXPECT_EQ(h.erase("b"), 1U);
  EXPECT_EQ(h.erase("b"), 0U);
  EXPECT_EQ(text_of(h), "A=4;");
}

TEST(Headers, AViewOfItselfMayBeAdded) {
  Headers h;
  h.add("A", std::string(200, 'x'));
  for (int i = 0; i < 10; ++i) h.add("B", *h.find("A"));
  EXPECT_EQ(h.get_list("B").back(), std::string(200, 'x'));
  h.set("A", *h.find("B"));
  EXPECT_EQ(*h.find("A"), std::string(200, 'x'));
}

TEST(Headers, WhatIsMissingIsAddedAtOnceOrOneByOne) {
  eddy::web::internal::KnownFields known;
  known.add("B", "two");
  known.add("C", "three");
  for (const char* own : {"", "C"}) {
    Headers h;
    h.add("A", "1");
    if (*own != '\0') h.add(own, "own");
    h.add_missing(known);
    EXPECT_EQ(text_of(h), *own != '\0' ? "A=1;C=own;B=two;" : "A=1;B=two;C=three;");
    h.set("B", "2");
    EXPECT_EQ(h.find("B"), "2");
    EXPECT_EQ(h.find("C"), *own != '\0' ? "own" : "three");
  }
}

TEST(Headers, WhatCouldSplitAResponseIsRefused) {
  Headers h;
  EXPECT_FALSE(h.try_add("A\r\nB", "x"));
  EXPECT_FALSE(h.try_add("A B", "x"));
  EXPECT_FALSE(h.try_add("", "x"));
  for (const std::string_view value :
       {std::string_view("x\r\nB: y"), std::string_view("x\ny"), std::string_view("x\ry"),
        std::string_view("x\0y", 3), std::string_view("x\x7f"), std::string_view(" x"),
        std::string_view("x\t")}) {
    EXPECT_FALSE(h.try_add("C", value));
    EXPECT_THROW(h.set("C", value), std::invalid_argument);
    EXPECT_THROW(h.add("C", value), std::invalid_argument);
  }
  EXPECT_FALSE(h.contains("C"));
  EXPECT_TRUE(h.try_add("C", ""));
  EXPECT_TRUE(h.try_add("C", "a\tb \xc3\xa9"));
}

}  // namespace
