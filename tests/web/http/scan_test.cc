// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/scan.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

namespace {

using eddy::web::internal::is_class;
using eddy::web::internal::kValueChar;

using Scan = const char* (*)(const char*, const char*) noexcept;

struct Implementation {
  const char* name;
  Scan scan;
};

const Implementation kImplementations[] = {
    {"portable", eddy::web::internal::skip_value_portable},
#if EDDY_SCAN_SSE2
    {"SSE2", eddy::web::internal::skip_value_sse2},
#endif
};

class SkipValue : public testing::TestWithParam<Implementation> {
 protected:
  // In memory of exactly that size, so that a sanitizer sees a look beyond it.
  static std::size_t skipped(const std::string& text) {
    const auto exact = std::make_unique<char[]>(text.size());
    text.copy(exact.get(), text.size());
    const char* const begin = exact.get();
    return static_cast<std::size_t>(GetParam().scan(begin, begin + text.size()) - begin);
  }
};

TEST_P(SkipValue, StopsAtTheFirstByteThatIsNoneOfAValueWhereverItStands) {
  for (int c = 0; c < 0x100; ++c) {
    const auto byte = static_cast<char>(c);
    for (std::size_t size = 1; size < 70; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'v');
        text[at] = byte;
        ASSERT_EQ(skipped(text), is_class(byte, kValueChar) ? size : at)
            << "byte " << c << " at " << at << " of " << size;
      }
    }
  }
}

TEST_P(SkipValue, TheFirstOfSeveralCounts) {
  for (std::size_t first = 0; first < 40; ++first) {
    for (std::size_t second = first + 1; second < 41; ++second) {
      std::string text(41, '\t');
      text[first] = '\r';
      text[second] = '\x7f';
      ASSERT_EQ(skipped(text), first) << "and " << second;
    }
  }
}

TEST_P(SkipValue, NothingIsAllOfIt) { EXPECT_EQ(skipped(""), 0U); }

INSTANTIATE_TEST_SUITE_P(Each, SkipValue, testing::ValuesIn(kImplementations),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Scan, AByteOfAnotherKindIsFoundWhereverItStands) {
  namespace http = eddy::web::internal;
  EXPECT_FALSE(http::is_token(""));
  EXPECT_TRUE(http::is_field_value(""));
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      const bool at_an_end = at == 0 || at + 1 == size;
      for (unsigned c = 0; c < 256; ++c) {
        const auto byte = static_cast<char>(c);
        std::string text(size, 'a');
        text[at] = byte;
        const bool blank = byte == ' ' || byte == '\t';
        ASSERT_EQ(http::is_token(text), is_class(byte, http::kTokenChar)) << size << " " << at;
        ASSERT_EQ(http::is_field_value(text), is_class(byte, kValueChar) && !(blank && at_an_end))
            << size << " " << at << " " << c;
      }
    }
  }
}

}  // namespace
