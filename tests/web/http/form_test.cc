// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/form.h>

#include <gtest/gtest.h>

#include <string>

namespace {

using eddy::web::Form;
using eddy::web::FormLimits;
using eddy::web::Headers;
using eddy::web::parse_form;
using eddy::web::ParseError;

Headers typed(std::string_view content_type) {
  Headers headers;
  headers.set("Content-Type", content_type);
  return headers;
}

constexpr std::string_view kBody =
    "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
    "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n"
    "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.bin\"\r\n\r\n\r\n\r\n"
    "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"y\"\r\n"
    "Content-Type: image/png\r\n\r\n\r\n--B--\r\n";

TEST(Form, OfAMultipartBody) {
  Form form;
  const Headers headers = typed("multipart/form-data; boundary=\"B\"");
  ASSERT_FALSE(parse_form(headers.list(), kBody, form));
  EXPECT_EQ(form.arguments.size(), 2U);
  EXPECT_EQ(form.arguments.get_list("a"), (std::vector<std::string_view>{"1", ""}));
  ASSERT_EQ(form.files.size(), 2U);
  EXPECT_EQ(form.files[0].filename, "x.bin");
  EXPECT_EQ(form.files[0].content_type, "application/unknown");
  EXPECT_EQ(form.files[0].body, "\r\n");
  EXPECT_GE(form.files[0].body.data(), kBody.data()) << "not a view into the body";
  EXPECT_LT(form.files[0].body.data(), kBody.data() + kBody.size());
  EXPECT_EQ(form.files[1].content_type, "image/png");
  EXPECT_EQ(form.files[1].body, "");
  EXPECT_EQ(form.find_file("f"), &form.files[0]);
  EXPECT_EQ(form.find_file("a"), nullptr);
}

TEST(Form, OfAUrlencodedBody) {
  Form form;
  const Headers headers = typed("Application/X-WWW-Form-Urlencoded; charset=utf-8");
  ASSERT_FALSE(parse_form(headers.list(), "a=1&a=2&b=x+y%26", form));
  EXPECT_EQ(form.arguments.find("a"), "2");
  EXPECT_EQ(form.arguments.find("b"), "x y&");
  EXPECT_TRUE(form.files.empty());
}

TEST(Form, OtherBodiesAreLeftAlone) {
  Form form;
  form.arguments.add("old", "");
  EXPECT_FALSE(parse_form(typed("application/json").list(), "{}", form));
  EXPECT_TRUE(form.arguments.empty());
  EXPECT_FALSE(parse_form({}, "a=b", form));
  EXPECT_FALSE(parse_form(typed("multipart/form-data2; boundary=B").list(), kBody, form));
  EXPECT_TRUE(form.arguments.empty());
}

void expect_error(const Headers& headers, std::string_view body, int status,
                  const FormLimits& limits = {}) {
  Form form;
  form.arguments.add("old", "");
  const ParseError error = parse_form(headers.list(), body, form, limits);
  EXPECT_EQ(error.status, status) << error.what;
  EXPECT_TRUE(form.arguments.empty());
  EXPECT_TRUE(form.files.empty());
}

TEST(Form, AnErrorLeavesNothing) {
  const Headers multipart = typed("multipart/form-data; boundary=B");
  expect_error(multipart, kBody.substr(0, kBody.size() - 4), 400);
  expect_error(typed("multipart/form-data"), kBody, 400);
  expect_error(typed("multipart/form-data; boundary=C"), kBody, 400);
  expect_error(multipart, kBody, 413, {.multipart_limits = {.parts = 3}});
  expect_error(multipart, kBody, 415, {.multipart = false});
}

TEST(Form, ACodedBodyIsRefused) {
  for (const char* type :
       {"application/x-www-form-urlencoded", "multipart/form-data; boundary=B"}) {
    Headers headers = typed(type);
    headers.set("Content-Encoding", "gzip");
    expect_error(headers, kBody, 400);
  }
}

TEST(Form, ArgumentsAreBounded) {
  const Headers headers = typed("application/x-www-form-urlencoded");
  Form form;
  EXPECT_FALSE(parse_form(headers.list(), "a&b&c", form, {.arguments = 3}));
  expect_error(headers, "a&b&c&d", 413, {.arguments = 3});
}

// ---- The bounds of who gives none
// ----------------------------------------------------------------

TEST(Form, Has1000ArgumentsUnlessToldOtherwise) {
  const Headers headers = typed("application/x-www-form-urlencoded");
  std::string body = "a";
  for (int i = 1; i < 1000; ++i) body += "&a";
  Form form;
  EXPECT_FALSE(parse_form(headers.list(), body, form));
  EXPECT_EQ(form.arguments.size(), 1000U);
  expect_error(headers, body + "&a", 413);
}

TEST(Form, Has100PartsUnlessToldOtherwise) {
  const Headers headers = typed("multipart/form-data; boundary=B");
  const std::string part = "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n";
  std::string body;
  for (int i = 0; i < 100; ++i) body += part;
  Form form;
  EXPECT_FALSE(parse_form(headers.list(), body + "--B--\r\n", form));
  EXPECT_EQ(form.arguments.size(), 100U);
  expect_error(headers, body + part + "--B--\r\n", 413);
}

TEST(Form, ThePartsHaveHeadersOf10KiBUnlessToldOtherwise) {
  const Headers headers = typed("multipart/form-data; boundary=B");
  const auto with_header_of = [](std::size_t bytes) {
    std::string header = "Content-Disposition: form-data; name=a\r\nX: ";
    header += std::string(bytes - header.size() - 4, 'x') + "\r\n\r\n";
    return "--B\r\n" + header + "1\r\n--B--\r\n";
  };
  Form form;
  EXPECT_FALSE(parse_form(headers.list(), with_header_of(10 * 1024), form));
  EXPECT_EQ(form.arguments.find("a"), "1");
  expect_error(headers, with_header_of(10 * 1024 + 1), 431);
}

}  // namespace
