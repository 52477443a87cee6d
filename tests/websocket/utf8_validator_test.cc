// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/utf8_validator.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include <eddy/web/http/url.h>

namespace {

using eddy::web::internal::Utf8Validator;

// Beside web::is_utf8(), which looks at a whole text.
TEST(Utf8Validator, JudgesAsIsUtf8DoesWhereverItIsCut) {
  std::string text = "0123456789abcdef-";
  for (const unsigned lead :
       {0x00U, 0x7FU, 0x80U, 0xBFU, 0xC0U, 0xC1U, 0xC2U, 0xDFU, 0xE0U, 0xE1U,
        0xECU, 0xEDU, 0xEEU, 0xEFU, 0xF0U, 0xF1U, 0xF3U, 0xF4U, 0xF5U, 0xFFU}) {
    for (const unsigned second :
         {0x00U, 0x41U, 0x7FU, 0x80U, 0x8FU, 0x90U, 0x9FU, 0xA0U, 0xBFU, 0xC0U, 0xFFU}) {
      for (const unsigned rest : {0x41U, 0x80U, 0xBFU, 0xC2U}) {
        const std::string whole = text + static_cast<char>(lead) + static_cast<char>(second) +
                                  static_cast<char>(rest) + static_cast<char>(rest) + "..";
        for (std::size_t size = text.size(); size <= whole.size(); ++size) {
          const std::string_view part = std::string_view(whole).substr(0, size);
          for (std::size_t cut = 0; cut <= part.size(); ++cut) {
            Utf8Validator validator;
            const bool valid = validator.feed(part.substr(0, cut)) &&
                               validator.feed(part.substr(cut)) && validator.complete();
            ASSERT_EQ(valid, eddy::web::is_utf8(part))
                << testing::PrintToString(std::string(part)) << cut;
          }
        }
      }
    }
  }
}

TEST(Utf8Validator, SeesWhatStandsBehindMuchAscii) {
  for (std::size_t before = 0; before < 200; ++before) {
    for (const std::string_view piece : {"\xC3\xA9", "\xC3", "\xA9", "\xED\xA0\x80"}) {
      std::string text(before, 'x');
      text.append(piece).append(before % 90, 'y');
      Utf8Validator validator;
      const bool valid = validator.feed(text) && validator.complete();
      ASSERT_EQ(valid, piece == "\xC3\xA9") << before << " " << testing::PrintToString(piece);
    }
  }
}

}  // namespace
