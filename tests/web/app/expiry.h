// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <string_view>

#include <gtest/gtest.h>

#include <eddy/web/http/http_date.h>

namespace eddy_tests {

/// That the cookie which `set` ("n=v; expires=...; Path=/") gives, made since `before`, lasts so
/// long. Dates have seconds, and are rounded down.
inline void expect_lasting(std::string_view set, std::chrono::seconds how_long,
                           std::chrono::system_clock::time_point before) {
  using std::chrono::floor;
  using std::chrono::seconds;
  constexpr std::string_view kAttribute = "; expires=";
  const auto after = std::chrono::system_clock::now();
  const std::size_t at = set.find(kAttribute);
  ASSERT_NE(at, std::string_view::npos) << set;
  const std::string_view rest = set.substr(at + kAttribute.size());
  const auto expires = eddy::web::parse_http_date(rest.substr(0, rest.find(';')));
  ASSERT_TRUE(expires) << set;
  EXPECT_GE(*expires, floor<seconds>(before) + how_long) << set;
  EXPECT_LE(*expires, floor<seconds>(after) + how_long) << set;
}

}  // namespace eddy_tests
