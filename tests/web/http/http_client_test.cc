// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The client against servers whose every byte is the test's.
#include <eddy/web/http/http_client.h>

#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

using eddy::Loop;
using eddy::Task;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using eddy::web::ClientErrc;
using eddy::web::ClientRequest;
using eddy::web::ClientResponse;
using eddy::web::HttpClient;
using eddy::web::HttpClientError;
using eddy::web::HttpLimits;
using eddy::web::StreamedResponse;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kUrl = "http://127.0.0.1:80/";

ClientRequest with_limits(eddy::Duration connect, eddy::Duration whole) {
  ClientRequest request(kUrl);
  request.connect_timeout = connect;
  request.request_timeout = whole;
  return request;
}

class HttpClientTest : public ::testing::Test {
 protected:
  /// The response to a fetch of a server that sends `text` and then closes.
  ClientResponse fetch(std::string_view text, ClientRequest request = ClientRequest(kUrl)) {
    peer_ = loop_.system().expect_connect(80);
    peer_.write(text);
    peer_.close();
    return loop_.run_until(client_.fetch(std::move(request)));
  }
  /// What is wrong with such a response.
  std::error_code error_of(std::string_view text, ClientRequest request = ClientRequest(kUrl)) {
    return error_in([&] { (void)fetch(text, std::move(request)); });
  }
  template <class Call>
  std::error_code error_in(Call call) {
    try {
      call();
    } catch (const std::system_error& error) {
      what_ = error.what();
      return error.code();
    }
    return {};
  }
  std::error_code error_of_url(std::string url) {
    return error_in([&] { (void)loop_.run_until(client_.fetch(std::move(url))); });
  }
  /// What has been sent for `request`, whose answer is an empty one.
  std::string sent_for(ClientRequest request) {
    peer_ = loop_.system().expect_connect(80);
    peer_.write("HTTP/1.1 204 No Content\r\n\r\n");
    (void)loop_.run_until(client_.fetch(std::move(request)));
    return peer_.read();
  }

  ManualLoop loop_;
  HttpClient client_{loop_};
  ManualPeer peer_;
  std::string what_;
};

// ---- What is sent -----------------------------------------------------------------------------

TEST_F(HttpClientTest, SendsAGetWithItsOwnFields) {
  EXPECT_EQ(sent_for(ClientRequest("http://127.0.0.1/a/b%20c?d=e#f")),
            "GET /a/b%20c?d=e HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Eddy/" EDDY_VERSION_STRING
            "\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(sent_for(ClientRequest("HTTP://localhost:80?q")),
              StartsWith("GET /?q HTTP/1.1\r\nHost: localhost:80\r\n"));
  EXPECT_THAT(sent_for(ClientRequest("http://[::1]")),
              StartsWith("GET / HTTP/1.1\r\nHost: [::1]\r\n"));
}

TEST_F(HttpClientTest, SendsContentWithItsLength) {
  const std::string post = sent_for(ClientRequest("http://127.0.0.1/", "POST", "a=b"));
  EXPECT_THAT(post, HasSubstr("\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
  EXPECT_THAT(post, HasSubstr("\r\nContent-Length: 3\r\n"));
  EXPECT_THAT(post, EndsWith("\r\n\r\na=b"));
  const std::string put = sent_for(ClientRequest("http://127.0.0.1/", "PUT"));
  EXPECT_THAT(put, HasSubstr("\r\nContent-Length: 0\r\n"));
  EXPECT_THAT(put, Not(HasSubstr("Content-Type")));
}

TEST_F(HttpClientTest, FieldsOfTheRequestTakeThePlacesOfItsOwn) {
  ClientRequest request(kUrl, "POST", "x");
  eddy::web::Headers& headers = request.headers;
  headers.add("host", "example.org");
  headers.add("User-Agent", "me");
  headers.add("content-type", "text/csv");
  headers.add("Connection", "keep-alive");
  headers.add("Content-Length", "99");
  headers.add("X-Own", "1");
  headers.add("X-Own", "2");
  EXPECT_EQ(sent_for(std::move(request)),
            "POST / HTTP/1.1\r\nhost: example.org\r\nUser-Agent: me\r\ncontent-type: text/csv\r\n"
            "X-Own: 1\r\nX-Own: 2\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
}

TEST_F(HttpClientTest, ALargeContentIsSentWhileTheResponseIsRead) {
  peer_ = loop_.system().expect_connect(80);
  peer_.set_capacity(1000);
  const std::string body(100'000, 'b');
  std::optional<ClientResponse> response;
  loop_.spawn([](HttpClient& client, const std::string& text, auto& out) -> Task<void> {
    out = co_await client.fetch(ClientRequest(kUrl, "PUT", text));
  }(client_, body, response));
  loop_.run_until_idle();
  // Nothing is taken of the content before the response has begun.
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
  std::string received;
  for (std::string piece; !(piece = peer_.read()).empty(); received += piece) {
    loop_.run_until_idle();
  }
  EXPECT_THAT(received, EndsWith("\r\n\r\n" + body));
  EXPECT_FALSE(response);
  peer_.write("cd");
  loop_.run_until_idle();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "abcd");
}

TEST_F(HttpClientTest, AServerThatAnswersEarlyAndClosesIsUnderstood) {
  const ClientRequest request(kUrl, "PUT", std::string(std::size_t{1} << 20, 'b'));
  EXPECT_EQ(fetch("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n", request).status,
            413);
}

TEST_F(HttpClientTest, AnErrorOfSendingIsToldInsteadOfWaitedOut) {
  peer_ = loop_.system().expect_connect(80);
  for (int i = 0; i < 2; ++i) peer_.fail_send(std::errc::no_buffer_space);
  EXPECT_EQ(error_of_url(kUrl), std::errc::no_buffer_space);
  EXPECT_TRUE(peer_.closed());
}

/// A PUT whose content is `count` pieces of `piece`; `made` counts those that were asked for.
ClientRequest produced(std::string piece, int count, int& made) {
  ClientRequest request(kUrl, "PUT");
  request.body_producer = [piece = std::move(piece), count, &made]() -> Task<std::string> {
    co_await eddy::sleep(1s);
    co_return made++ < count ? piece : std::string();
  };
  return request;
}

TEST_F(HttpClientTest, ContentThatIsMadeMeanwhileIsSentInChunks) {
  int made = 0;
  const ClientRequest request = produced("0123456789abcdefg", 2, made);
  peer_ = loop_.system().expect_connect(80);
  std::optional<ClientResponse> response;
  loop_.spawn([](HttpClient& client, const ClientRequest& of, auto& out) -> Task<void> {
    out = co_await client.fetch(of);
  }(client_, request, response));
  loop_.run_until_idle();
  const std::string head = peer_.read();
  EXPECT_THAT(head, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(head, EndsWith("\r\n\r\n")) << "sent at once";
  loop_.advance(1s);
  EXPECT_EQ(peer_.read(), "11\r\n0123456789abcdefg\r\n") << "and so is each piece";
  loop_.advance(2s);
  EXPECT_EQ(peer_.read(), "11\r\n0123456789abcdefg\r\n0\r\n\r\n");
  EXPECT_EQ(made, 3) << "it is not asked behind the end";
  peer_.write("HTTP/1.1 204 No Content\r\n\r\n");
  loop_.run_until_idle();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 204);
}

TEST_F(HttpClientTest, ContentOfAKnownLengthIsSentAsItIs) {
  int made = 0;
  ClientRequest request = produced("abc", 2, made);
  request.body_length = 6;
  peer_ = loop_.system().expect_connect(80);
  loop_.spawn([](HttpClient& client, ClientRequest of) -> Task<void> {
    (void)co_await client.fetch(std::move(of));
  }(client_, std::move(request)));
  loop_.advance(4s);
  const std::string sent = peer_.read();
  EXPECT_THAT(sent, HasSubstr("\r\nContent-Length: 6\r\n"));
  EXPECT_THAT(sent, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(sent, EndsWith("\r\n\r\nabcabc"));
  peer_.write("HTTP/1.1 204 No Content\r\n\r\n");
  loop_.run_until_idle();
}

TEST_F(HttpClientTest, ContentIsMadeNoFasterThanItIsSent) {
  int made = 0;
  ClientRequest request = produced(std::string(1000, 'x'), 1000, made);
  request.request_timeout = eddy::Duration::zero();
  peer_ = loop_.system().expect_connect(80);
  peer_.set_capacity(5000);
  loop_.spawn([](HttpClient& client, ClientRequest of) -> Task<void> {
    EXPECT_EQ((co_await client.fetch(std::move(of))).status, 413);
  }(client_, std::move(request)));
  loop_.advance(100s);
  EXPECT_LE(made, 6);
  EXPECT_FALSE(peer_.read().empty());
  loop_.advance(100s);
  EXPECT_GT(made, 6);
  EXPECT_LE(made, 12);
  peer_.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
  peer_.close();
  loop_.advance(100s);
  EXPECT_LE(made, 18) << "who has the answer sends no more";
}

TEST_F(HttpClientTest, WhoseContentIsRefusedWaitsForTheAnswer) {
  for (const std::errc error : {std::errc::broken_pipe, std::errc::connection_reset}) {
    int made = 0;
    peer_ = loop_.system().expect_connect(80);
    int status = 0;
    loop_.spawn([](HttpClient& client, ClientRequest of, int& out) -> Task<void> {
      const ClientResponse response = co_await client.fetch(std::move(of));
      out = response.status;
    }(client_, produced("abc", 2, made), status));
    loop_.run_until_idle();
    peer_.fail_send(error);
    loop_.advance(4s);
    EXPECT_EQ(made, 1) << "no more is asked for";
    EXPECT_EQ(status, 0);
    peer_.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
    loop_.run_until_idle();
    EXPECT_EQ(status, 413);
  }
}

TEST_F(HttpClientTest, WhatTheMakerOfContentThrowsIsThrownByFetch) {
  peer_ = loop_.system().expect_connect(80);
  ClientRequest request(kUrl, "PUT");
  request.body_producer = []() -> Task<std::string> {
    co_await eddy::sleep(1s);
    throw std::runtime_error("the disk is gone");
  };
  try {
    (void)loop_.run_until(client_.fetch(std::move(request)));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the disk is gone");
  }
  EXPECT_TRUE(peer_.closed());
}

TEST_F(HttpClientTest, MoreOrLessThanTheSaidLengthIsAnError) {
  for (const std::uint64_t length : {5, 7}) {
    int made = 0;
    ClientRequest request = produced("abc", 2, made);
    request.body_length = length;
    peer_ = loop_.system().expect_connect(80);
    EXPECT_EQ(error_in([&] { (void)loop_.run_until(client_.fetch(std::move(request))); }),
              ClientErrc::invalid_request);
    EXPECT_THAT(what_, HasSubstr(length == 5 ? "makes more than" : "makes less than"));
    EXPECT_TRUE(peer_.closed());
    EXPECT_THAT(peer_.read(), EndsWith(length == 5 ? "\r\n\r\nabc" : "\r\n\r\nabcabc"));
  }
}

TEST_F(HttpClientTest, WhatCannotBeSentIsRefusedBeforeAnythingIs) {
  EXPECT_EQ(error_in([&] {
              (void)loop_.run_until(client_.fetch(ClientRequest(kUrl, "GET / HTTP/1.1\r\nX:")));
            }),
            ClientErrc::invalid_request);
  EXPECT_THAT(what_, HasSubstr("its method is no token"));
  ClientRequest framed(kUrl);
  framed.headers.add("Transfer-Encoding", "chunked");
  EXPECT_EQ(error_in([&] { (void)loop_.run_until(client_.fetch(framed)); }),
            ClientErrc::invalid_request);
  EXPECT_EQ(error_in([&] { (void)loop_.run_until(client_.fetch(ClientRequest(kUrl, "CONNECT"))); }),
            ClientErrc::unsupported);
}

// ---- URLs -------------------------------------------------------------------------------------

TEST_F(HttpClientTest, UrlsThatItCannotFetchSayWhy) {
  const std::vector<std::pair<const char*, ClientErrc>> cases = {
      {"https://127.0.0.1/", ClientErrc::unsupported},
      {"http://example.org/", ClientErrc::unsupported},
      {"ftp://127.0.0.1/", ClientErrc::invalid_request},
      {"127.0.0.1", ClientErrc::invalid_request},
      {"", ClientErrc::invalid_request},
      {"http://", ClientErrc::invalid_request},
      {"http://:80/", ClientErrc::invalid_request},
      {"http://127.0.0.1:0/", ClientErrc::invalid_request},
      {"http://127.0.0.1:65536/", ClientErrc::invalid_request},
      {"http://127.0.0.1:/", ClientErrc::invalid_request},
      {"http://::1/", ClientErrc::invalid_request},
      {"http://[::1/", ClientErrc::invalid_request},
      {"http://[127.0.0.1]/", ClientErrc::invalid_request},
      {"http://127.0.0.1/a b", ClientErrc::invalid_request},
      {"http://127.0.0.1/\r\nX: y", ClientErrc::invalid_request},
      {"http://127.0.0.1/\xc3\xa9", ClientErrc::invalid_request},
      {"http://unix:@", ClientErrc::invalid_request},
  };
  for (const auto& [url, code] : cases) {
    EXPECT_EQ(error_of_url(url), code) << url << ": " << what_;
    EXPECT_THAT(what_, StartsWith("fetch '" + std::string(url) + "': "));
  }
}

TEST_F(HttpClientTest, APasswordInAUrlIsNotTold) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"http://u:secret@127.0.0.1/a@b", "http://***@127.0.0.1/a@b"},
      {"http://u:sec@ret@127.0.0.1?a@b", "http://***@127.0.0.1?a@b"},
      {"https://u:secret@127.0.0.1", "https://***@127.0.0.1"},
      {"ftp://u:secret@127.0.0.1#a@b", "ftp://***@127.0.0.1#a@b"},
      {"//u:secret@127.0.0.1/", "//***@127.0.0.1/"},
      {"u:secret@127.0.0.1/http://a@b/", "***@127.0.0.1/http://a@b/"},
      {"u:secret@127.0.0.1//a@b/", "***@127.0.0.1//a@b/"},
      {"http://unix:secret@127.0.0.1/", "http://***@127.0.0.1/"},
  };
  for (const auto& [url, told] : cases) {
    EXPECT_NE(error_of_url(url), std::error_code());
    EXPECT_THAT(what_, StartsWith("fetch '" + std::string(told) + "': "));
  }
  EXPECT_EQ(error_of_url(cases[0].first), ClientErrc::unsupported);
}

TEST_F(HttpClientTest, AUnixSocketIsNamedAsByNginx) {
  for (const char* url : {"http://unix:/run/app.sock:/a?b", "http://unix:@name:/a?b"}) {
    peer_ = loop_.system().expect_connect(
        std::string_view(url).find('@') == std::string_view::npos ? "/run/app.sock" : "@name");
    peer_.write("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_EQ(loop_.run_until(client_.fetch(url)).status, 204);
    EXPECT_THAT(peer_.read(), StartsWith("GET /a?b HTTP/1.1\r\nHost: localhost\r\n"));
  }
}

// ---- What comes back --------------------------------------------------------------------------

TEST_F(HttpClientTest, GivesStatusReasonFieldsAndContent) {
  const ClientResponse response =
      fetch("HTTP/1.1 404 Nicht da\r\nA: 1\r\na: 2\r\nContent-Length: 5\r\n\r\nhelloXX");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.reason, "Nicht da");
  EXPECT_THAT(response.headers.get_list("A"), ElementsAre("1", "2"));
  EXPECT_EQ(response.body, "hello");
  EXPECT_TRUE(peer_.closed());
}

TEST_F(HttpClientTest, EachFramingIsUndone) {
  EXPECT_EQ(fetch("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n")
                .body,
            "abcde");
  EXPECT_EQ(fetch("HTTP/1.0 200 OK\r\n\r\nall of it").body, "all of it");
  EXPECT_EQ(fetch("HTTP/1.1 204 No Content\r\n\r\n").body, "");
  EXPECT_EQ(fetch("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n").body, "");
  EXPECT_EQ(fetch("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", ClientRequest(kUrl, "HEAD"))
                .headers.get("Content-Length"),
            "10");
}

TEST_F(HttpClientTest, NothingIsWaitedForBehindAResponse) {
  // The server does not close.
  peer_ = loop_.system().expect_connect(80);
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const eddy::TimePoint before = loop_.now();
  EXPECT_EQ(loop_.run_until(client_.fetch(kUrl)).body, "ok");
  EXPECT_EQ(loop_.now(), before);
  EXPECT_TRUE(peer_.closed());
}

TEST_F(HttpClientTest, InterimResponsesArePassedOver) {
  EXPECT_EQ(fetch("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                  "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
                .body,
            "x");
  EXPECT_EQ(fetch("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
                  ClientRequest(kUrl, "HEAD"))
                .body,
            "")
      << "what was asked is known behind one, too";
  EXPECT_EQ(error_of("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: "
                     "upgrade\r\n\r\n"),
            ClientErrc::malformed);
}

TEST_F(HttpClientTest, EveryCutOfTheInputGivesTheSame) {
  const std::string text =
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  for (std::size_t at = 1; at < text.size(); ++at) {
    peer_ = loop_.system().expect_connect(80);
    peer_.write(text.substr(0, at));
    loop_.call_later(1s, [&] { peer_.write(text.substr(at)); });
    EXPECT_EQ(loop_.run_until(client_.fetch(kUrl)).body, "abcde") << at;
  }
  peer_ = loop_.system().expect_connect(80);
  peer_.limit_receives(1);
  peer_.write(text);
  EXPECT_EQ(loop_.run_until(client_.fetch(kUrl)).body, "abcde");
}

TEST_F(HttpClientTest, AResponseThatIsCutIsAnErrorWhereverItIs) {
  for (const std::string text :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      EXPECT_EQ(error_of(text.substr(0, size)), ClientErrc::closed) << text << ' ' << size;
    }
    EXPECT_EQ(error_of(text), std::error_code());
  }
  EXPECT_EQ(error_of(""), std::errc::connection_aborted);
  EXPECT_EQ(what_,
            "GET http://127.0.0.1:80/ (no response): closed by the server before the "
            "response was whole");
}

TEST_F(HttpClientTest, AMalformedResponseIsAnError) {
  for (const char* text :
       {"SSH-2.0-OpenSSH\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
    EXPECT_EQ(error_of(text), ClientErrc::malformed) << text;
    EXPECT_THAT(what_, StartsWith("GET http://127.0.0.1:80/ ("));
    EXPECT_TRUE(peer_.closed());
  }
}

TEST_F(HttpClientTest, LimitsHoldToTheByte) {
  ClientRequest request(kUrl);
  request.max_body = 5;
  for (const char* head :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"}) {
    std::string text = std::string(head) + "hello";
    if (text.find("chunked") != std::string::npos) text += "\r\n0\r\n\r\n";
    EXPECT_EQ(fetch(text, request).body, "hello") << head;
  }
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", request),
            ClientErrc::too_large);
  EXPECT_EQ(error_of("HTTP/1.0 200 OK\r\n\r\nhello!", request), ClientErrc::too_large);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello!", request),
            ClientErrc::too_large);
  request.method = "HEAD";
  EXPECT_EQ(fetch("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", request).status, 200)
      << "of a HEAD that is what a GET would have brought";

  client_ = HttpClient(loop_, HttpLimits{.header_bytes = 30});
  EXPECT_EQ(fetch("HTTP/1.1 204 No\r\nA: 345678\r\n\r\n").status, 204);
  EXPECT_EQ(error_of("HTTP/1.1 204 No\r\nA: 3456789\r\n\r\n"), std::errc::message_size);
}

TEST_F(HttpClientTest, AResetIsTheSystemsError) {
  peer_ = loop_.system().expect_connect(80);
  loop_.call_later(1s, [&] { peer_.reset(); });
  EXPECT_EQ(error_of_url(kUrl), std::errc::connection_reset);
  EXPECT_EQ(error_of_url("http://127.0.0.1:1/"), std::errc::connection_refused);
  EXPECT_EQ(what_, "connect to 127.0.0.1:1: Connection refused");
}

// ---- Time -------------------------------------------------------------------------------------

TEST_F(HttpClientTest, TheConnectTimeoutIsForConnecting) {
  loop_.system().hold_connects();
  const eddy::TimePoint before = loop_.now();
  EXPECT_EQ(error_in([&] { (void)loop_.run_until(client_.fetch(with_limits(3s, 20s))); }),
            ClientErrc::timeout);
  EXPECT_THAT(what_, HasSubstr("(connect_timeout is over"));
  EXPECT_EQ(loop_.now() - before, 3s);
  EXPECT_EQ(loop_.system().open_descriptors(), 0U);
}

TEST_F(HttpClientTest, TheRequestTimeoutIsForAllOfIt) {
  const auto error_after = [&](eddy::Duration limit, auto&& script) {
    peer_ = loop_.system().expect_connect(80);
    script();
    const eddy::TimePoint before = loop_.now();
    const std::error_code error =
        error_in([&] { (void)loop_.run_until(client_.fetch(with_limits(20s, limit))); });
    EXPECT_EQ(loop_.now() - before, limit);
    EXPECT_TRUE(peer_.closed());
    return error;
  };
  EXPECT_EQ(error_after(5s, [] {}), std::errc::timed_out);
  // A server that trickles is not waited for any longer.
  EXPECT_EQ(error_after(5s,
                        [&] {
                          peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
                          for (int i = 1; i < 10; ++i) {
                            loop_.call_later(i * 1s, [this] { peer_.write("x"); });
                          }
                        }),
            ClientErrc::timeout);
  EXPECT_THAT(what_, HasSubstr("(request_timeout is over"));
}

TEST_F(HttpClientTest, ZeroWaitsForEver) {
  peer_ = loop_.system().expect_connect(80);
  loop_.call_later(1000h, [&] { peer_.write("HTTP/1.1 204 No Content\r\n\r\n"); });
  EXPECT_EQ(loop_.run_until(client_.fetch(with_limits(0s, 0s))).status, 204);
}

TEST_F(HttpClientTest, ToStopOrDestroyAFetchClosesItsConnection) {
  peer_ = loop_.system().expect_connect(80);
  EXPECT_THROW(loop_.run_until(eddy::with_timeout(1s, client_.fetch(kUrl))), eddy::TimeoutError);
  EXPECT_TRUE(peer_.closed());

  peer_ = loop_.system().expect_connect(80);
  {
    eddy::TaskGroup group(loop_);
    group.spawn([](HttpClient& client) -> Task<void> {
      (void)co_await client.fetch(ClientRequest(kUrl, "PUT", std::string(1'000'000, 'x')));
    }(client_));
    loop_.run_until_idle();
    EXPECT_FALSE(peer_.closed());
  }
  EXPECT_TRUE(peer_.closed());
}

TEST_F(HttpClientTest, TheClientMayGoBeforeItsFetches) {
  peer_ = loop_.system().expect_connect(80);
  auto client = std::make_unique<HttpClient>(loop_);
  Task<ClientResponse> fetching = client->fetch(kUrl);
  client.reset();
  peer_.write("HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(loop_.run_until(std::move(fetching)).status, 204);
}

TEST_F(HttpClientTest, AnotherLoopsTaskIsRefused) {
  ManualLoop other;
  EXPECT_THROW((void)other.run_until(client_.fetch(kUrl)), std::logic_error);
}

// ---- Piece by piece ---------------------------------------------------------------------------

Task<void> read_pieces(HttpClient& client, ClientRequest request, std::vector<std::string>& out) {
  StreamedResponse response = co_await client.fetch_streamed(std::move(request));
  out.push_back(std::to_string(response.status()) + " " + response.reason() + " " +
                std::string(response.headers().find("X").value_or("-")));
  for (std::string_view piece; !(piece = co_await response.read()).empty();) {
    out.emplace_back(piece);
  }
  out.emplace_back("end " + std::string(response.trailers().find("T").value_or("-")));
}

TEST_F(HttpClientTest, AStreamedResponseGivesItsHeadAndThenPieces) {
  peer_ = loop_.system().expect_connect(80);
  std::vector<std::string> seen;
  loop_.spawn(read_pieces(client_, ClientRequest(kUrl), seen));
  peer_.write("HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n");
  loop_.run_until_idle();
  EXPECT_THAT(seen, ElementsAre("200 OK y"));
  peer_.write("3\r\none\r\n3\r\ntwo\r\n");
  loop_.run_until_idle();
  EXPECT_THAT(seen, ElementsAre("200 OK y", "one", "two"));
  peer_.write("0\r\nT: v\r\n\r\n");
  loop_.run_until_idle();
  EXPECT_THAT(seen, ElementsAre("200 OK y", "one", "two", "end v"));
  EXPECT_TRUE(peer_.closed());
}

TEST_F(HttpClientTest, AStreamedResponseIsReadNoFasterThanItIsTaken) {
  peer_ = loop_.system().expect_connect(80);
  peer_.write("HTTP/1.0 200 OK\r\n\r\n");
  peer_.write(std::string(1'000'000, 'x'));
  std::optional<StreamedResponse> response;
  loop_.spawn([](HttpClient& client, auto& out) -> Task<void> {
    out.emplace(co_await client.fetch_streamed(ClientRequest(kUrl)));
  }(client_, response));
  loop_.run_until_idle();
  ASSERT_TRUE(response);
  EXPECT_LE(peer_.receives(), 1U);
  response.reset();
  EXPECT_TRUE(peer_.closed()) << "to destroy it closes the connection";
}

Task<void> read_to_the_end(StreamedResponse& response, std::error_code& out) {
  try {
    for (std::string_view piece; !(piece = co_await response.read()).empty();) {
    }
  } catch (const std::system_error& error) {
    out = error.code();
  }
}

TEST_F(HttpClientTest, TheConnectionIsClosedBehindTheLastPieceOrAnError) {
  for (const auto& [content, expected] :
       {std::pair<const char*, std::error_code>{"5\r\nhello\r\n0\r\n\r\n", {}},
        std::pair<const char*, std::error_code>{"5\r\nhello\r\nxyz", ClientErrc::malformed}}) {
    peer_ = loop_.system().expect_connect(80);
    peer_.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    StreamedResponse response = loop_.run_until(client_.fetch_streamed(ClientRequest(kUrl)));
    EXPECT_FALSE(peer_.closed());
    peer_.write(content);
    std::error_code error;
    loop_.run_until(read_to_the_end(response, error));
    EXPECT_EQ(error, expected);
    EXPECT_TRUE(peer_.closed()) << content;
  }
}

TEST_F(HttpClientTest, ToStopOrDestroyAReadClosesTheConnectionOfAResponseThatStays) {
  const auto begin = [&] {
    peer_ = loop_.system().expect_connect(80);
    peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    return loop_.run_until(client_.fetch_streamed(ClientRequest(kUrl)));
  };
  StreamedResponse response = begin();
  EXPECT_EQ(loop_.run_until(response.read()), "ab");
  EXPECT_FALSE(peer_.closed());
  EXPECT_THROW((void)loop_.run_until(eddy::with_timeout(1s, response.read())), eddy::TimeoutError);
  EXPECT_TRUE(peer_.closed());
  EXPECT_EQ(error_in([&] { (void)loop_.run_until(response.read()); }), std::errc::not_connected);

  response = begin();
  {
    eddy::TaskGroup group(loop_);
    std::error_code error;
    group.spawn(read_to_the_end(response, error));
    loop_.run_until_idle();
    EXPECT_FALSE(peer_.closed());
  }
  EXPECT_TRUE(peer_.closed());
}

TEST_F(HttpClientTest, AStreamedResponsesTimeGoesOn) {
  peer_ = loop_.system().expect_connect(80);
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
  std::vector<std::string> seen;
  EXPECT_EQ(error_in([&] { loop_.run_until(read_pieces(client_, with_limits(20s, 7s), seen)); }),
            ClientErrc::timeout);
  EXPECT_THAT(seen, ElementsAre("200 OK -", "ab"));
}

}  // namespace
