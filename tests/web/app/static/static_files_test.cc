// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/static_files.h>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>

#include <eddy/web/http/http_date.h>
#include <tests/core/descriptor_limit.h>
#include <tests/web/app/static/static_server.h>

namespace {

using eddy::core_test::DescriptorLimit;
using eddy::web::StaticFiles;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(StaticFiles, NoFolderIsNotTheRootOfAllFiles) {
  EXPECT_THROW(StaticFiles(""), std::invalid_argument);
}

class StaticFilesTest : public eddy_tests::StaticServerTest {
 protected:
  StaticFilesTest() {
    folder_.write("root/file.html", "0123456789");
    folder_.write("root/empty.txt");
    folder_.write("root/sub/index.html", "index");
    app_.get("/s/{path...}", StaticFiles(root_ + "/"));
    app_.get("/d/{path...}", StaticFiles(root_, {.default_filename = "index.html"}));
    start();
  }
};

TEST_F(StaticFilesTest, W46ServesAFileWithWhatCachesNeed) {
  const std::string answer = get("/s/file.html");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("Content-Length: 10\r\n\r\n0123456789"));
  EXPECT_EQ(field(answer, "Content-Type"), "text/html");
  EXPECT_EQ(field(answer, "Accept-Ranges"), "bytes");
  EXPECT_THAT(field(answer, "ETag"), StartsWith("\""));
  EXPECT_TRUE(eddy::web::parse_http_date(field(answer, "Last-Modified")));
  EXPECT_THAT(get("/s/empty.txt"), EndsWith("Content-Length: 0\r\n\r\n"));
  const std::string head = get("/s/file.html", "", "HEAD");
  EXPECT_THAT(head, EndsWith("Content-Length: 10\r\n\r\n"));
  EXPECT_EQ(field(head, "ETag"), field(answer, "ETag"));
  EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(StaticFilesTest, W48WhatIsNotThereOrNotForThem) {
  EXPECT_THAT(get("/s/none"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(get("/s/file.html/more"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(get("/s/file.html/"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(get("/s/" + std::string(300, 'x')), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(get("/s/a%00b"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(get("/s/sub"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(get("/s/"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(get("/s/%2e%2e/secret"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(get("/s/..%2f..%2fetc%2fpasswd"), StartsWith("HTTP/1.1 403 "));
  ::mkfifo((folder_ / "root/pipe").c_str(), 0600);
  EXPECT_THAT(get("/s/pipe"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(get("/s/file.html", "Content-Length: 0\r\n", "POST"), StartsWith("HTTP/1.1 405 "));
}

TEST_F(StaticFilesTest, WhatTheSystemRefusesIsNotThere) {
  std::filesystem::create_symlink("loop", folder_ / "root/loop");
  EXPECT_THAT(get("/s/loop"), StartsWith("HTTP/1.1 403 "));
  std::filesystem::create_directory(folder_ / "root/odd");
  std::filesystem::create_directory(folder_ / "root/odd/index.html");
  EXPECT_THAT(get("/d/odd/"), StartsWith("HTTP/1.1 403 "));
  std::filesystem::create_directory(folder_ / "root/round");
  std::filesystem::create_symlink("index.html", folder_ / "root/round/index.html");
  EXPECT_THAT(get("/d/round/"), StartsWith("HTTP/1.1 403 "));
}

#ifndef __SANITIZE_ADDRESS__  // see tests/core/descriptor_limit.h
TEST_F(StaticFilesTest, AServerWithoutDescriptorsSaysSo) {
  const DescriptorLimit limit(DescriptorLimit::for_more(0));
  EXPECT_THAT(get("/s/file.html"), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(get("/d/sub/"), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(logged_, Contains(HasSubstr("Too many open files")));
}
#endif

TEST_F(StaticFilesTest, ADateThatHasYetToComeIsNotSent) {
  const auto tomorrow = std::filesystem::file_time_type::clock::now() + std::chrono::hours(24);
  std::filesystem::last_write_time(folder_ / "root/file.html", tomorrow);
  const std::string answer = get("/s/file.html");
  const auto modified = eddy::web::parse_http_date(field(answer, "Last-Modified"));
  ASSERT_TRUE(modified);
  EXPECT_LE(*modified, std::chrono::system_clock::now());
}

TEST_F(StaticFilesTest, W49D18AFolderHasItsDefault) {
  EXPECT_THAT(get("/d/sub/"), EndsWith("index"));
  const std::string there = get("/d/sub?a=1&b=2");
  EXPECT_THAT(there, StartsWith("HTTP/1.1 301 "));
  EXPECT_EQ(field(there, "Location"), "/d/sub/?a=1&b=2");
  EXPECT_THAT(get("/d/"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(StaticFilesTest, W50ConditionsInTheOrderOfTheRfc) {
  const std::string answer = get("/s/file.html");
  const std::string tag = field(answer, "ETag");
  const std::string modified = field(answer, "Last-Modified");
  const std::string past = "Mon, 01 Jan 2001 00:00:00 GMT";
  auto status = [&](const std::string& fields) { return get("/s/file.html", fields).substr(9, 3); };
  EXPECT_EQ(status("If-None-Match: " + tag + "\r\n"), "304");
  EXPECT_EQ(status("If-None-Match: \"x\", W/" + tag + "\r\n"), "304");
  EXPECT_EQ(status("If-None-Match: *\r\n"), "304");
  EXPECT_EQ(status("If-None-Match: \"x\"\r\n"), "200");
  EXPECT_EQ(status("If-Modified-Since: " + modified + "\r\n"), "304");
  EXPECT_EQ(status("If-Modified-Since: " + past + "\r\n"), "200");
  EXPECT_EQ(status("If-Modified-Since: yesterday\r\n"), "200");
  EXPECT_EQ(status("If-None-Match: \"x\"\r\nIf-Modified-Since: " + modified + "\r\n"), "200");
  EXPECT_EQ(status("If-Match: " + tag + "\r\n"), "200");
  EXPECT_EQ(status("If-Match: W/" + tag + "\r\n"), "412");
  EXPECT_EQ(status("If-Match: \"x\"\r\n"), "412");
  EXPECT_EQ(status("If-Unmodified-Since: " + past + "\r\n"), "412");
  EXPECT_EQ(status("If-Unmodified-Since: " + modified + "\r\n"), "200");
  EXPECT_EQ(status("If-Match: \"x\"\r\nIf-None-Match: " + tag + "\r\n"), "412");
  const std::string unchanged = get("/s/file.html", "If-None-Match: " + tag + "\r\n");
  EXPECT_EQ(field(unchanged, "ETag"), tag);
  EXPECT_EQ(field(unchanged, "Last-Modified"), modified);
  EXPECT_THAT(unchanged, Not(HasSubstr("0123456789")));
}

TEST_F(StaticFilesTest, W51D17Ranges) {
  const std::string tag = field(get("/s/file.html"), "ETag");
  auto range = [&](const std::string& value, const std::string& fields = "") {
    return get("/s/file.html", "Range: " + value + "\r\n" + fields);
  };
  EXPECT_THAT(range("bytes=2-4"), AllOf(StartsWith("HTTP/1.1 206 "), EndsWith("\r\n\r\n234"),
                                        HasSubstr("Content-Range: bytes 2-4/10\r\n")));
  EXPECT_THAT(range("bytes=7-"), EndsWith("\r\n\r\n789"));
  EXPECT_THAT(range("bytes=-3"), EndsWith("\r\n\r\n789"));
  EXPECT_THAT(range("bytes=8-99"), EndsWith("\r\n\r\n89"));
  EXPECT_THAT(range("bytes=0-"), StartsWith("HTTP/1.1 200 ")) << "all of it is no part";
  EXPECT_THAT(range("bytes=10-"),
              AllOf(StartsWith("HTTP/1.1 416 "), HasSubstr("Content-Range: bytes */10\r\n")));
  EXPECT_THAT(range("lines=1-2"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(range("bytes=1-2,5-6"), StartsWith("HTTP/1.1 200 ")) << "which is shorter";
  EXPECT_THAT(range("bytes=2-4", "If-Range: " + tag + "\r\n"), StartsWith("HTTP/1.1 206 "));
  EXPECT_THAT(range("bytes=2-4", "If-Range: \"x\"\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(range("bytes=2-4", "If-None-Match: " + tag + "\r\n"), StartsWith("HTTP/1.1 304 "));
  EXPECT_THAT(get("/s/empty.txt", "Range: bytes=0-\r\n"), StartsWith("HTTP/1.1 416 "));
  for (const char* value : {"bytes=2-4", "bytes=10-"}) {
    EXPECT_THAT(get("/s/file.html", "Range: " + std::string(value) + "\r\n", "HEAD"),
                AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("Content-Length: 10\r\n\r\n")));
  }
}

TEST_F(StaticFilesTest, W51SeveralRanges) {
  const std::string content(10'000, 'x');
  folder_.write("root/long.css", content);
  const std::string answer = get("/s/long.css", "Range: bytes=0-9,100-199,-1\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 206 "));
  const std::string type = field(answer, "Content-Type");
  ASSERT_THAT(type, StartsWith("multipart/byteranges; boundary="));
  const std::string delimiter = "--" + type.substr(type.find('=') + 1);
  auto part = [&](const std::string& range, std::size_t bytes) {
    return delimiter + "\r\nContent-Type: text/css\r\nContent-Range: bytes " + range +
           "/10000\r\n\r\n" + std::string(bytes, 'x') + "\r\n";
  };
  EXPECT_EQ(body(answer),
            part("0-9", 10) + part("100-199", 100) + part("9999-9999", 1) + delimiter + "--\r\n");
  EXPECT_EQ(field(answer, "Content-Length"), std::to_string(body(answer).size()));
}

TEST_F(StaticFilesTest, W52ALargeFileComesInPiecesWithItsLength) {
  std::string content;
  for (int i = 0; content.size() < 3'000'000; ++i) content += std::to_string(i);
  folder_.write("root/large.bin", content);
  peer_.set_capacity(10'000);
  const std::string answer = get("/s/large.bin");
  EXPECT_EQ(field(answer, "Content-Length"), std::to_string(content.size()));
  EXPECT_EQ(body(answer), content);
}

TEST_F(StaticFilesTest, W52AVanishedClientStopsItQuietly) {
  folder_.write("root/large.bin", std::string(3'000'000, 'x'));
  peer_.set_capacity(10'000);
  send(peer_, "GET /s/large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  peer_.close();
  loop_.run_until_idle();
  EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(StaticFilesTest, W55TypesByExtension) {
  for (const auto& [name, type] : std::initializer_list<std::pair<std::string, std::string>>{
           {"a.txt", "text/plain"},
           {"a.tar.gz", "application/gzip"},
           {"a.tar.bz2", "application/octet-stream"},
           {"a.txt.br", "application/octet-stream"},
           {"a.unknown", "application/octet-stream"},
           {"noextension", "application/octet-stream"},
           {"A.PNG", "image/png"}}) {
    folder_.write("root/" + name, "x");
    EXPECT_EQ(field(get("/s/" + name), "Content-Type"), type) << name;
  }
}

TEST_F(StaticFilesTest, AChangedFileHasAnotherTag) {
  const std::string tag = field(get("/s/file.html"), "ETag");
  EXPECT_EQ(field(get("/s/file.html"), "ETag"), tag);
  std::filesystem::rename(folder_.write("root/new", "9876543210"), folder_ / "root/file.html");
  EXPECT_NE(field(get("/s/file.html"), "ETag"), tag);
  EXPECT_THAT(get("/s/file.html", "If-None-Match: " + tag + "\r\n"), EndsWith("9876543210"));
}

}  // namespace
