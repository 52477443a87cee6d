// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include <tests/web/app/static/static_server.h>

namespace {

using eddy::web::StaticFiles;
using testing::EndsWith;
using testing::StartsWith;

/// The content of packed forms says which it is; nothing here unpacks it.
class PrecompressedTest : public eddy_tests::StaticServerTest {
 protected:
  PrecompressedTest() {
    for (const char* suffix : {"", ".br", ".zst", ".gz"}) {
      set_time(folder_.write(std::string("root/app.js") + suffix, std::string("app.js") + suffix),
               0);
    }
    set_time(folder_.write("root/only.css", "only.css"), 0);
    set_time(folder_.write("root/only.css.gz", "only.css.gz"), 1);
    set_time(folder_.write("root/plain.txt", "plain.txt"), 0);
    app_.get("/s/{path...}", StaticFiles(root_, {.precompressed = true}));
    app_.get("/off/{path...}", StaticFiles(root_));
    app_.get("/d/{path...}",
             StaticFiles(root_, {.default_filename = "app.js", .precompressed = true}));
    start();
  }
  std::string accepting(std::string_view codings, std::string_view path = "/s/app.js",
                        std::string_view more = "") {
    return get(path, "Accept-Encoding: " + std::string(codings) + "\r\n" + std::string(more));
  }
};

TEST_F(PrecompressedTest, D16TheOneThatTheClientLikesBest) {
  EXPECT_EQ(body(get("/s/app.js")), "app.js");
  EXPECT_EQ(body(accepting("gzip")), "app.js.gz");
  EXPECT_EQ(body(accepting("x-gzip")), "app.js.gz");
  EXPECT_EQ(body(accepting("gzip, deflate, br, zstd")), "app.js.br");
  EXPECT_EQ(body(accepting("gzip, zstd")), "app.js.zst");
  EXPECT_EQ(body(accepting("gzip, br;q=0.9")), "app.js.gz");
  EXPECT_EQ(body(accepting("br;q=0.5, zstd;q=0.8, gzip;q=0.6")), "app.js.zst");
  EXPECT_EQ(body(accepting("br;q=0, *")), "app.js.zst");
  EXPECT_EQ(body(accepting("gzip;q=0")), "app.js");
  EXPECT_EQ(body(accepting("identity, gzip;q=0.5")), "app.js") << "it likes it better as it is";
  EXPECT_EQ(body(accepting("deflate")), "app.js");
  EXPECT_EQ(body(accepting("")), "app.js");
  EXPECT_EQ(body(accepting("br, gzip;q=0.5", "/s/only.css")), "only.css.gz") << "the next best";
  EXPECT_EQ(body(accepting("br", "/s/only.css")), "only.css");
  EXPECT_EQ(body(accepting("identity;q=0, br", "/s/plain.txt")), "plain.txt");
  EXPECT_EQ(body(accepting("br", "/d/")), "app.js.br") << "a folder's default too";
  EXPECT_EQ(body(accepting("br", "/off/app.js")), "app.js");
  EXPECT_EQ(field(accepting("br", "/off/app.js"), "Vary"), "");
}

TEST_F(PrecompressedTest, D7IsAnotherRepresentationOfTheSame) {
  const std::string plain = get("/s/app.js");
  const std::string packed = accepting("br");
  EXPECT_THAT(packed, StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(field(packed, "Content-Type"), "text/javascript") << "of what it is when unpacked";
  EXPECT_EQ(field(packed, "Content-Encoding"), "br");
  EXPECT_EQ(field(accepting("zstd"), "Content-Encoding"), "zstd");
  EXPECT_EQ(field(accepting("gzip"), "Content-Encoding"), "gzip");
  EXPECT_EQ(field(packed, "Content-Length"), "9");
  EXPECT_EQ(field(plain, "Content-Encoding"), "");
  // A cache must ask by Accept-Encoding also where there is nothing packed yet.
  for (const std::string& answer : {plain, packed, get("/s/plain.txt")}) {
    EXPECT_EQ(field(answer, "Vary"), "Accept-Encoding");
  }
  const std::string tag = field(plain, "ETag");
  EXPECT_NE(field(packed, "ETag"), tag);
  EXPECT_THAT(field(packed, "ETag"), EndsWith("-br\""));
  EXPECT_NE(field(packed, "ETag"), field(accepting("zstd"), "ETag"));
  const std::string head = get("/s/app.js", "Accept-Encoding: br\r\n", "HEAD");
  EXPECT_EQ(field(head, "ETag"), field(packed, "ETag"));
  EXPECT_THAT(head, EndsWith("Content-Length: 9\r\n\r\n"));
}

TEST_F(PrecompressedTest, ConditionsAndRangesAreOfTheFormThatIsSent) {
  const std::string plain = "If-None-Match: " + field(get("/s/app.js"), "ETag") + "\r\n";
  const std::string tag = field(accepting("br"), "ETag");
  EXPECT_THAT(accepting("br", "/s/app.js", plain), StartsWith("HTTP/1.1 200 "));
  const std::string unchanged = accepting("br", "/s/app.js", "If-None-Match: " + tag + "\r\n");
  EXPECT_THAT(unchanged, StartsWith("HTTP/1.1 304 "));
  EXPECT_EQ(field(unchanged, "Vary"), "Accept-Encoding");
  EXPECT_EQ(field(unchanged, "ETag"), tag);
  EXPECT_EQ(field(unchanged, "Content-Encoding"), "");
  const std::string part =
      accepting("br", "/s/app.js", "Range: bytes=-3\r\nIf-Range: " + tag + "\r\n");
  EXPECT_THAT(part, StartsWith("HTTP/1.1 206 "));
  EXPECT_EQ(field(part, "Content-Range"), "bytes 6-8/9");
  EXPECT_EQ(field(part, "Content-Encoding"), "br");
  EXPECT_EQ(body(part), ".br");
}

TEST_F(PrecompressedTest, WhatIsOlderThanTheFileIsNotSent) {
  EXPECT_EQ(body(accepting("gzip", "/s/only.css")), "only.css.gz") << "a newer one is";
  set_time(folder_ / "root/only.css", 1, 1);
  EXPECT_EQ(body(accepting("gzip", "/s/only.css")), "only.css") << "older by a nanosecond";
  set_time(folder_ / "root/app.js.br", -1);
  EXPECT_EQ(body(accepting("br, zstd, gzip")), "app.js.zst");
}

TEST_F(PrecompressedTest, WhatIsNoFileIsPassedOver) {
  std::filesystem::create_directory(folder_ / "root/plain.txt.br");
  EXPECT_EQ(body(accepting("br", "/s/plain.txt")), "plain.txt");
  std::filesystem::remove(folder_ / "root/app.js");
  EXPECT_THAT(accepting("br"), StartsWith("HTTP/1.1 404 ")) << "a packed form of nothing";
  EXPECT_EQ(field(accepting("gzip", "/s/app.js.gz"), "Content-Type"), "application/gzip")
      << "by its own name it is what it is";
  EXPECT_EQ(field(accepting("gzip", "/s/app.js.gz"), "Content-Encoding"), "");
}

TEST_F(PrecompressedTest, ALinkIsAnotherRepresentationToo) {
  std::filesystem::remove(folder_ / "root/app.js.gz");
  std::filesystem::create_symlink("app.js", folder_ / "root/app.js.gz");
  EXPECT_NE(field(accepting("gzip"), "ETag"), field(get("/s/app.js"), "ETag"));
}

}  // namespace
