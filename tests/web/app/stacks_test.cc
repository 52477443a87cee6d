// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where something was thrown: what the debug page and the log tell of it in a program that keeps
// stacks.
#include <eddy/stacks/stacks.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>

#include <pages/throws.html.h>
#include <tests/web/app/find_apples.h>
#include <tests/web/http/manual_server.h>

namespace stacks_test {

int find_apples(int number) {
  if (number > 0) throw std::out_of_range("no <apples>");
  return number;
}
constexpr int kLine = __LINE__ - 3;

struct Basket : eddy::web::RequestHandler {
  // A function that is inlined in another one is not on the stack.
  [[gnu::noinline]] void get() {
    const int apples = find_apples(1);
    finish(std::to_string(apples));
  }
  eddy::Task<void> post() {
    co_await eddy::sleep(std::chrono::seconds(1));
    finish(std::to_string(find_apples(2)));
  }
  void put() { throw eddy::web::HttpError(404, "no such basket"); }
};

}  // namespace stacks_test

namespace {

using stacks_test::Basket;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class StacksTest : public eddy_tests::ManualServerTest {
 protected:
  StacksTest() {
    eddy::keep_stacks();
    app_.set_settings({.check_host = false, .serve_traceback = true});
    app_.add(eddy::web::route<Basket>("/basket"));
    app_.get("/page", [] { return templates::Throws{.numbers = {0, 7}}.render(); });
  }
  std::string ask(const std::string& request_line) {
    if (server_ == nullptr) listen();
    auto peer = connect(request_line + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    loop_.advance(std::chrono::seconds(1));
    return read(peer);
  }
  const std::string where_ = "stacks_test.cc:" + std::to_string(stacks_test::kLine);
};

TEST_F(StacksTest, AreOnTheDebugPage) {
  EXPECT_THAT(ask("GET /basket"),
              AllOf(HasSubstr("<pre>no &lt;apples&gt;</pre>\n<h3>thrown at</h3>\n"
                              "<pre>#0 stacks_test::find_apples(int) at "),
                    HasSubstr(where_ + "\n"), HasSubstr("stacks_test::Basket::get()")));
}

TEST_F(StacksTest, OfTasksAreKept) {
  EXPECT_THAT(ask("POST /basket"),
              AllOf(HasSubstr(where_ + "\n"), HasSubstr("stacks_test::Basket::post(")));
}

TEST_F(StacksTest, NameTheLineOfATemplate) {
  EXPECT_THAT(ask("GET /page"),
              AllOf(HasSubstr(where_ + "\n#1 "), HasSubstr("app/pages/throws.html:4\n")));
}

TEST_F(StacksTest, AreInTheLogOfWhatIsNotAnHttpError) {
  ask("GET /basket");
  ask("PUT /basket");
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("no <apples>\n#0 stacks_test::find_apples(int) at "),
                                   AllOf(HasSubstr("no such basket"), Not(HasSubstr("#0")))));
}

TEST_F(StacksTest, OfWhatACallbackThrowsAreInTheLog) {
  loop_.post([] { stacks_test::find_apples(3); });
  loop_.advance(std::chrono::seconds(1));
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("no <apples>\n#0 stacks_test::find_apples(int) at ")));
}

}  // namespace
