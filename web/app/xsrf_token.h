// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/secrets.h>

namespace eddy::inline v0::web {

/// The secret by which a server knows a form as its own: the browser has it in a cookie, and a page
/// of another site, which can make the browser send the cookie, can't read it and so not send it a
/// second time in a form or header. As Tornado's `xsrf_token`, in the same two formats:
///
///   version 2: `2|01020304|0103010705070503090b090f0d0f0d0b|1700000000`: four random bytes, the
///              secret combined with them by exclusive or, both in hexadecimal digits, and the time
///              at which the secret was made. New bytes are taken for every text, so that a page's
///              compressed size tells nothing of the secret (the BREACH attack).
///   version 1: the secret in hexadecimal digits
///
/// A value; const calls may be made on any thread.
class EDDY_API XsrfToken {
 public:
  using TimePoint = std::chrono::system_clock::time_point;
  /// Fills all of what it is given, as eddy::random_bytes() does; another one is for tests.
  using RandomSource = void (*)(std::span<unsigned char> out);
  static constexpr std::size_t kSize = 16;

  /// A new secret of kSize random bytes. Throws what the source throws.
  [[nodiscard]] static XsrfToken generate(TimePoint now = std::chrono::system_clock::now(),
                                          RandomSource random = random_bytes);

  /// The secret in a cookie, argument or header; none if there is none in it: an empty text, and
  /// one that begins with another version's number or is malformed. Any other text that is not in
  /// hexadecimal digits is a secret in itself, as the oldest cookies had. Version 1 has no time of
  /// its own and gets `now`. Throws nothing but std::bad_alloc.
  [[nodiscard]] static std::optional<XsrfToken> parse(
      std::string_view text, TimePoint now = std::chrono::system_clock::now());

  /// The secret as text, of version 2 with new random bytes. Throws std::invalid_argument if the
  /// version is neither 1 nor 2, and what the source throws.
  [[nodiscard]] std::string text(int version = 2, RandomSource random = random_bytes) const;

  /// Whether both are the same secret, in whatever format each came. In constant time.
  [[nodiscard]] bool matches(const XsrfToken& other) const noexcept {
    return constant_time_equal(raw_, other.raw_);
  }

  /// The secret itself: never empty, and of kSize bytes if it was generated.
  [[nodiscard]] std::string_view raw() const noexcept { return raw_; }
  [[nodiscard]] std::chrono::sys_seconds created() const noexcept { return created_; }
  /// The version of the text that it was read from; 0 if it was generated, and so is in no cookie
  /// yet.
  [[nodiscard]] int version() const noexcept { return version_; }

 private:
  XsrfToken(std::string raw, std::chrono::sys_seconds created, int version) noexcept
      : raw_(std::move(raw)), created_(created), version_(version) {}

  static std::optional<XsrfToken> parse_v2(std::string_view text);

  std::string raw_;
  std::chrono::sys_seconds created_;
  int version_;
};

}  // namespace eddy::inline v0::web
