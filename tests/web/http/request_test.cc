// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a handler can ask of a request, beyond what the parser gives.
#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <eddy/core/task/sleep.h>
#include <eddy/testing/app_test.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>

namespace {

using eddy::LogLevel;
using eddy::Task;
using eddy::testing::ExpectLog;
using eddy::testing::ManualPeer;
using eddy::web::ClientRequest;
using eddy::web::ClientResponse;
using eddy::web::Form;
using eddy::web::FormLimits;
using eddy::web::Request;
using testing::EndsWith;
using testing::HasSubstr;

class RequestTest : public eddy::testing::ManualAppTest {
 protected:
  /// It answers for any host: what the request says of it is what is tested.
  std::unique_ptr<eddy::web::Application> make_app() override {
    return std::make_unique<eddy::web::Application>(eddy::web::Settings{.check_host = false});
  }
  /// What becomes of a form with this media type.
  ClientResponse post(std::string_view type, std::string body) {
    ClientRequest request = make_request("/", "POST", std::move(body));
    request.headers.set("Content-Type", type);
    return fetch(std::move(request));
  }
  /// The same for what only is written by hand: request lines, and several requests at a time.
  void send(ManualPeer& peer, std::string_view text) {
    peer.write(text);
    loop().run_until_idle();
  }
  ManualPeer connect(std::string_view text) {
    ManualPeer peer = system().connect(port());
    send(peer, text);
    return peer;
  }
  std::string answer_to(std::string_view head) {
    return connect(std::string(head) + "\r\n").read();
  }
};

constexpr const char* kUrlencoded = "application/x-www-form-urlencoded";
constexpr const char* kMultipart = "multipart/form-data; boundary=B";

TEST_F(RequestTest, CookiesOfAllFields) {
  app().get("/", [](const Request& request) {
    EXPECT_EQ(&request.cookies(), &request.cookies()) << "read once";
    std::string all;
    for (const auto& cookie : request.cookies()) all += cookie.name + "=" + cookie.value + ",";
    return all + std::string(request.cookies().find("a").value_or("none"));
  });
  ClientRequest request = make_request("/");
  request.headers.add("Cookie", "a=1; b=\"2 \\042\"; path=x; nothing");
  request.headers.add("cookie", "a=3");
  EXPECT_EQ(fetch(std::move(request)).body, "a=1,b=2 \",a=3,3");
  EXPECT_EQ(fetch("/").body, "none");
}

TEST_F(RequestTest, CookiesAreThoseOfThisRequest) {
  app().get("/", [](const Request& request) {
    return std::string(request.cookies().find("a").value_or("none"));
  });
  ManualPeer peer = connect("GET / HTTP/1.1\r\nHost: h\r\nCookie: a=first\r\n\r\n");
  EXPECT_THAT(peer.read(), EndsWith("first"));
  send(peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(peer.read(), EndsWith("none"));
}

TEST_F(RequestTest, AFormOfEitherKind) {
  app().post("/", [](const Request& request) {
    const Form& form = request.form();
    EXPECT_EQ(&form, &request.form());
    std::string all(form.arguments.find("name").value_or("nobody"));
    for (const auto& file : form.files) all += " " + file.filename + ":" + std::string(file.body);
    return all;
  });
  EXPECT_EQ(post(kUrlencoded, "name=J%C3%B6rg+B&x=1").body, "Jörg B");
  EXPECT_EQ(post(kMultipart,
                 "--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAda\r\n"
                 "--B\r\nContent-Disposition: form-data; name=f; filename=a.txt\r\n\r\n"
                 "content\r\n--B--\r\n")
                .body,
            "Ada a.txt:content");
  EXPECT_EQ(post("text/plain", "name=x").body, "nobody");
}

TEST_F(RequestTest, AFormThatCannotBeReadIsAnErrorOfTheClient) {
  const ExpectLog many(log(), LogLevel::warning, "413 POST / (127.0.0.1): too many form arguments");
  const ExpectLog open(log(), LogLevel::warning,
                       "400 POST / (127.0.0.1): a multipart body without");
  const ExpectLog kind(log(), LogLevel::warning, "415 POST / (127.0.0.1): a multipart body, which");
  FormLimits limits{.arguments = 2};
  app().post("/", [&](const Request& request) {
    return std::to_string(request.form(limits).arguments.size());
  });
  EXPECT_EQ(post(kUrlencoded, "a=1&b=2").body, "2");
  EXPECT_EQ(post(kUrlencoded, "a=1&b=2&c=3").status, 413);
  EXPECT_EQ(post(kMultipart, "no boundary").status, 400);
  limits.multipart = false;
  EXPECT_EQ(post(kMultipart, "--B--\r\n").status, 415);
}

/// All that a handler may look at.
struct Views {
  explicit Views(const Request& request, std::string_view path_part)
      : part(path_part),
        target(request.target()),
        path(request.path()),
        query(request.query()),
        field(request.header("X-Field")),
        host(request.host()),
        body(request.body()),
        argument(request.query_arguments().find("a").value_or("none")),
        cookie(request.cookies().find("c").value_or("none")),
        form(request.form().arguments.find("f").value_or("none")),
        ip(request.remote_ip()) {}
  [[nodiscard]] std::string all() const {
    std::string text;
    for (const std::string_view view :
         {part, target, path, query, field, host, body, argument, cookie, form, ip}) {
      text.append(view).append("|");
    }
    return text;
  }
  std::string_view part, target, path, query, field, host, body, argument, cookie, form, ip;
};

TEST_F(RequestTest, ViewsStayUntilTheTaskHasEnded) {
  std::string seen;
  app().post("/{part}", [&](std::string_view part, const Request& request) -> Task<std::string> {
    const Views views(request, part);
    co_await eddy::sleep(std::chrono::seconds(1));
    seen = views.all();
    co_return seen;
  });
  const std::string content = "f=form&long=" + std::string(500, 'x');
  const std::string request =
      "POST /p%20art?a=arg%21 HTTP/1.1\r\nHost: h\r\nX-Field: field\r\nCookie: c=cookie\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
      std::to_string(content.size()) + "\r\n\r\n" + content;
  const std::string expected = "p art|/p%20art?a=arg%21|/p%20art|a=arg%21|field|h|" + content +
                               "|arg!|cookie|form|127.0.0.1|";
  ManualPeer peer = connect(request);
  send(peer, request + request);  // arrives while it waits
  loop().advance(std::chrono::seconds(1));
  EXPECT_EQ(seen, expected);
  EXPECT_THAT(peer.read(), EndsWith(expected));
  seen.clear();
  send(peer, std::string(30'000, 'x'));  // and what is no request
  peer.reset();
  loop().run_until_idle();
  loop().advance(std::chrono::seconds(1));
  EXPECT_EQ(seen, expected) << "the client has gone, and a POST goes on";
  EXPECT_EQ(server().stats().connections, 0U);
}

TEST_F(RequestTest, FullUrl) {
  app().get("/{rest...}",
            [](const Request& request, std::string_view) { return request.full_url(); });
  EXPECT_THAT(answer_to("GET /a%20b?c=d HTTP/1.1\r\nHost: example.org:8080\r\n"),
              EndsWith("\r\n\r\nhttp://example.org:8080/a%20b?c=d"));
  EXPECT_THAT(answer_to("GET http://example.org/x HTTP/1.1\r\nHost: other\r\n"),
              EndsWith("\r\n\r\nhttp://example.org/x"));
  EXPECT_THAT(answer_to("GET / HTTP/1.0\r\n"), HasSubstr("http://127.0.0.1/"));
}

TEST_F(RequestTest, TlsMayEndInFrontOfTheServer) {
  app().get("/", [](const Request& request) { return request.full_url(); });
  listen({.https = true});
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: example.org\r\n"),
              EndsWith("\r\n\r\nhttps://example.org/"));
}

std::string text_of(eddy::web::HeaderList fields) {
  std::string text;
  for (const eddy::web::HeaderField field : fields) {
    text += std::string(field.name) + "=" + std::string(field.value) + ";";
  }
  return text;
}

struct Streamed : eddy::web::RequestHandler {
  static constexpr bool stream_request_body = true;  // NOLINT(readability-identifier-naming)
  void data_received(std::string_view /*piece*/) { before += text_of(request().trailers()); }
  void post() { write(before, "|", text_of(request().trailers())); }
  std::string before;
};

// Kept apart from the header fields, whichever way the content is read.
TEST_F(RequestTest, TrailersOfAChunkedBody) {
  app().post("/whole", [](const eddy::web::Request& request) {
    return std::string(request.body()) + "|" + text_of(request.trailers()) +
           (request.headers().contains("Digest") ? "mixed" : "");
  });
  app().add(eddy::web::route<Streamed>("/streamed"));
  const std::string fields = " HTTP/1.1\r\nHost: h\r\n";
  const std::string chunked = fields + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n";
  const std::string trailers = "Digest: x\r\nB: 2\r\n\r\n";
  ManualPeer peer = connect("POST /whole" + chunked + trailers);
  EXPECT_THAT(peer.read(), EndsWith("abc|Digest=x;B=2;"));
  send(peer, "POST /streamed" + chunked + trailers);
  EXPECT_THAT(peer.read(), EndsWith("|Digest=x;B=2;"));
  // Those of one request are not the next one's.
  send(peer, "POST /whole" + fields + "Content-Length: 1\r\n\r\nx");
  EXPECT_THAT(peer.read(), EndsWith("x|"));
  send(peer, "POST /whole" + chunked + "\r\n");
  EXPECT_THAT(peer.read(), EndsWith("abc|"));
}

}  // namespace
