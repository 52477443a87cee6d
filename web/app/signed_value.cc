// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/signed_value.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <stdexcept>
#include <utility>

#include <eddy/core/base/base64.h>
#include <eddy/core/base/hex.h>
#include <eddy/core/base/hmac.h>
#include <eddy/core/base/secrets.h>
#include <eddy/web/app/internal/token_version.h>

namespace eddy::inline v0::web {

namespace {

using std::chrono::floor;
using std::chrono::seconds;

// Tornado takes nothing of version 1 that is from further ahead.
constexpr std::int64_t kFurthestAhead = seconds(std::chrono::days(31)).count();

struct FieldsV2 {
  int key_version = 0;
  std::int64_t time = 0;
  std::string_view name;
  std::string_view base64;
  std::string_view signed_text;
  std::string_view signature;
};

// Takes `LENGTH:FIELD|` from the front of the text.
bool take_field(std::string_view& text, std::string_view& field) noexcept {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto size = internal::parse_decimal(text.substr(0, colon));
  text.remove_prefix(colon + 1);
  if (!size || static_cast<std::uint64_t>(*size) >= text.size()) return false;
  const auto end = static_cast<std::size_t>(*size);
  if (text[end] != '|') return false;
  field = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

std::optional<FieldsV2> split_v2(std::string_view text) noexcept {
  FieldsV2 fields;
  std::string_view rest = text.substr(2);
  std::string_view key;
  std::string_view time;
  if (!take_field(rest, key) || !take_field(rest, time) || !take_field(rest, fields.name) ||
      !take_field(rest, fields.base64)) {
    return std::nullopt;
  }
  const auto key_version = internal::parse_decimal(key);
  const auto signed_at = internal::parse_decimal(time);
  if (!key_version || *key_version > std::numeric_limits<int>::max() || !signed_at) {
    return std::nullopt;
  }
  fields.key_version = static_cast<int>(*key_version);
  fields.time = *signed_at;
  fields.signed_text = text.substr(0, text.size() - rest.size());
  fields.signature = rest;
  return fields;
}

std::string sign_v1(std::string_view secret, std::string_view name, std::string_view base64,
                    std::string_view time) {
  return hex_encode(Hmac<Sha1>(secret).update(name).update(base64).update(time).finish());
}

std::string sign_v2(std::string_view secret, std::string_view text) {
  return hex_encode(hmac_sha256(secret, text));
}

void append_field(std::string& text, std::string_view field) {
  text.append(std::to_string(field.size())).append(":").append(field).append("|");
}

// `now` has a fraction and `time` has none, so the last second of the age is over at its begin.
bool is_expired(std::int64_t time, seconds max_age, ValueSigner::TimePoint now) noexcept {
  const auto whole = floor<seconds>(now);
  // A time has at most 18 digits, and that of the clock fewer: this does not overflow.
  const std::int64_t age = whole.time_since_epoch().count() - time;
  return age > max_age.count() || (age == max_age.count() && now != whole);
}

struct Outcome {
  std::optional<std::string> value;
  SignedValueFault fault = SignedValueFault::none;
};

Outcome decoded(std::string_view base64) {
  Outcome outcome{base64_decode(base64)};
  if (!outcome.value) outcome.fault = SignedValueFault::format;
  return outcome;
}

Outcome decode_v1(std::string_view secret, std::string_view name, std::string_view text,
                  seconds max_age, ValueSigner::TimePoint now) {
  const std::size_t first = text.find('|');
  const std::size_t second = first == std::string_view::npos ? first : text.find('|', first + 1);
  if (second == std::string_view::npos || text.find('|', second + 1) != std::string_view::npos) {
    return {{}, SignedValueFault::format};
  }
  const std::string_view base64 = text.substr(0, first);
  const std::string_view time = text.substr(first + 1, second - first - 1);
  if (!constant_time_equal(text.substr(second + 1), sign_v1(secret, name, base64, time))) {
    return {{}, SignedValueFault::signature};
  }
  // Nothing separates the fields under the signature, so characters may have been moved from the
  // end of the value to the begin of the time. They make it one that is no number, begins with a
  // zero or lies far ahead.
  const auto signed_at = internal::parse_decimal(time);
  if (!signed_at || time.front() == '0') return {{}, SignedValueFault::format};
  if (is_expired(*signed_at, max_age, now)) return {{}, SignedValueFault::expired};
  const auto whole = floor<seconds>(now).time_since_epoch().count();
  if (*signed_at - whole > kFurthestAhead) return {{}, SignedValueFault::future};
  return decoded(base64);
}

}  // namespace

ValueSigner::ValueSigner(std::string secret) {
  if (secret.empty()) throw std::invalid_argument("ValueSigner: the secret is empty");
  keys_.push_back({0, std::move(secret)});
}

ValueSigner::ValueSigner(std::vector<SigningKey> keys, int signing)
    : keys_(std::move(keys)), signing_(signing), ring_(true) {
  for (auto key = keys_.begin(); key != keys_.end(); ++key) {
    const std::string which = "ValueSigner: the key of version " + std::to_string(key->version);
    if (key->version < 0) throw std::invalid_argument(which + " has a number below zero");
    if (key->secret.empty()) throw std::invalid_argument(which + " is empty");
    if (find_secret(key->version) != &key->secret) {
      throw std::invalid_argument(which + " is there twice");
    }
  }
  if (find_secret(signing) == nullptr) {
    throw std::invalid_argument("ValueSigner: there is no key of version " +
                                std::to_string(signing) + ", which is to sign");
  }
}

std::string ValueSigner::create(std::string_view name, std::string_view value, int version,
                                TimePoint now) const {
  const std::string time = std::to_string(floor<seconds>(now).time_since_epoch().count());
  const std::string base64 = base64_encode(value);
  const std::string& secret = *find_secret(signing_);
  if (version == 1 && !ring_) {
    return base64 + "|" + time + "|" + sign_v1(secret, name, base64, time);
  }
  if (version != 2) {
    throw std::invalid_argument(version == 1
                                    ? "signed values of version 1 can't be made with several keys"
                                    : "signed values have no version " + std::to_string(version));
  }
  std::string text = "2|";
  append_field(text, std::to_string(signing_));
  append_field(text, time);
  append_field(text, name);
  append_field(text, base64);
  return text + sign_v2(secret, text);
}

std::optional<std::string> ValueSigner::decode(std::string_view name, std::string_view text,
                                               const SignedValueOptions& options, TimePoint now,
                                               SignedValueFault* fault) const {
  if (options.min_version != 1 && options.min_version != 2) {
    throw std::invalid_argument("signed values have no version " +
                                std::to_string(options.min_version));
  }
  auto decode_v2 = [&]() -> Outcome {
    const auto fields = split_v2(text);
    if (!fields) return {{}, SignedValueFault::format};
    const std::string* secret = find_secret(fields->key_version);
    if (secret == nullptr) return {{}, SignedValueFault::unknown_key};
    if (!constant_time_equal(fields->signature, sign_v2(*secret, fields->signed_text))) {
      return {{}, SignedValueFault::signature};
    }
    if (fields->name != name) return {{}, SignedValueFault::name};
    if (is_expired(fields->time, options.max_age, now)) return {{}, SignedValueFault::expired};
    return decoded(fields->base64);
  };
  auto decode_any = [&]() -> Outcome {
    const int version = text.empty() ? 0 : internal::token_version(text);
    if (version >= options.min_version) {
      if (version == 2) return decode_v2();
      // Text of strangers, so where there is no version 1 it is not an error of the program's.
      if (version == 1 && !ring_) {
        return decode_v1(keys_.front().secret, name, text, options.max_age, now);
      }
    }
    return {{}, SignedValueFault::format};
  };
  Outcome outcome = decode_any();
  if (fault != nullptr) *fault = outcome.fault;
  return std::move(outcome.value);
}

std::optional<int> ValueSigner::key_version(std::string_view text) noexcept {
  if (internal::token_version(text) != 2) return std::nullopt;
  const auto fields = split_v2(text);
  if (!fields) return std::nullopt;
  return fields->key_version;
}

const std::string* ValueSigner::find_secret(int version) const noexcept {
  if (!ring_) return &keys_.front().secret;
  const auto key = std::find_if(keys_.begin(), keys_.end(), [version](const SigningKey& candidate) {
    return candidate.version == version;
  });
  return key == keys_.end() ? nullptr : &key->secret;
}

}  // namespace eddy::inline v0::web
