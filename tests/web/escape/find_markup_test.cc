// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/escape/internal/find_markup.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace {

using Find = const char* (*)(const char*, const char*) noexcept;

struct Implementation {
  const char* name;
  Find find;
};

const Implementation kImplementations[] = {
    {"portable", eddy::web::internal::find_markup_portable},
#if EDDY_MARKUP_SSE2
    {"SSE2", eddy::web::internal::find_markup_sse2},
#endif
};

class FindMarkup : public testing::TestWithParam<Implementation> {
 protected:
  // In memory of exactly that size, so that a sanitizer sees a look beyond it.
  static std::size_t found(const std::string& text) {
    const auto exact = std::make_unique<char[]>(text.size());
    text.copy(exact.get(), text.size());
    const char* const begin = exact.get();
    return static_cast<std::size_t>(GetParam().find(begin, begin + text.size()) - begin);
  }
};

TEST_P(FindMarkup, StopsAtEachOfFiveBytesWhereverItStands) {
  for (int c = 0; c < 0x100; ++c) {
    const auto byte = static_cast<char>(c);
    const bool markup = std::string_view("&<>\"'").find(byte) != std::string_view::npos;
    for (std::size_t size = 1; size < 50; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'v');
        text[at] = byte;
        ASSERT_EQ(found(text), markup ? at : size)
            << "byte " << c << " at " << at << " of " << size;
      }
    }
  }
}

TEST_P(FindMarkup, TheFirstOfSeveralCounts) {
  for (std::size_t first = 0; first < 40; ++first) {
    for (std::size_t second = first + 1; second < 41; ++second) {
      std::string text(41, ' ');
      text[first] = '>';
      text[second] = '&';
      ASSERT_EQ(found(text), first) << second;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Web, FindMarkup, testing::ValuesIn(kImplementations),
                         [](const auto& param_info) { return std::string(param_info.param.name); });

}  // namespace
