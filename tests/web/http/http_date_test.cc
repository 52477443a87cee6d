// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/http_date.h>

#include <gtest/gtest.h>

namespace {

using eddy::web::format_http_date;
using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST(HttpDate, Format) {
  EXPECT_EQ(format_http_date(sys_seconds(seconds(784111777))), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(sys_seconds(seconds(0))), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_http_date(sys_seconds(seconds(-1))), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(format_http_date(sys_seconds(seconds(1709208000))), "Thu, 29 Feb 2024 12:00:00 GMT");
  EXPECT_EQ(format_http_date(sys_seconds::max()), "Fri, 31 Dec 9999 23:59:59 GMT");
}

}  // namespace
