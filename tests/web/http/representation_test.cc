// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/representation.h>

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include <tests/core/temporary_folder.h>
#include <tests/web/http/one_client.h>

namespace {

using eddy::core_test::TemporaryFolder;
using eddy::web::File;
using eddy::web::Representation;
using eddy::web::Request;
using eddy::web::serve;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::size_t kMegabyte = 1024 * 1024;

std::string numbers(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text.append(std::to_string(i)).append(" ");
  text.resize(bytes);
  return text;
}

/// The same content from memory at /m and from a file at /f.
class RepresentationTest : public eddy_tests::OneClientTest {
 protected:
  RepresentationTest() {
    app_.get("/m", [this](const Request& request) {
      return serve(request,
                   {.content = content_,
                    .type = "text/x-numbers",
                    .coding = coding_,
                    .tag = "\"t\"",
                    .modified = std::chrono::sys_seconds(std::chrono::seconds(784111777))});
    });
    app_.get("/f", [this](const Request& request) {
      Representation file = Representation::of(File::open(folder_ / "file.txt"), "x.css");
      file.type = "text/x-numbers";
      return serve(request, std::move(file));
    });
    folder_.write("file.txt", content_);
    eddy::web::ServerOptions options;
    options.compression.enabled = true;
    start(options);
  }

  /// "first-last:content" of each part, read by nothing of the code under test.
  static std::vector<std::string> parts(const std::string& answer) {
    const std::string type = field(answer, "Content-Type");
    const std::string delimiter = "--" + type.substr(type.find("boundary=") + 9);
    std::vector<std::string> found;
    const std::string all = body(answer);
    std::size_t at = all.find(delimiter);
    EXPECT_EQ(at, 0U);
    for (;;) {
      const std::size_t start = at + delimiter.size();
      if (all.substr(start, 2) == "--") {
        EXPECT_EQ(all.substr(start), "--\r\n");
        return found;
      }
      const std::size_t next = all.find("\r\n" + delimiter, start);
      if (next == std::string::npos) {
        ADD_FAILURE() << "a part without an end";
        return found;
      }
      const std::string part = all.substr(start, next - start);
      EXPECT_THAT(part, StartsWith("\r\nContent-Type: text/x-numbers\r\nContent-Range: bytes "));
      const std::size_t range = part.find("bytes ") + 6;
      found.push_back(part.substr(range, part.find('/', range) - range) + ":" +
                      part.substr(part.find("\r\n\r\n") + 4));
      at = next + 2;
    }
  }
  std::string part(std::size_t first, std::size_t last) const {
    return std::to_string(first) + "-" + std::to_string(last) + ":" +
           content_.substr(first, last - first + 1);
  }

  std::string content_ = numbers(2 * kMegabyte);
  std::string coding_;
  TemporaryFolder folder_;
};

TEST_F(RepresentationTest, FromMemoryAsFromAFile) {
  for (const char* path : {"/m", "/f"}) {
    const std::string whole = get(path);
    EXPECT_THAT(whole, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(body(whole), content_);
    EXPECT_EQ(field(whole, "Accept-Ranges"), "bytes");
    EXPECT_EQ(field(whole, "Content-Type"), "text/x-numbers");
    const std::string tag = field(whole, "ETag");
    const std::string one = get(path, "Range: bytes=10-19\r\n");
    EXPECT_THAT(one, StartsWith("HTTP/1.1 206 "));
    EXPECT_EQ(field(one, "Content-Range"), "bytes 10-19/2097152");
    EXPECT_EQ(body(one), content_.substr(10, 10));
    EXPECT_THAT(get(path, "If-None-Match: " + tag + "\r\n"), StartsWith("HTTP/1.1 304 "));
    EXPECT_THAT(get(path, "If-Match: \"other\"\r\n"), StartsWith("HTTP/1.1 412 "));
    EXPECT_THAT(get(path, "", "HEAD"), EndsWith("Content-Length: 2097152\r\n\r\n"));
    EXPECT_THAT(get(path, "Range: bytes=2097152-\r\n"),
                AllOf(StartsWith("HTTP/1.1 416 "), HasSubstr("Content-Range: bytes */2097152\r\n"),
                      EndsWith("\r\n\r\n")));
  }
  EXPECT_EQ(field(get("/m"), "Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_F(RepresentationTest, SeveralRanges) {
  for (const char* path : {"/m", "/f"}) {
    const std::string answer =
        get(path, "Range: bytes=0-9, 1000000-1999999,-5\r\nAccept-Encoding: gzip\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 206 "));
    EXPECT_EQ(field(answer, "Content-Range"), "") << "each part has its own";
    EXPECT_EQ(field(answer, "Content-Encoding"), "") << "a part is not encoded anew";
    EXPECT_EQ(field(answer, "Content-Length"), std::to_string(body(answer).size()));
    EXPECT_EQ(parts(answer), (std::vector<std::string>{part(0, 9), part(1000000, 1999999),
                                                       part(2097147, 2097151)}));
    // In the order in which they were asked for; what lies behind the end is left out.
    EXPECT_EQ(parts(get(path, "Range: bytes=50-60,9999999-,10-20\r\n")),
              (std::vector<std::string>{part(50, 60), part(10, 20)}));
  }
  EXPECT_THAT(logged_, testing::IsEmpty());
}

TEST_F(RepresentationTest, SeveralRangesAreBounded) {
  for (const char* path : {"/m", "/f"}) {
    // What overlaps becomes one, and one is no multipart.
    const std::string joined = get(path, "Range: bytes=0-99,50-149,100-199\r\n");
    EXPECT_EQ(field(joined, "Content-Range"), "bytes 0-199/2097152");
    EXPECT_EQ(body(joined), content_.substr(0, 200));
    // More than 16, and what comes to more bytes than the whole, is answered by the whole.
    std::string many = "bytes=0-0";
    for (int i = 1; i < 17; ++i)
      many.append(",").append(std::to_string(10 * i)).append("-").append(std::to_string(10 * i));
    EXPECT_THAT(get(path, "Range: " + many + "\r\n"), StartsWith("HTTP/1.1 200 "));
    many.resize(many.rfind(','));
    EXPECT_EQ(parts(get(path, "Range: " + many + "\r\n")).size(), 16U);
    EXPECT_THAT(get(path, "Range: bytes=0-1048575,1048577-\r\n"), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(get(path, "Range: bytes=0-,0-,0-,0-\r\n"), StartsWith("HTTP/1.1 200 "));
  }
}

TEST_F(RepresentationTest, SeveralRangesForASlowClient) {
  peer_.set_capacity(1000);
  const std::string answer = get("/f", "Range: bytes=0-4999,10000-14999,20000-29999\r\n");
  EXPECT_EQ(parts(answer),
            (std::vector<std::string>{part(0, 4999), part(10000, 14999), part(20000, 29999)}));
  EXPECT_THAT(get("/f", "Range: bytes=1-1\r\n"), EndsWith("\r\n\r\n" + content_.substr(1, 1)))
      << "the connection goes on";
}

TEST_F(RepresentationTest, AFileThatShrinksMeanwhileCutsTheConnection) {
  peer_.set_capacity(1000);
  send(peer_, "GET /f HTTP/1.1\r\nHost: h\r\nRange: bytes=0-4999,2000000-2000100\r\n\r\n");
  folder_.write("file.txt", "short");
  const std::string answer = read(peer_);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 206 "));
  EXPECT_THAT(answer, Not(EndsWith("--\r\n")));
  EXPECT_TRUE(peer_.closed());
}

TEST_F(RepresentationTest, PackedContentSaysSo) {
  coding_ = "br";
  EXPECT_EQ(field(get("/m"), "Content-Encoding"), "br");
  EXPECT_EQ(field(get("/m", "Range: bytes=1-2\r\n"), "Content-Encoding"), "br");
  EXPECT_THAT(get("/m", "Range: bytes=1-2,1000-1001\r\n"), StartsWith("HTTP/1.1 200 "))
      << "several parts of it can't be told from a packed multipart";
  EXPECT_EQ(field(get("/m", "If-None-Match: *\r\n"), "Content-Encoding"), "");
  EXPECT_EQ(field(get("/m", "Range: bytes=9999999-\r\n"), "Content-Encoding"), "");
}

}  // namespace
