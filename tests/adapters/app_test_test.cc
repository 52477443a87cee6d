// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// AppTest and its client in a host's loop, as a program of that host would use them. Compiled once
// for each host, which the build names by a macro.
#include <eddy/testing/app_test.h>

#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include <eddy/core/core.h>
#include <eddy/web/web.h>

#if defined(EDDY_TEST_HOST_QT)
#  include <QCoreApplication>

#  include <eddy/qt/qt.h>
#elif defined(EDDY_TEST_HOST_GLIB)
#  include <eddy/glib/glib.h>
#elif defined(EDDY_TEST_HOST_LIBEV)
#  include <ev.h>

#  include <eddy/libev/libev.h>
#elif defined(EDDY_TEST_HOST_ASIO)
#  include <eddy/asio/asio.h>
#endif

namespace {

using eddy::Loop;
using eddy::LoopOptions;
using eddy::Task;
using namespace std::chrono_literals;

#if defined(EDDY_TEST_HOST_QT)
struct Host {
  std::unique_ptr<Loop> make_loop(LoopOptions options) {
    return std::make_unique<eddy::QtLoop>(std::move(options));
  }
  int count = 1;
  char name[5] = "test";
  char* arguments[2] = {name, nullptr};
  QCoreApplication application{count, arguments};
};
#elif defined(EDDY_TEST_HOST_GLIB)
struct Host {
  static std::unique_ptr<Loop> make_loop(LoopOptions options) {
    return std::make_unique<eddy::GlibLoop>(nullptr, eddy::GlibOptions{}, std::move(options));
  }
};
#elif defined(EDDY_TEST_HOST_LIBEV)
struct Host {
  static std::unique_ptr<Loop> make_loop(LoopOptions options) {
    return std::make_unique<eddy::LibevLoop>(EV_DEFAULT, eddy::LibevOptions{}, std::move(options));
  }
};
#elif defined(EDDY_TEST_HOST_ASIO)
struct Host {
  std::unique_ptr<Loop> make_loop(LoopOptions options) {
    return std::make_unique<eddy::AsioLoop>(context, std::move(options));
  }
  eddy::asio_library::io_context context;
};
#endif

class AppInHostTest : public eddy::testing::AppTest {
 protected:
  std::unique_ptr<Loop> make_loop(LoopOptions options) override {
    return host_.make_loop(std::move(options));
  }
  [[nodiscard]] eddy::Duration time_limit() const override { return 30s; }

  Host host_;
};

TEST_F(AppInHostTest, FetchesFromAnApplicationInTheSameLoop) {
  app().get("/hello/{name}", [](std::string_view name) { return "Hello, " + std::string(name); });
  app().post("/echo", [](const eddy::web::Request& request) -> Task<std::string> {
    co_await eddy::yield();
    co_return std::string(request.body());
  });
  EXPECT_EQ(fetch("/hello/host").body, "Hello, host");
  const std::string body(300'000, 'x');
  EXPECT_EQ(fetch("/echo", "POST", body).body, body);
  EXPECT_EQ(fetch("/none").status, 404);
}

TEST_F(AppInHostTest, RunsSeveralFetchesAtATime) {
  eddy::Event both;
  int waiting = 0;
  app().get("/wait", [&]() -> Task<std::string> {
    if (++waiting == 2) both.set();
    co_await both.wait();
    co_return "both are here";
  });
  const auto pair = run(eddy::when_all(fetch_task("/wait"), fetch_task("/wait")));
  EXPECT_EQ(std::get<0>(pair).body, "both are here");
  EXPECT_EQ(std::get<1>(pair).body, "both are here");
}

}  // namespace
