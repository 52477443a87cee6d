// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/core.h>
#include <eddy/web/app/internal/template_rebuild.h>
#include <eddy/web/template/template_watch.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tests/core/temporary_folder.h>
#include <tests/web/http/web_client.h>

// What a change of the templates' folder leads to, with a script in the place of the build. That a
// program is built and begins anew is the test of a real one.
namespace {

using eddy::NativeLoop;
using eddy::web::TemplateWatch;
using eddy::web::internal::TemplateRebuild;
using eddy_tests::pump_until;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class TemplateRebuildTest : public testing::Test {
 protected:
  TemplateRebuildTest() {
    std::filesystem::create_directories(folder_ / "t/sub");
    folder_.write("t/page.html");
    age("t/page.html");
    loop_.set_log_sink([this](const eddy::LogRecord& record) { log_ += record.message; });
  }

  void age(const std::string& name) const {
    std::filesystem::last_write_time(folder_ / name, std::filesystem::file_time_type::min() + 1h);
  }
  void begin() {
    watch_.emplace(templates_.c_str(), build_);
    rebuild_ = make();
  }
  std::unique_ptr<TemplateRebuild> make() {
    return std::make_unique<TemplateRebuild>(
        loop_, [this](const std::string& said) { said_.push_back(said); });
  }
  /// Builds that have ended, once there are as many and none comes for a while.
  std::vector<std::string> said(std::size_t builds) {
    const auto enough = [&] { return builds > 0 && said_.size() >= builds; };
    (void)pump_until(loop_, enough, builds == 0 ? 600ms : 20s);
    return std::exchange(said_, {});
  }
  std::string content(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  eddy::core_test::TemporaryFolder folder_;
  NativeLoop loop_;
  std::string log_;
  std::vector<std::string> said_;
  std::string templates_ = folder_ / "t";
  const char* build_[4] = {"sh", "-c", "cd \"$0\" && . ./script", folder_.path().c_str()};
  std::optional<TemplateWatch> watch_;
  std::unique_ptr<TemplateRebuild> rebuild_;
};

TEST_F(TemplateRebuildTest, AChangeAnAddedFileAndOneOfAnAddedFolderAreBuilt) {
  folder_.write("script", "echo x >> builds");
  begin();
  EXPECT_THAT(said(0), IsEmpty());
  folder_.write("t/page.html", "new");
  EXPECT_THAT(said(1), ElementsAre(""));
  folder_.write("t/added.html");
  EXPECT_THAT(said(1), ElementsAre(""));
  folder_.write("t/sub/below.html");
  EXPECT_THAT(said(1), ElementsAre(""));
  std::filesystem::create_directories(folder_ / "t/more");
  EXPECT_THAT(said(0), IsEmpty()) << "a folder without templates";
  folder_.write("t/more/below.html");
  EXPECT_THAT(said(1), ElementsAre(""));
  std::filesystem::remove(folder_ / "t/added.html");
  EXPECT_THAT(said(1), ElementsAre(""));
  EXPECT_EQ(content("builds"), "x\nx\nx\nx\nx\n");
  EXPECT_THAT(log_, HasSubstr("t/page.html has changed"));
}

TEST_F(TemplateRebuildTest, WhatEditorsKeepAndBuildsWriteIsNoChange) {
  folder_.write("script", "true");
  std::filesystem::create_directories(folder_ / "t/build");
  folder_.write("t/build/CMakeCache.txt");
  std::filesystem::create_directories(folder_ / "t/.git");
  begin();
  for (const char* const name : {".page.html.swp", "page.html~", "#page.html#", "4913",
                                 "page.html.orig", "build/made", ".git/index"}) {
    folder_.write(std::string("t/") + name);
  }
  EXPECT_THAT(said(0), IsEmpty());
}

TEST_F(TemplateRebuildTest, WhatHasChangedSinceTheProgramWasBuiltIsBuiltAtOnce) {
  folder_.write("script", "true");
  folder_.write("t/sub/newer.html");
  begin();
  EXPECT_THAT(said(1), ElementsAre(""));
  EXPECT_THAT(log_, HasSubstr("t/sub/newer.html has changed"));
}

TEST_F(TemplateRebuildTest, AProblemIsToldWithWhatTheBuildSaysOrItsStatus) {
  folder_.write("script", "echo page.html:1: wrong; exit 1");
  begin();
  folder_.write("t/page.html");
  EXPECT_THAT(said(1), ElementsAre("page.html:1: wrong\n"));
  folder_.write("script", "exit 3");
  folder_.write("t/page.html");
  EXPECT_THAT(said(1), ElementsAre("sh ended with status 3 and has said nothing\n"));
  EXPECT_THAT(log_, HasSubstr("the program can't be built:\npage.html:1: wrong"));
}

TEST_F(TemplateRebuildTest, WhatChangesDuringABuildIsBuiltBehindIt) {
  folder_.write("script", "echo begun >> builds; while [ ! -e go ]; do sleep 0.01; done");
  begin();
  folder_.write("t/page.html");
  ASSERT_TRUE(pump_until(loop_, [this] { return !content("builds").empty(); }));
  folder_.write("t/page.html", "again");
  EXPECT_THAT(said(0), IsEmpty());
  EXPECT_EQ(content("builds"), "begun\n");
  folder_.write("go");
  EXPECT_THAT(said(1), ElementsAre("")) << "told once, when there is nothing more to build";
  EXPECT_EQ(content("builds"), "begun\nbegun\n");
}

TEST_F(TemplateRebuildTest, DestroyedItEndsItsBuild) {
  folder_.write("script", "echo begun >> builds; sleep 60");
  begin();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  folder_.write("t/page.html");
  ASSERT_TRUE(pump_until(loop_, [this] { return !content("builds").empty(); }));
  ::close(ends[1]);  // the build has it still
  rebuild_.reset();
  pollfd end{ends[0], POLLIN, 0};
  EXPECT_EQ(::poll(&end, 1, 20'000), 1) << "it goes on";
  ::close(ends[0]);
}

TEST_F(TemplateRebuildTest, OneAtATimeBuilds) {
  folder_.write("script", "echo x >> builds");
  begin();
  auto second = make();
  folder_.write("t/page.html");
  EXPECT_THAT(said(1), ElementsAre(""));
  EXPECT_THAT(said(0), IsEmpty());
  // The next one, once the first has gone; but not where another process builds.
  second.reset();
  rebuild_.reset();
  age("t/page.html");
  const int other = ::open(templates_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0) << "nobody has it any more";
  rebuild_ = make();
  folder_.write("t/page.html");
  EXPECT_THAT(said(0), IsEmpty());
  ::close(other);
  rebuild_ = nullptr;
  age("t/page.html");
  rebuild_ = make();
  folder_.write("t/page.html");
  EXPECT_THAT(said(1), ElementsAre(""));
}

}  // namespace
