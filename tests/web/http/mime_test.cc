// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/mime.h>

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using eddy::web::add_mime_type;
using eddy::web::mime_type;

TEST(MimeType, IsFoundByTheExtension) {
  EXPECT_EQ(mime_type("index.html"), "text/html");
  EXPECT_EQ(mime_type("/srv/www/style.css"), "text/css");
  EXPECT_EQ(mime_type("app.min.js"), "text/javascript");
  EXPECT_EQ(mime_type("data.json"), "application/json");
  EXPECT_EQ(mime_type("LOGO.PNG"), "image/png");
  EXPECT_EQ(mime_type("logo.svg"), "image/svg+xml");
  EXPECT_EQ(mime_type("module.wasm"), "application/wasm");
  EXPECT_EQ(mime_type("7.7z"), "application/x-7z-compressed") << "the first of the table";
  EXPECT_EQ(mime_type("last.zst"), "application/zstd");
}

TEST(MimeType, WhatIsUnknownIsBytes) {
  for (const char* path : {"", "README", "a.unknown", "a.", ".html", "/x/.html", "..html",
                           "dir.html/x", "html", "/", "...", "a.html ", "a.htm\xc3\xa9"}) {
    EXPECT_EQ(mime_type(path), "application/octet-stream") << path;
  }
  EXPECT_EQ(mime_type(".a.html"), "text/html");
  EXPECT_EQ(mime_type("dir.d/x.html"), "text/html");
}

TEST(MimeType, PackedFilesAreNamedByTheirPacking) {
  EXPECT_EQ(mime_type("page.html.gz"), "application/gzip");
  EXPECT_EQ(mime_type("all.tgz"), "application/gzip");
  EXPECT_EQ(mime_type("picture.svgz"), "application/gzip");
  EXPECT_EQ(mime_type("page.html.bz2"), "application/octet-stream");
  EXPECT_EQ(mime_type("page.html.br"), "application/octet-stream");
  EXPECT_EQ(mime_type("all.tar.Z"), "application/octet-stream");
}

TEST(MimeType, TypesCanBeAddedAndReplaced) {
  EXPECT_EQ(mime_type("a.eddy-test"), "application/octet-stream");
  add_mime_type("Eddy-Test", "text/x-eddy");
  const std::string_view first = mime_type("a.EDDY-TEST");
  EXPECT_EQ(first, "text/x-eddy");
  add_mime_type(".eddy-test", "text/x-eddy; charset=utf-8");
  EXPECT_EQ(mime_type("a.eddy-test"), "text/x-eddy; charset=utf-8");
  EXPECT_EQ(first, "text/x-eddy") << "a view lives on";
  add_mime_type("webp", "image/other");
  EXPECT_EQ(mime_type("a.webp"), "image/other");
  add_mime_type("webp", "image/webp");
}

TEST(MimeType, WhatIsNoTypeIsRefused) {
  for (const char* type : {"", "text", "/", "text/", "/html", "text/html\r\nA: b", "te xt/html",
                           "text/ht ml", ";/", "text;/html", "text/html ", "a/b/c"}) {
    EXPECT_THROW(add_mime_type("refused", type), std::invalid_argument) << type;
  }
  for (const char* extension : {"", ".", "..", "a.b", "a/b", "/"}) {
    EXPECT_THROW(add_mime_type(extension, "text/plain"), std::invalid_argument) << extension;
  }
  EXPECT_EQ(mime_type("a.refused"), "application/octet-stream");
}

TEST(MimeType, IsFoundWhileAnotherThreadAdds) {
  std::atomic<bool> ended = false;
  std::thread adds([&] {
    for (int i = 0; i < 200; ++i) {
      add_mime_type("thread" + std::to_string(i), "text/x-" + std::to_string(i));
    }
    ended = true;
  });
  while (!ended) EXPECT_EQ(mime_type("a.html"), "text/html");
  adds.join();
  EXPECT_EQ(mime_type("a.thread199"), "text/x-199");
}

}  // namespace
