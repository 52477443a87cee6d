// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/static_versions.h>

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <eddy/core/task/executor.h>
#include <eddy/core/task/task_group.h>
#include <tests/web/app/static/static_server.h>

namespace {

using eddy::Executor;
using eddy::Task;
using eddy::web::File;
using eddy::web::StaticFiles;
using eddy::web::internal::StaticVersions;
using testing::EndsWith;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr std::string_view kVersionOfAbc = "ba7816bf8f01cfea4141";  // of FIPS 180-4's example
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";

class VersionsTest : public eddy_tests::StaticServerTest {
 protected:
  VersionsTest() : files_(root_, {.default_filename = "index.html"}) {
    put("app.js", "abc", 0);
    put("sub/index.html", "abc", 0);
    put("big.bin", std::string(StaticVersions::kAtOnceBytes + 1, 'x'), 0);
    app_.get("/static/{path...}", files_);
    start();
  }
  std::string put(const std::string& name, std::string_view content, int seconds) {
    const std::string path = folder_.write("root/" + name, content);
    set_time(path, seconds);
    return path;
  }
  std::string url_by_waiting(const std::string& path) {
    const std::string url = loop_.run_until(files_.versioned_url(path));
    // The clock went to the next deadline meanwhile, at which an idle client is sent away.
    peer_ = connect();
    peer_.set_capacity(4 << 20);
    return url;
  }
  std::string cache_control(const std::string& url, std::string_view fields = "") {
    return field(get(url, fields), "Cache-Control");
  }

  /// The pool has come to the end of what it had to do.
  void let_pool_finish() {
    loop_.run_until(
        [](Executor& pool) -> Task<void> { co_await eddy::run_in_executor(pool, [] {}); }(pool_));
  }

  StaticFiles files_;
  Executor pool_{{.threads = 1}};
};

TEST_F(VersionsTest, W32UrlsHaveTheVersionOfTheContent) {
  EXPECT_EQ(files_.url("app.js"), "/static/app.js?v=" + std::string(kVersionOfAbc));
  EXPECT_EQ(files_.url("/app.js"), files_.url("app.js"));
  EXPECT_EQ(url_by_waiting("app.js"), files_.url("app.js"));
  const StaticFiles cdn(root_, {.url_prefix = "/a/b/"});
  EXPECT_EQ(cdn.url("app.js"), "/a/b/app.js?v=" + std::string(kVersionOfAbc));
  put("a b?.txt", "abc", 0);
  EXPECT_THAT(files_.url("a b?.txt"), StartsWith("/static/a%20b%3F.txt?v="));
}

TEST_F(VersionsTest, W32WhatIsNotThereHasNone) {
  for (const char* path : {"none.js", "sub", "sub/", "../x", "", "a\"b"}) {
    EXPECT_EQ(files_.url(path).find("?v="), std::string::npos) << path;
    EXPECT_EQ(files_.url(path), url_by_waiting(path));
  }
  EXPECT_EQ(files_.url("a\"<b"), "/static/a%22%3Cb") << "nothing that ends an attribute";
}

TEST_F(VersionsTest, TheWaitForAUrlOutlivesTheObject) {
  StaticFiles files(root_, {.url_prefix = "/old/"});
  Task<std::string> url = files.versioned_url("app.js");
  files = StaticFiles(root_, {.url_prefix = "/new/"});
  EXPECT_THAT(loop_.run_until(std::move(url)), StartsWith("/old/app.js?v="));
  Task<std::string> of_temporary = StaticFiles(root_).versioned_url("app.js");
  EXPECT_THAT(loop_.run_until(std::move(of_temporary)), StartsWith("/static/app.js?v="));
}

TEST_F(VersionsTest, W53TheRightVersionIsKeptForEver) {
  const std::string url = files_.url("app.js");
  EXPECT_EQ(cache_control(url), kForEver);
  EXPECT_EQ(cache_control("/static/app.js?x=1&v=" + std::string(kVersionOfAbc)), kForEver);
  EXPECT_EQ(cache_control(url, "If-None-Match: *\r\n"), kForEver) << "a 304 renews it";
  EXPECT_EQ(cache_control(url, "Range: bytes=1-1\r\n"), kForEver);
  EXPECT_EQ(cache_control(url, "If-Match: \"x\"\r\n"), "") << "412";
  EXPECT_EQ(cache_control(url, "Range: bytes=9-\r\n"), "") << "416";
  EXPECT_EQ(field(get(url, "", "HEAD"), "Cache-Control"), kForEver);
}

// Better than Tornado, which keeps whatever has a v for ten years.
TEST_F(VersionsTest, W53AnotherVersionIsNot) {
  EXPECT_EQ(cache_control("/static/app.js"), "");
  EXPECT_EQ(cache_control("/static/app.js?v="), "");
  EXPECT_EQ(cache_control("/static/app.js?w=" + std::string(kVersionOfAbc)), "");
  for (const std::string& wrong : {std::string("x"), std::string(kVersionOfAbc.substr(1)),
                                   std::string(kVersionOfAbc) + "0", std::string(20, '0')}) {
    const std::string answer = get("/static/app.js?v=" + wrong);
    EXPECT_EQ(field(answer, "Cache-Control"), "no-cache") << wrong;
    EXPECT_EQ(body(answer), "abc");
  }
  EXPECT_EQ(cache_control("/static/none.js?v=x"), "");
  EXPECT_EQ(cache_control("/static/sub/?v=" + std::string(kVersionOfAbc)), kForEver);
  EXPECT_EQ(field(get("/static/sub?v=abc"), "Location"), "/static/sub/?v=abc") << "D18";
}

TEST_F(VersionsTest, W47CacheControlOfTheRest) {
  app_.get("/c/{path...}", StaticFiles(root_, {.cache_control = "max-age=60"}));
  EXPECT_EQ(cache_control("/c/app.js"), "max-age=60");
  EXPECT_EQ(cache_control("/c/app.js?v=" + std::string(kVersionOfAbc)), kForEver);
  EXPECT_EQ(cache_control("/c/app.js?v=x"), "no-cache");
  EXPECT_THROW(StaticFiles(root_, {.cache_control = "a\r\nb"}), std::invalid_argument);
  EXPECT_THROW(StaticFiles(root_, {.url_prefix = "static/"}), std::invalid_argument);
  EXPECT_THROW(StaticFiles(root_, {.url_prefix = "/static"}), std::invalid_argument);
}

TEST_F(VersionsTest, D15FollowsTheFile) {
  const std::string old = files_.url("app.js");
  put("app.js", "abd", 1);  // in place
  const std::string second = files_.url("app.js");
  EXPECT_NE(second, old);
  EXPECT_EQ(cache_control(old), "no-cache");
  EXPECT_EQ(cache_control(second), kForEver);
  std::filesystem::rename(put("new", "abc", 1),
                          folder_ / "root/app.js");  // of the same size and time
  EXPECT_EQ(files_.url("app.js"), old);
  EXPECT_EQ(cache_control(second), "no-cache");
}

TEST_F(VersionsTest, D15ABigFileIsHashedOffTheLoop) {
  EXPECT_EQ(files_.url("big.bin"), "/static/big.bin") << "not known yet, and not waited for";
  const std::string early = get("/static/big.bin?v=x");
  EXPECT_EQ(field(early, "Cache-Control"), "no-cache");
  EXPECT_EQ(body(early).size(), StaticVersions::kAtOnceBytes + 1);
  const std::string url = url_by_waiting("big.bin");
  EXPECT_THAT(url, MatchesRegex("/static/big\\.bin\\?v=[0-9a-f]+"));
  EXPECT_EQ(url.size(), std::string("/static/big.bin?v=").size() + StaticVersions::kDigits);
  EXPECT_EQ(files_.url("big.bin"), url);
  EXPECT_EQ(cache_control(url), kForEver);
}

TEST_F(VersionsTest, W54IsComputedOnceForAStateOfAFile) {
  StaticVersions versions(pool_);
  const File file = File::open(folder_ / "root/app.js");
  EXPECT_EQ(versions.find(file), kVersionOfAbc);
  EXPECT_EQ(versions.find(File::open(folder_ / "root/app.js")), kVersionOfAbc);
  EXPECT_EQ(versions.hashed(), 1U);
  EXPECT_EQ(versions.find(File::open(folder_ / "root/sub/index.html")), kVersionOfAbc);
  EXPECT_EQ(versions.hashed(), 2U);
}

TEST_F(VersionsTest, AFileThatChangesMeanwhileHasNone) {
  StaticVersions versions(pool_);
  const File file = File::open(folder_ / "root/app.js");
  put("app.js", "abd", 5);
  EXPECT_EQ(versions.find(file), "");
  const File longer = File::open(folder_ / "root/app.js");
  put("app.js", "a", 5);
  EXPECT_EQ(versions.find(longer), "");
  EXPECT_EQ(versions.find(File()), "");
}

TEST_F(VersionsTest, AFileThatMayBeWrittenToWithinItsClocksGrainIsHashedAgain) {
  StaticVersions versions(pool_);
  const std::string path = folder_ / "root/app.js";
  const auto now = StaticVersions::Clock::time_point(File::open(path).modified());
  EXPECT_EQ(versions.find(File::open(path), now + std::chrono::seconds(1)), kVersionOfAbc);
  put("app.js", "xyz", 0);  // same size and time
  EXPECT_EQ(versions.find(File::open(path), now + std::chrono::seconds(2)), kVersionOfAbc);
  const std::string settled = versions.find(File::open(path), now + std::chrono::seconds(3));
  EXPECT_NE(settled, kVersionOfAbc);
  EXPECT_EQ(versions.find(File::open(path), now + std::chrono::seconds(4)), settled);
  EXPECT_EQ(versions.hashed(), 2U);
}

TEST_F(VersionsTest, ABigFileThatIsBeingWrittenIsNotHashedAgainAndAgain) {
  StaticVersions versions(pool_);
  const File file = File::open(folder_ / "root/big.bin");
  const auto now = StaticVersions::Clock::time_point(file.modified());
  EXPECT_EQ(versions.find(file, now + std::chrono::seconds(1)), "");
  EXPECT_EQ(versions.hashed(), 0U);
}

TEST_F(VersionsTest, WhatThePoolNeverBeginsIsWantedAgain) {
  StaticVersions versions(pool_);
  const File file = File::open(folder_ / "root/big.bin");
  std::promise<void> released;
  eddy::UniqueFunction<void()> hold = [release = released.get_future()] {
    release.wait_for(std::chrono::seconds(5));
  };
  ASSERT_TRUE(pool_.try_submit(hold)) << "it has one thread";
  {
    eddy::TaskGroup destroyed(loop_);
    destroyed.spawn([](StaticVersions& from, File of) -> Task<void> {
      (void)co_await from.wait(std::move(of));
    }(versions, file));
    loop_.run_until_idle();
  }
  released.set_value();
  let_pool_finish();
  EXPECT_EQ(versions.hashed(), 0U);
  EXPECT_EQ(versions.find(file), "") << "it begins to be computed";
  let_pool_finish();
  EXPECT_EQ(versions.hashed(), 1U);
  EXPECT_EQ(versions.find(file).size(), StaticVersions::kDigits);
}

TEST_F(VersionsTest, ManyFilesAreBounded) {
  StaticVersions versions(pool_, 2);
  const auto find = [&](const std::string& name) {
    EXPECT_EQ(versions.find(File::open(folder_ / ("root/" + name))), kVersionOfAbc);
  };
  const std::vector<std::string> names = {"app.js", "second.js", "third.js"};
  for (const std::string& name : names) {
    put(name, "abc", 0);
    find(name);
  }
  find(names.back());
  EXPECT_EQ(versions.hashed(), 3U);
  for (const std::string& name : names) find(name);
  EXPECT_GT(versions.hashed(), 3U) << "all three are known";
}

TEST_F(VersionsTest, OfOneFileOnlyTheLastStateIsKnown) {
  StaticVersions versions(pool_);
  const std::string path = folder_ / "root/app.js";
  for (std::size_t i = 0; i < 100; ++i) {
    set_time(path, static_cast<int>(i));
    EXPECT_EQ(versions.find(File::open(path)), kVersionOfAbc);
  }
  EXPECT_EQ(versions.hashed(), 100U);
  set_time(path, 0);
  EXPECT_EQ(versions.find(File::open(path)), kVersionOfAbc);
  EXPECT_EQ(versions.hashed(), 101U);
}

TEST_F(VersionsTest, W56InstallsWhatTornadosStaticPathDoes) {
  put("favicon.ico", "icon", 0);
  put("robots.txt", "robots", 0);
  eddy::web::Application app(eddy::web::Settings{.check_host = false});
  const StaticFiles files(root_, {.url_prefix = "/files/"});
  auto& server = files.add_to(app).listen(loop_, "127.0.0.1", 0);
  peer_ = loop_.system().connect(server.port());
  loop_.run_until_idle();
  EXPECT_THAT(get("/favicon.ico"), EndsWith("\r\n\r\nicon"));
  EXPECT_THAT(get("/robots.txt"), EndsWith("\r\n\r\nrobots"));
  EXPECT_EQ(field(get("/favicon.ico"), "Content-Type"), "image/vnd.microsoft.icon");
  EXPECT_THAT(get("/files/app.js"), EndsWith("\r\n\r\nabc"));
  EXPECT_EQ(cache_control(files.url("app.js")), kForEver);
  EXPECT_EQ(status("/static/app.js"), "404");
  EXPECT_EQ(status("/files/none"), "404");
}

}  // namespace
