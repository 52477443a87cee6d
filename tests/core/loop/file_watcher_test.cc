// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/core.h>
#include <eddy/core/loop/file_watcher.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <tests/core/temporary_folder.h>

namespace {

using eddy::FileWatcher;
using eddy::NativeLoop;
using eddy::core_test::TemporaryFolder;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

/// Real files, and a quiet time that is short but not too short to write twice within it.
class FileWatcherTest : public testing::Test {
 protected:
  FileWatcherTest() {
    watcher_.emplace(
        loop_, [this](const std::string& path) { told_.push_back(name_of(path)); }, 40ms);
  }
  static std::string name_of(const std::string& path) {
    return std::filesystem::path(path).filename().string();
  }
  /// The names that are told of until `names` have been, or none are for a while.
  std::vector<std::string> told(std::size_t names) {
    bool over = false;
    const auto limit = loop_.call_later(names == 0 ? 300ms : 10s, [&over] { over = true; });
    auto guard = loop_.hold();
    while (!over && (names == 0 || told_.size() < names)) loop_.dispatch(), pause();
    loop_.remove_timeout(limit);
    return std::exchange(told_, {});
  }
  static void pause() { ::usleep(1000); }
  /// Of all inotify descriptors of this process, as the kernel counts them.
  static int folders_watched() {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
      std::ifstream info(entry.path());
      for (std::string line; std::getline(info, line);) count += line.starts_with("inotify wd:");
    }
    return count;
  }

  TemporaryFolder folder_;
  NativeLoop loop_;
  std::vector<std::string> told_;
  std::optional<FileWatcher> watcher_;
};

TEST_F(FileWatcherTest, TellsOfAFileThatIsWritten) {
  watcher_->watch(folder_.write("a", "1"));
  watcher_->watch(folder_.write("b", "1"));
  folder_.write("a", "2");
  EXPECT_THAT(told(1), ElementsAre("a"));
  EXPECT_THAT(told(0), IsEmpty());
}

TEST_F(FileWatcherTest, ManyWritesAreOneChange) {
  watcher_->watch(folder_.write("a"));
  for (int i = 0; i < 10; ++i) {
    std::ofstream(folder_ / "a", std::ios::app) << i << std::flush;
    loop_.dispatch();
    ::usleep(5000);
    EXPECT_THAT(told_, IsEmpty()) << "the writer has not paused";
  }
  EXPECT_THAT(told(1), ElementsAre("a"));
  EXPECT_THAT(told(0), IsEmpty());
}

TEST_F(FileWatcherTest, TellsOfAFileThatIsReplacedMadeOrRemoved) {
  watcher_->watch(folder_.write("a"));
  std::filesystem::rename(folder_.write("a.new"), folder_ / "a");
  EXPECT_THAT(told(1), ElementsAre("a"));
  std::filesystem::remove(folder_ / "a");
  EXPECT_THAT(told(1), ElementsAre("a"));
  folder_.write("a");
  EXPECT_THAT(told(1), ElementsAre("a"));
  std::filesystem::rename(folder_ / "a", folder_ / "else");
  EXPECT_THAT(told(1), ElementsAre("a"));
}

TEST_F(FileWatcherTest, AFileNeedNotBeThereAndItsNeighboursAreNotToldOf) {
  watcher_->watch(folder_ / "later");
  folder_.write("late");
  folder_.write("later.too");
  EXPECT_THAT(told(0), IsEmpty());
  folder_.write("later");
  EXPECT_THAT(told(1), ElementsAre("later"));
}

TEST_F(FileWatcherTest, AFileThatIsWatchedTwiceIsToldOfOnce) {
  watcher_->watch(folder_ / "a");
  watcher_->watch(folder_ / "a");
  folder_.write("a");
  EXPECT_THAT(told(1), ElementsAre("a"));
  EXPECT_THAT(told(0), IsEmpty());
}

TEST_F(FileWatcherTest, AFolderThatIsNotThereIsAnErrorThatNamesIt) {
  try {
    watcher_->watch(folder_ / "no/a");
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_THAT(error.what(), testing::HasSubstr(folder_ / "no"));
  }
}

TEST_F(FileWatcherTest, AnErrorLeavesNothingThatWouldKeepTheLoop) {
  EXPECT_THROW(watcher_->watch(folder_ / "no/a"), std::system_error);
  EXPECT_FALSE(loop_.run()) << "nothing is watched";
  watcher_->watch(folder_ / "a");
  EXPECT_THROW(watcher_->watch(folder_ / "no/a"), std::system_error);
  folder_.write("a");
  EXPECT_THAT(told(1), ElementsAre("a"));
}

TEST_F(FileWatcherTest, WhatIsNoFilesPathIsAnError) {
  EXPECT_THROW(watcher_->watch(""), std::invalid_argument);
  EXPECT_THROW(watcher_->watch(folder_ / "a/"), std::system_error) << "a folder that is not there";
  EXPECT_FALSE(loop_.run());
}

TEST_F(FileWatcherTest, AFolderAsAWhole) {
  std::filesystem::create_directory(folder_ / "d");
  folder_.write("d/there");
  watcher_->watch(folder_ / "d/");
  folder_.write("d/there");
  folder_.write("d/new");
  folder_.write("beside");
  EXPECT_THAT(told(2), UnorderedElementsAre("there", "new"));
  std::filesystem::create_directory(folder_ / "d/below");
  EXPECT_THAT(told(1), ElementsAre("below"));
  folder_.write("d/below/a");
  EXPECT_THAT(told(0), IsEmpty());
  std::filesystem::remove_all(folder_ / "d");
  EXPECT_THAT(told(1), testing::Contains("")) << "the folder's own path ends with a slash";
  told(0);
  std::filesystem::create_directory(folder_ / "d");
  EXPECT_THAT(told(1), ElementsAre(""));
  folder_.write("d/again");
  EXPECT_THAT(told(1), ElementsAre("again"));
}

TEST_F(FileWatcherTest, WhatHappensBesideAFileDoesNotPutOffWhatIsToldOfIt) {
  watcher_->watch(folder_ / "a");
  folder_.write("a");
  bool over = false;
  loop_.call_later(10s, [&over] { over = true; });
  while (!over && told_.empty()) {
    folder_.write("beside");
    loop_.dispatch();
    pause();
  }
  EXPECT_FALSE(over);
}

TEST_F(FileWatcherTest, ACallbackThatThrowsLosesNothingOfAFolder) {
  std::vector<std::string> told;
  watcher_.emplace(
      loop_,
      [&](const std::string& path) {
        told.push_back(name_of(path));
        if (told.size() == 1) throw std::runtime_error("the first one");
      },
      10ms);
  watcher_->watch(folder_ / "");
  folder_.write("a");
  folder_.write("b");
  bool over = false;
  loop_.call_later(10s, [&over] { over = true; });
  while (!over && told.size() < 2) loop_.dispatch(), pause();
  EXPECT_THAT(told, ElementsAre("a", "b"));
}

TEST_F(FileWatcherTest, AFolderMayGoAndComeAgain) {
  std::filesystem::create_directories(folder_ / "x/y");
  watcher_->watch(folder_ / "x/y/a");
  watcher_->watch(folder_ / "x/y/b");
  folder_.write("x/y/a");
  EXPECT_THAT(told(1), ElementsAre("a"));
  for (int i = 0; i < 2; ++i) {
    std::filesystem::remove_all(folder_ / "x");
    EXPECT_THAT(told(2), ElementsAre("a", "b"));
    std::filesystem::create_directory(folder_ / "else");
    EXPECT_THAT(told(0), IsEmpty());
    std::filesystem::remove(folder_ / "else");
    std::filesystem::create_directory(folder_ / "x");
    EXPECT_THAT(told(0), IsEmpty());
    std::filesystem::create_directory(folder_ / "x/y");
    EXPECT_THAT(told(2), ElementsAre("a", "b"));
    folder_.write("x/y/b");
    EXPECT_THAT(told(1), ElementsAre("b"));
    EXPECT_EQ(folders_watched(), 1);
  }
}

TEST_F(FileWatcherTest, AFolderMayBeReplacedByAnother) {
  std::filesystem::create_directory(folder_ / "x");
  watcher_->watch(folder_ / "x/a");
  std::filesystem::create_directory(folder_ / "new");
  std::filesystem::rename(folder_ / "x", folder_ / "old");
  std::filesystem::rename(folder_ / "new", folder_ / "x");
  EXPECT_THAT(told(1), ElementsAre("a"));
  folder_.write("old/a");
  EXPECT_THAT(told(0), IsEmpty());
  folder_.write("x/a");
  EXPECT_THAT(told(1), ElementsAre("a"));
  EXPECT_EQ(folders_watched(), 1);
}

TEST_F(FileWatcherTest, MayBeDestroyedWithinItsCallback) {
  int calls = 0;
  watcher_.emplace(
      loop_,
      [&](const std::string& /*path*/) {
        ++calls;
        watcher_.reset();
      },
      10ms);
  watcher_->watch(folder_ / "a");
  watcher_->watch(folder_ / "b");
  folder_.write("a");
  folder_.write("b");
  EXPECT_THAT(told(0), IsEmpty());
  EXPECT_EQ(calls, 1);
}

TEST_F(FileWatcherTest, WhatTheCallbackThrowsIsReportedAndTheOthersAreToldOf) {
  std::vector<std::string> reported;
  loop_.set_exception_handler([&](const std::exception_ptr& error, const char* /*where*/) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& what) {
      reported.emplace_back(what.what());
    }
  });
  watcher_.emplace(
      loop_,
      [&](const std::string& path) {
        told_.push_back(name_of(path));
        if (told_.size() == 1) throw std::runtime_error("bad file");
      },
      10ms);
  watcher_->watch(folder_ / "a");
  watcher_->watch(folder_ / "b");
  folder_.write("a");
  folder_.write("b");
  EXPECT_THAT(told(2), ElementsAre("a", "b"));
  EXPECT_THAT(reported, ElementsAre("bad file"));
}

TEST_F(FileWatcherTest, MayOutliveItsLoop) {
  auto loop = std::make_unique<NativeLoop>();
  FileWatcher watcher(*loop, [](const std::string& /*path*/) { FAIL(); });
  watcher.watch(folder_ / "a");
  loop.reset();
  folder_.write("a");
  EXPECT_THROW(watcher.watch(folder_ / "b"), std::system_error);
}

TEST_F(FileWatcherTest, IdleItDoesNothing) {
  watcher_->watch(folder_.write("a"));
  EXPECT_THAT(told(0), IsEmpty());
  EXPECT_EQ(loop_.next_deadline(), eddy::kNever);
}

TEST_F(FileWatcherTest, AForkedChildThatWatchesMoreTakesNothingOfItsParents) {
  watcher_->watch(folder_.write("a"));
  loop_.dispatch();
  folder_.write("a", "before the fork");
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    if (::chdir("/") != 0) ::_exit(2);
    watcher_->watch(folder_ / "b");
    loop_.dispatch();
    folder_.write("b");
    ::_exit(told(1) == std::vector<std::string>{"b"} ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(told(1), ElementsAre("a"));
}

TEST_F(FileWatcherTest, AForkedChildHasItsOwn) {
  watcher_->watch(folder_.write("a"));
  loop_.dispatch();
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    loop_.dispatch();
    folder_.write("a", "child's");
    ::_exit(told(1) == std::vector<std::string>{"a"} ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(told(1), ElementsAre("a")) << "the child has taken nothing of the parent's";
}

}  // namespace
