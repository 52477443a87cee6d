// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>

/// Values that a client keeps and can't change, such as a cookie that says who is logged in: in the
/// two formats of Tornado's set_signed_cookie(), byte for byte. Signed is not encrypted; the client
/// can read them.
///
///   version 2: `2|1:0|10:1700000000|4:user|8:YWxpY2U=|` and its HMAC-SHA256 in hexadecimal digits;
///              the fields are the key's version, the time, the name and the value in base64, each
///              behind its length
///   version 1: `YWxpY2U=|1700000000|` and the HMAC-SHA1 of name, base64 and time
namespace eddy::inline v0::web {

/// A secret, and the number by which signed values name it.
struct SigningKey {
  int version = 0;
  std::string secret;
};

/// What a signed value must be like to be taken. Tornado's defaults.
struct SignedValueOptions {
  /// Older ones are refused; one of exactly this age is not.
  std::chrono::seconds max_age = std::chrono::days(31);
  /// 1 or 2. Where no old ones are about, 2 refuses the weaker format.
  int min_version = 1;
};

/// Why a text was not taken, for a log: to a client all of them are "not logged in".
enum class SignedValueFault : std::uint8_t {
  none,
  /// It is in none of the formats that were asked for, or was empty.
  format,
  /// Its key is not in the ring: expired, or of another service.
  unknown_key,
  /// Changed on the way, signed with another secret, or for another name.
  signature,
  name,
  expired,
  /// Of version 1 and from a time that is yet to come, so probably tampered with.
  future,
};

/// Signs values under names, and takes back only what it signed. Copies are independent; const
/// calls may be made on any thread.
class EDDY_API ValueSigner {
 public:
  using TimePoint = std::chrono::system_clock::time_point;

  /// With one secret: at least 32 random bytes, the same in all processes and services that are to
  /// read each other's values. Version numbers of keys are ignored. Throws std::invalid_argument if
  /// it is empty.
  explicit ValueSigner(std::string secret);
  /// With several, as with Tornado's dict: each of them verifies, and that of version `signing`
  /// signs. To change a secret, add a key and sign with it, and drop the old one once all that it
  /// signed has expired. There is no version 1 here, since it does not name its key. Throws
  /// std::invalid_argument if there is no key `signing`, a version twice or below zero, or an empty
  /// secret.
  ValueSigner(std::vector<SigningKey> keys, int signing);

  /// The value, any bytes, signed for that name at the time `now`. `version` is 2, or 1 for who
  /// can read no other; else, or for 1 with several keys, std::invalid_argument is thrown.
  [[nodiscard]] std::string create(std::string_view name, std::string_view value, int version = 2,
                                   TimePoint now = std::chrono::system_clock::now()) const;

  /// The value that was signed for that name; none if the text was not made by create() with one of
  /// the keys, or is too old at the time `now`. What is wrong is written to `fault` if that is
  /// given. Never throws for a text, whatever is in it; a min_version other than 1 and 2 is
  /// std::invalid_argument. As in Tornado a time that is yet to come is taken in version 2, where
  /// the signature covers it unmistakably.
  [[nodiscard]] std::optional<std::string> decode(std::string_view name, std::string_view text,
                                                  const SignedValueOptions& options = {},
                                                  TimePoint now = std::chrono::system_clock::now(),
                                                  SignedValueFault* fault = nullptr) const;

  /// The version of the key with which a text of version 2 claims to be signed; nothing is
  /// verified. None for other texts.
  [[nodiscard]] static std::optional<int> key_version(std::string_view text) noexcept;

 private:
  [[nodiscard]] const std::string* find_secret(int version) const noexcept;

  std::vector<SigningKey> keys_;
  int signing_ = 0;
  bool ring_ = false;
};

}  // namespace eddy::inline v0::web
