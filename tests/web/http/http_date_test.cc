// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/http_date.h>

#include <gtest/gtest.h>

namespace {

using eddy::web::format_http_date;
using eddy::web::parse_http_date;
using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST(HttpDate, Format) {
  EXPECT_EQ(format_http_date(sys_seconds(seconds(784111777))), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(sys_seconds(seconds(0))), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_http_date(sys_seconds(seconds(-1))), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(format_http_date(sys_seconds(seconds(1709208000))), "Thu, 29 Feb 2024 12:00:00 GMT");
  EXPECT_EQ(format_http_date(sys_seconds::max()), "Fri, 31 Dec 9999 23:59:59 GMT");
}

constexpr sys_seconds kExample{seconds(784111777)};
constexpr sys_seconds kNow{seconds(1767225600)};  // 2026

TEST(HttpDate, ParsesItsThreeForms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), kExample);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), kExample);
  EXPECT_EQ(parse_http_date("Sat Nov 26 08:49:37 1994"), kExample + std::chrono::days(20));
  EXPECT_EQ(parse_http_date("Mon, 06 Nov 1994 08:49:37 GMT"), kExample) << "a wrong weekday";
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:60 GMT"), kExample + seconds(23));
}

TEST(HttpDate, ParsesWhatItFormats) {
  for (sys_seconds time = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
       time < std::chrono::sys_days(std::chrono::year(10000) / 1 / 1); time += seconds(123456789)) {
    ASSERT_EQ(parse_http_date(format_http_date(time)), time);
  }
}

TEST(HttpDate, YearsOfTwoDigits) {
  auto year = [](std::string_view text) {
    const auto date =
        parse_http_date("Monday, 01-Jan-" + std::string(text) + " 00:00:00 GMT", kNow);
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(date.value()));
    return static_cast<int>(day.year());
  };
  EXPECT_EQ(year("00"), 2000);
  EXPECT_EQ(year("26"), 2026);
  EXPECT_EQ(year("76"), 2076) << "50 years from now";
  EXPECT_EQ(year("77"), 1977);
  EXPECT_EQ(year("99"), 1999);
}

TEST(HttpDate, RefusesWhatIsNoDate) {
  for (const char* text : {"",
                           "Sun",
                           "Sun,",
                           "0",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 GMT ",
                           " Sun, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 +0000",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 31 Nov 1994 08:49:37 GMT",
                           "Sun, 29 Feb 1995 08:49:37 GMT",
                           "Sun, 00 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:37 GMT",
                           "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Sun, 06 nov 1994 08:49:37 GMT",
                           "Sxn, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 94 08:49:37 GMT",
                           "Sunday, 06 Nov 1994 08:49:37 GMT",
                           "Sunday, 06-Nov-1994 08:49:37 GMT",
                           "Sun Nov 6 08:49:37 1994",
                           "Sun Nov 06 08:49:37 94",
                           "Sun Nov  6 08:49:37 1994 GMT",
                           "Sun, -6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

}  // namespace
