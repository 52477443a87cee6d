// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/response_writer.h>

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace {

using eddy::web::Headers;
using eddy::web::ResponseFraming;
using eddy::web::ResponseHead;
using eddy::web::write_chunk;
using eddy::web::write_last_chunk;
using eddy::web::write_response_head;
using eddy::web::internal::ByteBuffer;

struct Written {
  ResponseHead head;
  std::string text;
};

Written write(int status, const Headers& headers, const ResponseFraming& framing,
              std::string_view reason = {}) {
  ByteBuffer out;
  const ResponseHead head = write_response_head(out, status, reason, headers, framing);
  return {head, std::string(out.view())};
}

TEST(ResponseWriter, StatusLineFieldsDateAndLength) {
  Headers headers;
  headers.set("Content-Type", "text/plain");
  const Written w =
      write(200, headers, {.content_length = 12, .date = "Sun, 06 Nov 1994 08:49:37 GMT"});
  EXPECT_EQ(w.text,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 12\r\n\r\n");
  EXPECT_TRUE(w.head.send_content);
  EXPECT_FALSE(w.head.close);
}

// A plain 200 is written by a shorter way than all others.
TEST(ResponseWriter, A200IsWrittenAsA201) {
  const auto none = [](Headers& /*headers*/) {};
  const std::vector<std::function<void(Headers&)>> ways = {
      none,
      [](Headers& headers) { headers.set(eddy::web::internal::kPlainText); },
      [](Headers& headers) { headers.add("ETag", "\"1\""); },
      [](Headers& headers) { headers.add("date", "now"); },
      [](Headers& headers) { headers.set("Connection", "close"); },
      [](Headers& headers) { headers.add("connection", "a, b"); },
      [](Headers& headers) { headers.add("CONTENT-LENGTH", "12"); },
      [](Headers& headers) { headers.add("Content-Length", "13"); },
      [](Headers& headers) { headers.add("Transfer-Encoding", "chunked"); },
      [](Headers& headers) { headers.erase("Connection"); },
      [](Headers& headers) { headers.erase("Date"); },
      [](Headers& headers) { headers.set("Content-Type", "text/css"); },
      [](Headers& headers) { headers.clear(); },
  };
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const std::vector<ResponseFraming> framings = {
      {.content_length = 12, .date = date},
      {.content_length = 0, .date = date},
      {.content_length = 12},
      {.date = date},
      {.keep_alive = false, .content_length = 12, .date = date},
      {.version_minor = 0, .content_length = 12, .date = date},
      {.head_request = true, .content_length = 12, .date = date},
  };
  for (std::size_t first = 0; first < ways.size(); ++first) {
    for (std::size_t second = 0; second < ways.size(); ++second) {
      Headers headers;
      ways[first](headers);
      ways[second](headers);
      for (std::size_t i = 0; i < framings.size(); ++i) {
        SCOPED_TRACE(::testing::Message()
                     << "fields " << first << ' ' << second << ", framing " << i);
        const Written ok = write(200, headers, framings[i]);
        const Written created = write(201, headers, framings[i]);
        const std::string start = "HTTP/1.1 200 OK\r\n";
        ASSERT_EQ(ok.head.error == nullptr, created.head.error == nullptr);
        EXPECT_EQ(ok.head.send_content, created.head.send_content);
        EXPECT_EQ(ok.head.chunked, created.head.chunked);
        EXPECT_EQ(ok.head.close, created.head.close);
        EXPECT_EQ(ok.head.content_length, created.head.content_length);
        if (ok.head.error != nullptr) continue;
        ASSERT_TRUE(ok.text.starts_with(start));
        EXPECT_EQ("HTTP/1.1 201 Created\r\n" + ok.text.substr(start.size()), created.text);
      }
    }
  }
}

TEST(ResponseWriter, FieldsThatWereReplacedOrErasedAreNotSent) {
  Headers headers;
  headers.set(eddy::web::internal::kPlainText);
  headers.set("A", "1");
  headers.set("B", "2");
  headers.set("a", "3");
  EXPECT_EQ(write(304, headers, {}).text,
            "HTTP/1.1 304 Not Modified\r\nContent-Type: text/plain; charset=UTF-8\r\na: 3\r\n"
            "B: 2\r\n\r\n");
  headers.erase("B");
  headers.set("content-type", "text/x");
  EXPECT_EQ(write(304, headers, {}).text,
            "HTTP/1.1 304 Not Modified\r\ncontent-type: text/x\r\na: 3\r\n\r\n");
  headers.erase("a");
  headers.erase("content-type");
  headers.set(eddy::web::internal::kHtmlText);
  headers.add("C", (*headers.begin()).value);
  EXPECT_EQ(write(304, headers, {}).text,
            "HTTP/1.1 304 Not Modified\r\nContent-Type: text/html; charset=UTF-8\r\n"
            "C: text/html; charset=UTF-8\r\n\r\n");
}

TEST(ResponseWriter, FramingFieldsOfTheProgramAreWrittenAnew) {
  Headers headers;
  headers.set("A", "1");
  headers.set("Content-Length", "2");
  headers.set("Connection", "keep-alive");
  headers.set("B", "2");
  EXPECT_EQ(write(200, headers, {.content_length = 2}).text,
            "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nContent-Length: 2\r\n\r\n");
}

TEST(ResponseWriter, DateOfTheProgramWins) {
  Headers headers;
  headers.set("date", "x");
  EXPECT_EQ(
      write(200, headers, {.content_length = 0, .date = "Sun, 06 Nov 1994 08:49:37 GMT"}).text,
      "HTTP/1.1 200 OK\r\ndate: x\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseWriter, UnknownLengthIsChunkedIn11) {
  const Written w = write(200, {}, {});
  EXPECT_EQ(w.text, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_TRUE(w.head.chunked);
  EXPECT_FALSE(w.head.close);
}

// Tornado's D1: it would leave the connection open.
TEST(ResponseWriter, UnknownLengthClosesIn10) {
  const Written w = write(200, {}, {.version_minor = 0});
  EXPECT_EQ(w.text, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(w.head.chunked);
  EXPECT_TRUE(w.head.close);
}

TEST(ResponseWriter, KeepAliveIsEchoedTo10) {
  EXPECT_EQ(write(200, {}, {.version_minor = 0, .content_length = 1}).text,
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n");
}

TEST(ResponseWriter, CloseIsAnnouncedWhoeverWantsIt) {
  const std::string closed = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(write(200, {}, {.keep_alive = false, .content_length = 1}).text, closed);
  Headers headers;
  headers.set("Connection", "foo, Close");
  const Written w = write(200, headers, {.content_length = 1});
  EXPECT_EQ(w.text, closed);
  EXPECT_TRUE(w.head.close);
}

TEST(ResponseWriter, HeadHasTheLengthAndNoContent) {
  const Written w = write(200, {}, {.head_request = true, .content_length = 12});
  EXPECT_EQ(w.text, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
  EXPECT_FALSE(w.head.send_content);
  // A handler that only names the length does not write the content.
  Headers headers;
  headers.set("Content-Length", "500");
  EXPECT_EQ(write(200, headers, {.head_request = true, .content_length = 0}).text,
            "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
}

TEST(ResponseWriter, StatusesWithoutContentHaveNoFraming) {
  for (const int status : {103, 204}) {
    const Written w = write(status, {}, {.content_length = 5});
    EXPECT_EQ(w.text.find("Content-Length"), std::string::npos) << status;
    EXPECT_EQ(w.text.find("Transfer-Encoding"), std::string::npos) << status;
    EXPECT_FALSE(w.head.send_content) << status;
  }
  EXPECT_EQ(write(304, {}, {.content_length = 0}).text, "HTTP/1.1 304 Not Modified\r\n\r\n");
  EXPECT_EQ(write(205, {}, {.content_length = 5}).text,
            "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseWriter, InterimResponsesSayNothingOfTheConnection) {
  EXPECT_EQ(write(100, {}, {.keep_alive = false}).text, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(write(100, {}, {.version_minor = 0}).text, "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST(ResponseWriter, SwitchingProtocolsKeepsItsConnectionField) {
  Headers headers;
  headers.set("Connection", "Upgrade");
  headers.set("Upgrade", "websocket");
  EXPECT_EQ(
      write(101, headers, {}).text,
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
}

TEST(ResponseWriter, MistakesOfTheProgramAreToldAndNothingIsWritten) {
  Headers length;
  length.set("Content-Length", "5");
  EXPECT_NE(write(200, length, {.content_length = 4}).head.error, nullptr);
  length.set("Content-Length", "five");
  EXPECT_NE(write(200, length, {.content_length = 5}).head.error, nullptr);
  Headers lengths;
  lengths.set("Content-Length", "5");
  lengths.add("content-length", "5");
  EXPECT_NE(write(200, lengths, {.content_length = 5}).head.error, nullptr);
  Headers coding;
  coding.set("Transfer-Encoding", "chunked");
  EXPECT_NE(write(200, coding, {}).head.error, nullptr);
  EXPECT_NE(write(99, {}, {}).head.error, nullptr);
  EXPECT_NE(write(1000, {}, {}).head.error, nullptr);
  const Written split = write(200, {}, {}, "OK\r\nX: y");
  EXPECT_NE(split.head.error, nullptr);
  EXPECT_EQ(split.text, "");
}

TEST(ResponseWriter, ChunksAndTrailers) {
  ByteBuffer out;
  write_chunk(out, "hello");
  write_chunk(out, "");
  write_chunk(out, std::string(26, 'x'));
  Headers trailers;
  trailers.set("Checksum", "1");
  write_last_chunk(out, trailers);
  EXPECT_EQ(out.view(),
            "5\r\nhello\r\n1a\r\n" + std::string(26, 'x') + "\r\n0\r\nChecksum: 1\r\n\r\n");
}

TEST(ResponseWriter, ManyFieldsFit) {
  Headers headers;
  for (int i = 0; i < 1000; ++i) headers.add("Name-" + std::to_string(i), std::string(50, 'v'));
  const Written w = write(200, headers, {.content_length = 0}, std::string(500, 'r'));
  EXPECT_NE(w.text.find("Name-999: vvv"), std::string::npos);
}

}  // namespace
