// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What fuzzers begin with, and each input that once made one fail, as ordinary tests.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <tests/fuzz/fuzz.h>
#include <tests/web/http/protocol_case.h>

namespace {

using eddy_tests::escaped;
using eddy_tests::FuzzTarget;

/// None where the target has no folder.
std::vector<std::filesystem::path> regressions_of(const std::string& target) {
  const auto folder = std::filesystem::path(EDDY_FUZZ_REGRESSIONS) / target;
  std::vector<std::filesystem::path> paths;
  if (!std::filesystem::exists(folder)) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  return paths;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't be read: " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

class FuzzTargets : public testing::TestWithParam<FuzzTarget> {};

TEST_P(FuzzTargets, HoldForTheirSeeds) {
  for (const std::string& seed : eddy_tests::read_fuzz_seeds(GetParam().name)) {
    EXPECT_NO_THROW(GetParam().run(seed)) << escaped(seed);
  }
}

TEST_P(FuzzTargets, HoldForEveryBeginningOfTheirSeeds) {
  for (const std::string_view seed : eddy_tests::read_fuzz_seeds(GetParam().name)) {
    for (std::size_t size = 0; size < std::min<std::size_t>(seed.size(), 300); ++size) {
      ASSERT_NO_THROW(GetParam().run(seed.substr(0, size))) << escaped(seed.substr(0, size));
    }
  }
}

TEST_P(FuzzTargets, HoldForWhatOnceFailed) {
  for (const std::filesystem::path& path : regressions_of(GetParam().name)) {
    EXPECT_NO_THROW(GetParam().run(content_of(path))) << path.filename();
  }
}

INSTANTIATE_TEST_SUITE_P(All, FuzzTargets,
                         testing::ValuesIn(eddy_tests::fuzz_targets().begin(),
                                           eddy_tests::fuzz_targets().end()),
                         [](const auto& info) { return info.param.name; });

// A folder that is elsewhere, is empty, or is called like no target would be no test at all.
TEST(FuzzSupport, WhatOnceFailedIsThereAndIsGivenToItsTarget) {
  std::size_t folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(EDDY_FUZZ_REGRESSIONS)) {
    const std::string name = entry.path().filename().string();
    const auto targets = eddy_tests::fuzz_targets();
    EXPECT_TRUE(std::any_of(targets.begin(), targets.end(), [&name](const FuzzTarget& target) {
      return target.name == name;
    })) << name;
    EXPECT_FALSE(regressions_of(name).empty()) << name;
    ++folders;
  }
  EXPECT_GT(folders, 0U);
}

TEST(FuzzSupport, EveryTargetHasItsRowInTheReadme) {
  const std::string readme =
      content_of(std::filesystem::path(EDDY_FUZZ_REGRESSIONS).parent_path() / "README.md");
  std::string last;
  for (const FuzzTarget& target : eddy_tests::fuzz_targets()) {
    EXPECT_THAT(readme, testing::HasSubstr("\n| `" + std::string(target.name) + "` | "));
    EXPECT_LT(std::exchange(last, target.name), target.name) << "the targets are in order";
  }
}

// A target that can't fail would find nothing.
TEST(FuzzSupport, PiecesThatDifferAreSeen) {
  auto count = [](const auto& pieces) { return std::to_string(pieces.size()); };
  EXPECT_THROW(eddy_tests::same_in_pieces("abc", count), std::logic_error);
  auto join = [](const auto& pieces) {
    std::string all;
    for (const std::string_view piece : pieces) all += piece;
    return all;
  };
  EXPECT_EQ(eddy_tests::same_in_pieces("abc", join), "abc");
  EXPECT_EQ(eddy_tests::same_in_pieces("", join), "");
}

TEST(FuzzSupport, SlowWorkIsSeen) {
  auto slow = [](std::string_view text) {
    EXPECT_GE(text.size(), 128U * 1024);
    const std::clock_t end = std::clock() + CLOCKS_PER_SEC * 11 / 10;
    while (std::clock() < end) {
    }
  };
  // One input in 64 is looked at.
  auto run_all = [](auto work) {
    for (int i = 0; i < 400; ++i) eddy_tests::require_linear(std::to_string(i), work);
  };
  EXPECT_THROW(run_all(slow), std::logic_error);
  int looked_at = 0;
  EXPECT_NO_THROW(run_all([&looked_at](std::string_view) { ++looked_at; }));
  EXPECT_GT(looked_at, 0);
}

}  // namespace
