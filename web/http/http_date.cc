// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/http_date.h>

#include <cstring>

namespace eddy::inline v0::web {

namespace internal {
namespace {

constexpr char kWeekdays[] = "SunMonTueWedThuFriSat";
constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

void two_digits(char* at, unsigned value) noexcept {
  at[0] = static_cast<char>('0' + value / 10 % 10);
  at[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

void write_http_date(std::chrono::sys_seconds time, char* out) noexcept {
  using std::chrono::sys_days;
  constexpr std::chrono::sys_seconds kFirst = sys_days(std::chrono::year(0) / 1 / 1);
  constexpr std::chrono::sys_seconds kLast =
      sys_days(std::chrono::year(10000) / 1 / 1) - std::chrono::seconds(1);
  if (time < kFirst) time = kFirst;
  if (time > kLast) time = kLast;
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto second = static_cast<unsigned>((time - day).count());
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));

  std::memcpy(out, "Day, 00 Mon 0000 00:00:00 GMT", kHttpDateSize);
  std::memcpy(out, kWeekdays + std::size_t{3} * std::chrono::weekday(day).c_encoding(), 3);
  two_digits(out + 5, static_cast<unsigned>(date.day()));
  std::memcpy(out + 8, kMonths + std::size_t{3} * (static_cast<unsigned>(date.month()) - 1), 3);
  two_digits(out + 12, year / 100);
  two_digits(out + 14, year % 100);
  two_digits(out + 17, second / 3600);
  two_digits(out + 20, second / 60 % 60);
  two_digits(out + 23, second % 60);
}

}  // namespace internal

std::string format_http_date(std::chrono::sys_seconds time) {
  std::string text(internal::kHttpDateSize, ' ');
  internal::write_http_date(time, text.data());
  return text;
}

}  // namespace eddy::inline v0::web
