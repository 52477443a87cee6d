// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Responses whose content is encoded on its way, or a file; and what proxies say of the client.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <string>

#include <eddy/core/task/sleep.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/web.h>
#include <tests/core/temporary_folder.h>
#include <tests/web/http/coding_tools.h>
#include <tests/web/http/manual_server.h>
#include <tests/web/http/web_client.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::File;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::Response;
using eddy::web::ResponseStream;
using eddy::web::route;
using eddy::web_test::Decoded;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class ContentTest : public eddy_tests::ManualServerTest {
 protected:
  static std::string get(std::string_view path,
                         std::string_view fields = "Accept-Encoding: gzip\r\n",
                         std::string_view method = "GET") {
    return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" +
           std::string(fields) + "\r\n";
  }
};

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

std::string unchunked(std::string_view chunks) {
  std::string all;
  for (;;) {
    const std::size_t size = std::strtoul(std::string(chunks.substr(0, 16)).c_str(), nullptr, 16);
    const std::size_t data = chunks.find("\r\n");
    if (size == 0 || data == std::string_view::npos) return all;
    all += chunks.substr(data + 2, size);
    chunks.remove_prefix(data + 2 + size + 2);
  }
}

void expect_gzip(std::string_view packed, std::string_view text, bool ended = true) {
  const Decoded decoded(eddy::web::ContentCoding::gzip, packed);
  EXPECT_TRUE(decoded.text == text) << decoded.text.size() << " bytes";
  EXPECT_EQ(decoded.ended, ended);
}

// Not as repetitive as it looks to an encoder's window.
std::string text_of(std::size_t bytes) {
  std::string text;
  for (unsigned i = 0; text.size() < bytes; ++i) text += std::to_string(i * 2654435761U) + " ";
  text.resize(bytes);
  return text;
}

// ---- No content
// --------------------------------------------------------------------------------

struct Described : RequestHandler {
  Task<void> get(int code) {
    set_header("Content-Language", "de");
    set_header("X-Own", "there");
    set_status(code);
    if (get_argument("flush", "") == "yes") co_await flush();
  }
};

TEST_F(ContentTest, WhereThereIsNoneItIsNotDescribed) {
  app_.add(route<Described>("/(\\d+)"));
  listen({});
  ManualPeer peer = connect({});
  for (const char* const path : {"/204", "/304", "/204?flush=yes", "/304?flush=yes"}) {
    send(peer, get(path));
    const std::string answer = read(peer);
    EXPECT_THAT(answer, Not(HasSubstr("Content-"))) << path;
    EXPECT_THAT(answer, HasSubstr("X-Own: there\r\n")) << path;
  }
  send(peer, get("/200"));
  EXPECT_THAT(read(peer),
              HasSubstr("Content-Type: text/html; charset=UTF-8\r\nContent-Language: de\r\n"));
}

// ---- Encoded content
// --------------------------------------------------------------------------------

TEST_F(ContentTest, AWholeResponseIsEncodedForWhoTakesIt) {
  const std::string text = text_of(5000);
  app_.get("/", [&] { return text; });
  listen({.compression = {.enabled = true}});
  ManualPeer peer = connect(get("/"));
  const std::string answer = read(peer);
  EXPECT_THAT(answer, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(answer, HasSubstr("Vary: Accept-Encoding\r\n"));
  const std::string packed = body_of(answer);
  EXPECT_THAT(answer, HasSubstr("Content-Length: " + std::to_string(packed.size()) + "\r\n"));
  EXPECT_LT(packed.size(), text.size() / 2 + 500);
  expect_gzip(packed, text);

  send(peer, get("/", "Accept-Encoding: gzip;q=0\r\n"));
  const std::string plain = read(peer);
  EXPECT_THAT(plain, HasSubstr("Vary: Accept-Encoding\r\n"));
  EXPECT_EQ(body_of(plain), text);

  send(peer, get("/", "Accept-Encoding: gzip\r\n", "HEAD"));
  const std::string head = read(peer);
  EXPECT_THAT(head, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  EXPECT_EQ(body_of(head), "");
}

TEST_F(ContentTest, WithoutAnEncoderToHaveContentIsSentAsItIs) {
  const std::string text = text_of(5000);
  app_.get("/", [&] { return text; });
  listen({.compression = {.enabled = true, .max_encoders = 0}});
  ManualPeer peer = connect(get("/"));
  const std::string answer = read(peer);
  EXPECT_THAT(answer, HasSubstr("Vary: Accept-Encoding\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Content-Encoding")));
  EXPECT_EQ(body_of(answer), text);
}

TEST_F(ContentTest, NothingIsEncodedUnasked) {
  app_.get("/", [] { return text_of(5000); });
  listen();
  ManualPeer peer = connect(get("/"));
  const std::string answer = read(peer);
  EXPECT_THAT(answer, Not(HasSubstr("Vary")));
  EXPECT_EQ(body_of(answer), text_of(5000));
}

TEST_F(ContentTest, WhatIsFlushedCanBeDecodedAtOnce) {
  app_.get("/", [](ResponseStream& out) -> Task<void> {
    out.set_header("Content-Type", "text/plain");
    out.write("first ");
    co_await out.flush();
    co_await eddy::sleep(1s);
    out.write("second ");
    co_await out.flush();
    out.write("third");
  });
  listen({.compression = {.enabled = true}});
  ManualPeer peer = connect(get("/"));
  std::string answer = read(peer);
  EXPECT_THAT(answer, HasSubstr("Content-Encoding: gzip\r\n"));
  expect_gzip(unchunked(body_of(answer)), "first ", false);
  loop_.advance(1s);
  answer += read(peer);
  EXPECT_THAT(answer, EndsWith("\r\n0\r\n\r\n"));
  expect_gzip(unchunked(body_of(answer)), "first second third");
}

TEST_F(ContentTest, EncodingIsDoneInStepsBetweenWhichOthersHaveTheirTurn) {
  const std::string text = text_of(1'000'000);
  app_.get("/whole", [&] { return text; });
  app_.get("/waits", [&]() -> Task<std::string> {
    co_await eddy::sleep(1ms);
    co_return text;
  });
  app_.get("/streamed", [&](ResponseStream& out) -> Task<void> {
    out.set_header("Content-Type", "text/plain");
    out.write(text);
    co_await out.flush();
    out.write("end");
  });
  app_.get("/quick", [] { return "quick"; });
  listen({.compression = {.enabled = true}});
  for (const char* path : {"/whole", "/waits", "/streamed"}) {
    loop_.set_budget({.slice = 1h, .max_steps = 1});
    ManualPeer large = loop_.system().connect(server_->port());
    large.set_capacity(10'000'000);
    large.write(get(path) + get("/quick"));
    loop_.run_turns(5);
    loop_.system().move_clock(2ms);
    loop_.run_turns(15);
    ManualPeer other = loop_.system().connect(server_->port());
    other.write(get("/quick"));
    loop_.run_turns(20);
    EXPECT_THAT(other.read(), EndsWith("quick")) << path;
    EXPECT_FALSE(large.unread().ends_with("quick")) << path;
    EXPECT_GE(server_->stats().buffered_bytes, text.size()) << "what is encoded counts; " << path;
    loop_.set_budget({});
    loop_.run_until_idle();
    const std::string answer = read(large);
    const std::size_t next = answer.rfind("HTTP/1.1 200 OK");
    EXPECT_THAT(answer, EndsWith("quick")) << path;
    const std::string packed = body_of(answer.substr(0, next));
    if (std::string_view(path) == "/streamed") {
      expect_gzip(unchunked(packed), text + "end");
    } else {
      expect_gzip(packed, text);
    }
  }
  EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(ContentTest, AClientMayLeaveWhileItsResponseIsEncoded) {
  const std::string text = text_of(1'000'000);
  app_.get("/whole", [&] { return text; });
  app_.post("/streamed", [&](ResponseStream& out) -> Task<void> {
    out.set_header("Content-Type", "text/plain");
    for (int i = 0; i < 3; ++i) {
      out.write(text);
      co_await out.flush();
    }
  });
  listen({.compression = {.enabled = true}});
  for (const std::string& request :
       {get("/whole"),
        get("/streamed", "Accept-Encoding: gzip\r\nContent-Length: 0\r\n", "POST")}) {
    loop_.set_budget({.slice = 1h, .max_steps = 1});
    ManualPeer peer = loop_.system().connect(server_->port());
    peer.write(request);
    loop_.run_turns(20);
    peer.reset();
    loop_.run_turns(20);
    loop_.set_budget({});
    loop_.run_until_idle();
    EXPECT_EQ(server_->stats().connections, 0U);
  }
  // And the server may go.
  loop_.set_budget({.slice = 1h, .max_steps = 1});
  auto own = std::make_unique<eddy::web::HttpServer>(
      loop_, [&] { return text; }, eddy::web::ServerOptions{.compression = {.enabled = true}});
  own->listen("127.0.0.1", 0);
  ManualPeer peer = loop_.system().connect(own->port());
  peer.write(get("/"));
  loop_.run_turns(20);
  own.reset();
  loop_.set_budget({});
  loop_.run_until_idle();
  EXPECT_TRUE(peer.closed());
}

// ---- Large content
// ----------------------------------------------------------------------------------

class LargeContentTest : public ContentTest {
 protected:
  LargeContentTest() {
    app_.get("/large", [this] { return text_; });
    app_.get("/quick", [] { return "quick"; });
  }
  /// A request for it, and another one behind.
  ManualPeer ask(std::size_t capacity, std::string_view fields = {}) {
    ManualPeer peer = loop_.system().connect(server_->port());
    peer.set_capacity(capacity);
    peer.write(get("/large", fields) + get("/quick"));
    return peer;
  }
  void expect_both(const std::string& answer) {
    const std::size_t next = answer.rfind("HTTP/1.1 200 OK");
    EXPECT_TRUE(body_of(answer.substr(0, next)) == text_);
    EXPECT_THAT(answer.substr(next), EndsWith("quick"));
  }

  std::string text_ = text_of(3'000'000);
};

TEST_F(LargeContentTest, GoesOutInStepsBetweenWhichOthersHaveTheirTurn) {
  listen();
  loop_.set_budget({.slice = 1h, .max_steps = 1});
  ManualPeer large = ask(10'000'000);
  loop_.run_turns(4);
  ManualPeer other = loop_.system().connect(server_->port());
  other.write(get("/quick"));
  loop_.run_turns(6);
  EXPECT_THAT(other.read(), EndsWith("quick"));
  EXPECT_LT(large.unread().size(), text_.size());
  loop_.set_budget({});
  loop_.run_until_idle();
  EXPECT_EQ(large.sends(), 13U) << "pieces of 256 KiB, and the answer behind them";
  expect_both(large.read());
  EXPECT_EQ(server_->stats().buffered_bytes, 0U);
}

TEST_F(LargeContentTest, IsHeldOnceForASlowReader) {
  listen();
  ManualPeer peer = ask(10);
  loop_.run_until_idle();
  EXPECT_GT(server_->stats().buffered_bytes, text_.size() / 2);
  EXPECT_LT(server_->stats().buffered_bytes, text_.size() + 100'000);
  peer.set_capacity(100'000);
  expect_both(read(peer));
}

TEST_F(LargeContentTest, MayBeWhatAnEncoderMade) {
  std::mt19937 random(1);  // of letters: three quarters are left
  for (char& c : text_) c = static_cast<char>('A' + random() % 64);
  listen({.compression = {.enabled = true}});
  ManualPeer peer = ask(10'000, "Accept-Encoding: gzip\r\n");
  loop_.run_until_idle();
  EXPECT_GT(server_->stats().buffered_bytes, text_.size() / 2);
  const std::string answer = read(peer);
  const std::size_t next = answer.rfind("HTTP/1.1 200 OK");
  expect_gzip(body_of(answer.substr(0, next)), text_);
  EXPECT_THAT(answer, EndsWith("quick"));
}

TEST_F(LargeContentTest, AClientMayLeaveInTheMiddle) {
  listen();
  for (const std::size_t capacity : {10U, 300'000U, 10'000'000U}) {
    loop_.set_budget({.slice = 1h, .max_steps = 1});
    ManualPeer peer = ask(capacity);
    loop_.run_turns(6);
    peer.reset();
    loop_.set_budget({});
    loop_.run_until_idle();
    EXPECT_EQ(server_->stats().connections, 0U);
    EXPECT_EQ(server_->stats().buffered_bytes, 0U);
  }
}

TEST(Exchange, KeepsNoLargeResponsesMemory) {
  auto& exchange = *new eddy::web::internal::Exchange({});
  exchange.response().body.assign(1'000'000, 'x');
  exchange.reset();
  EXPECT_LE(exchange.response().body.capacity(), 4096U);
  exchange.drop_reference();
}

// ---- Files
// ------------------------------------------------------------------------------------------

class FileTest : public ContentTest {
 protected:
  FileTest() {
    text_ = text_of(1'000'000);
    folder_.write("file", text_);
  }
  [[nodiscard]] std::string path() const { return folder_ / "file"; }

  eddy::core_test::TemporaryFolder folder_;
  std::string text_;
};

struct SendsFile : RequestHandler {
  static inline std::string path;
  void get() {
    set_header("Content-Type", "text/x-test");
    send_file(File::open(path), 10, 5);
  }
};

TEST_F(FileTest, AFileIsSentWholeOrInPart) {
  SendsFile::path = path();
  app_.get("/", [&] { return Response::from_file(File::open(path())); });
  app_.add(route<SendsFile>("/part"));
  app_.get("/none", [&] { return Response::from_file(File::open(path()), 5, 0); });
  app_.get("/quick", [] { return "quick"; });
  listen();
  ManualPeer peer =
      connect(get("/") + get("/part") + get("/none") + get("/", "", "HEAD") + get("/quick"));
  const std::string answer = read(peer);
  EXPECT_EQ(eddy_tests::count_of(answer, "HTTP/1.1 200 OK"), 5U);
  EXPECT_EQ(eddy_tests::count_of(answer, "Content-Length: 1000000\r\n"), 2U);
  EXPECT_NE(answer.find("\r\n\r\n" + text_ + "HTTP/1.1"), std::string::npos);
  EXPECT_THAT(answer, HasSubstr("\r\n\r\n" + text_.substr(10, 5) + "HTTP/1.1"));
  EXPECT_THAT(answer, EndsWith("quick"));
}

TEST_F(FileTest, ASlowReaderHasItInPiecesAndNobodyHoldsIt) {
  app_.get("/", [&] { return Response::from_file(File::open(path())); });
  listen();
  ManualPeer peer = connect();
  peer.set_capacity(1000);
  send(peer, get("/") + get("/"));
  EXPECT_LT(server_->stats().buffered_bytes, 200'000U);
  const std::string answer = read(peer);
  EXPECT_EQ(eddy_tests::count_of(answer, text_), 2U);
}

TEST_F(FileTest, AFileThatHasShrunkCutsTheConnection) {
  app_.get("/", [&] {
    Response response = Response::from_file(File::open(path()));
    std::filesystem::resize_file(path(), 1000);
    return response;
  });
  listen();
  ManualPeer peer = connect(get("/"));
  const std::string answer = read(peer);
  EXPECT_LE(body_of(answer).size(), 1000U);
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(logged_.size(), 1U);
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(FileTest, AClientMayLeaveInTheMiddle) {
  app_.get("/", [&] { return Response::from_file(File::open(path())); });
  listen({.timeouts = {.write = 10s}});
  ManualPeer resets = connect();
  resets.set_capacity(1000);
  send(resets, get("/"));
  resets.reset();
  loop_.run_until_idle();
  EXPECT_EQ(server_->stats().connections, 0U);
  ManualPeer stalls = connect();
  stalls.set_capacity(1000);
  send(stalls, get("/"));
  loop_.advance(10s);
  EXPECT_EQ(server_->stats().connections, 0U);
  EXPECT_THAT(logged_, IsEmpty());
}

// ---- Whom a request is from
// -------------------------------------------------------------------------

TEST_F(ContentTest, OnlyTrustedProxiesAreBelieved) {
  auto who = [](const Request& request) {
    return std::string(request.remote_ip()) + " " + std::string(request.protocol());
  };
  app_.get("/", who);
  app_.get("/waits", [&](const Request& request) -> Task<std::string> {
    co_await eddy::sleep(1s);
    co_return who(request);
  });
  auto& first = app_.listen(loop_, "127.0.0.1", 0);
  auto& second = app_.listen(loop_, "127.0.0.1", 0,
                             {.trusted_proxies = {.networks = eddy::NetworkSet({"127.0.0.1"})}});
  const std::string fields = "X-Real-Ip: 192.0.2.7\r\nX-Scheme: https\r\n";
  ManualPeer direct = loop_.system().connect(first.port());
  send(direct, get("/", fields));
  EXPECT_THAT(read(direct), EndsWith("127.0.0.1 http"));
  ManualPeer proxied = loop_.system().connect(second.port());
  send(proxied, get("/", fields));
  EXPECT_THAT(read(proxied), EndsWith("192.0.2.7 https"));
  EXPECT_EQ(accesses_.back(), "200 GET / (192.0.2.7) 0.00ms");
  send(proxied, get("/", ""));
  EXPECT_THAT(read(proxied), EndsWith("127.0.0.1 http")) << "another request is another client's";
  send(proxied, get("/waits", fields));
  loop_.advance(1s);
  EXPECT_THAT(read(proxied), EndsWith("192.0.2.7 https"));
}

TEST_F(ContentTest, AResponseThatMeetsNobodyEndsTheConnection) {
  app_.get("/", [] { return std::string(100'000, 'x'); });
  listen();
  ManualPeer peer = connect();
  peer.fail_send(std::errc::broken_pipe);
  send(peer, get("/"));
  EXPECT_EQ(server_->stats().connections, 0U);
}

}  // namespace
