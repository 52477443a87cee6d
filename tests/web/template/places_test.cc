// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <exception>
#include <string>

#include <eddy/core/base/thrown_at.h>

// Made by eddy-template.
#include <pages/place.html.h>
#include <pages/places.html.h>

namespace {

class TemplatePlaces : public testing::Test {
 protected:
  eddy::internal::PlacesKept kept_;

  /// Where the page throws when `bad` is the line that fails.
  static std::string place_of(int bad) {
    try {
      return templates::Places{bad}.render().empty() ? "empty" : "nowhere";
    } catch (...) {
      return eddy::thrown_at(std::current_exception());
    }
  }
};

TEST_F(TemplatePlaces, AreTheLinesOfWhatThrew) {
  for (const int line : {2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 15, 18, 21, 23, 26, 30}) {
    EXPECT_EQ(place_of(line), "at places.html:" + std::to_string(line));
  }
}

TEST_F(TemplatePlaces, AreNoneOfWhatATemplateCatches) {
  EXPECT_EQ(place_of(0), "nowhere");
  EXPECT_EQ(place_of(16), "nowhere");
}

TEST_F(TemplatePlaces, OfIncludedFilesAreTheirs) { EXPECT_EQ(place_of(102), "at place.html:2"); }

TEST_F(TemplatePlaces, OfPagesInPagesAreBoth) {
  EXPECT_EQ(place_of(202), "at place.html:2\nat places.html:19");
}

}  // namespace
