// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/http_date.h>

#include <cstring>

#include <eddy/web/http/internal/char_class.h>

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

namespace {

constexpr std::string_view kLongWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                              "Thursday", "Friday", "Saturday"};

// Takes a date apart from its front. What does not fit makes it fail, and it stays so.
class DateReader {
 public:
  explicit DateReader(std::string_view text) noexcept : rest_(text) {}

  void literal(std::string_view text) noexcept {
    if (rest_.substr(0, text.size()) != text) return fail();
    rest_.remove_prefix(text.size());
  }

  int digits(std::size_t count) noexcept {
    if (rest_.size() < count) return fail(), 0;
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (!internal::is_class(c, internal::kDigitChar)) return fail(), 0;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  // 1 to 12.
  unsigned month() noexcept { return name_in(internal::kMonths, 12) + 1; }
  void weekday() noexcept { name_in(internal::kWeekdays, 7); }

  void long_weekday() noexcept {
    for (const std::string_view day : kLongWeekdays) {
      if (rest_.substr(0, day.size()) == day) return rest_.remove_prefix(day.size());
    }
    fail();
  }

  std::chrono::seconds time() noexcept {
    const int hours = digits(2);
    literal(":");
    const int minutes = digits(2);
    literal(":");
    const int seconds = digits(2);
    if (hours > 23 || minutes > 59 || seconds > 60) fail();
    return std::chrono::hours(hours) + std::chrono::minutes(minutes) +
           std::chrono::seconds(seconds);
  }

  [[nodiscard]] bool next_is(char c) const noexcept { return !rest_.empty() && rest_.front() == c; }

  [[nodiscard]] std::optional<std::chrono::sys_seconds> date(
      int year, unsigned month, int day, std::chrono::seconds time) const noexcept {
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (failed_ || !rest_.empty() || !date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + time;
  }

 private:
  void fail() noexcept { failed_ = true; }

  // The place of the next three letters among `count` names of as many.
  unsigned name_in(const char* names, unsigned count) noexcept {
    for (unsigned i = 0; i < count; ++i) {
      if (rest_.substr(0, 3) == std::string_view(names + std::size_t{3} * i, 3)) {
        rest_.remove_prefix(3);
        return i;
      }
    }
    fail();
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

std::optional<std::chrono::sys_seconds> parse_imf_date(std::string_view text) noexcept {
  DateReader reader(text);
  reader.weekday();
  reader.literal(", ");
  const int day = reader.digits(2);
  reader.literal(" ");
  const unsigned month = reader.month();
  reader.literal(" ");
  const int year = reader.digits(4);
  reader.literal(" ");
  const std::chrono::seconds time = reader.time();
  reader.literal(" GMT");
  return reader.date(year, month, day, time);
}

std::optional<std::chrono::sys_seconds> parse_asctime_date(std::string_view text) noexcept {
  DateReader reader(text);
  reader.weekday();
  reader.literal(" ");
  const unsigned month = reader.month();
  reader.literal(" ");
  const bool one_digit = reader.next_is(' ');
  if (one_digit) reader.literal(" ");
  const int day = reader.digits(one_digit ? 1 : 2);
  reader.literal(" ");
  const std::chrono::seconds time = reader.time();
  reader.literal(" ");
  const int year = reader.digits(4);
  return reader.date(year, month, day, time);
}

std::optional<std::chrono::sys_seconds> parse_rfc850_date(std::string_view text,
                                                          std::chrono::sys_seconds now) noexcept {
  DateReader reader(text);
  reader.long_weekday();
  reader.literal(", ");
  const int day = reader.digits(2);
  reader.literal("-");
  const unsigned month = reader.month();
  reader.literal("-");
  const int short_year = reader.digits(2);
  reader.literal(" ");
  const std::chrono::seconds time = reader.time();
  reader.literal(" GMT");

  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  const int year = static_cast<int>(today.year()) / 100 * 100 + short_year;
  const auto date = reader.date(year, month, day, time);
  const auto latest = now + std::chrono::years(50);
  // A 29 February need not be a day of both centuries.
  if (date ? *date > latest : year > static_cast<int>(today.year()) + 50) {
    return reader.date(year - 100, month, day, time);
  }
  return date;
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                        std::chrono::sys_seconds now) noexcept {
  if (text.size() < 4) return std::nullopt;
  if (text[3] == ',') return parse_imf_date(text);
  if (text[3] == ' ') return parse_asctime_date(text);
  return parse_rfc850_date(text, now);
}

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) noexcept {
  using std::chrono::system_clock;
  return parse_http_date(text, std::chrono::floor<std::chrono::seconds>(system_clock::now()));
}

}  // namespace eddy::inline v0::web
