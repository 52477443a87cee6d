// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/base64.h>
#include <eddy/core/base/hex.h>
#include <eddy/core/base/hmac.h>
#include <eddy/web/app/signed_value.h>
#include <eddy/web/app/xsrf_token.h>

#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::web::SignedValueFault;
using eddy::web::ValueSigner;
using eddy::web::XsrfToken;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

constexpr sys_seconds kNow(1'700'000'000s);
const std::string kSecret = "s3cret";

void check_base64(std::string_view input) {
  using eddy::Base64;
  for (const Base64 form : {Base64::standard, Base64::url, Base64::url_unpadded}) {
    const std::string text = eddy::base64_encode(input, form);
    require(eddy::base64_decode(text, form) == input, "what is encoded comes back", input);
    const auto bytes = eddy::base64_decode(input, form);
    require(!bytes || eddy::base64_encode(*bytes, form) == input, "one text a content", input);
  }
  require(eddy::hex_decode(eddy::hex_encode(input)) == input, "hex comes back", input);
  const auto bytes = eddy::hex_decode(input);
  require(!bytes || bytes->size() * 2 == input.size(), "two digits a byte", input);
}

// What is taken reads the same when it is written anew at its own time.
void check_taken(const ValueSigner& signer, std::string_view text) {
  SignedValueFault fault{};
  const auto value = signer.decode("user", text, {.max_age = 24h * 365 * 100}, kNow, &fault);
  require(value.has_value() == (fault == SignedValueFault::none), "a fault or a value", text);
  static_cast<void>(ValueSigner::key_version(text));
  if (!value) return;
  for (const int version : {1, 2}) {
    const std::string again = signer.create("user", *value, version, kNow);
    require(signer.decode("user", again, {}, kNow) == value, "a value written anew", text);
  }
}

void check_signed_values(std::string_view input) {
  static const ValueSigner signer(kSecret);
  static const ValueSigner ring({{0, "old"}, {3, kSecret}}, 3);
  check_taken(signer, input);
  static_cast<void>(ring.decode("user", input, {}, kNow));

  // What no stranger can do: the input under a right signature, so that the fields are read too.
  const std::string v2 = "2|" + std::string(input) + "|";
  check_taken(signer, v2 + eddy::hex_encode(eddy::hmac_sha256(kSecret, v2)));
  const std::size_t bar = input.find('|');
  if (bar != std::string_view::npos) {
    const std::string joined =
        "user" + std::string(input.substr(0, bar)) + std::string(input.substr(bar + 1));
    check_taken(signer,
                std::string(input) + "|" + eddy::hex_encode(eddy::hmac_sha1(kSecret, joined)));
  }

  for (const int version : {1, 2}) {
    const std::string text = signer.create("user", input, version, kNow);
    require(signer.decode("user", text, {}, kNow) == input, "what is signed comes back", input);
    require(!signer.decode("other", text, {}, kNow), "but under its name only", input);
  }
}

void check_xsrf_token(std::string_view input) {
  const auto token = XsrfToken::parse(input, kNow);
  if (!token) return;
  require(!token->raw().empty() && token->raw().size() <= input.size(), "it is in there", input);
  for (const int version : {1, 2}) {
    const auto again = XsrfToken::parse(token->text(version), kNow);
    require(again && again->matches(*token) && again->version() == version, "written anew", input);
    require(version == 1 || again->created() == token->created(), "with its time", input);
  }
}

}  // namespace

void fuzz_signed_tokens(std::string_view input) {
  check_base64(input);
  check_signed_values(input);
  check_xsrf_token(input);
  require_linear(input, [](std::string_view text) {
    check_base64(text);
    check_signed_values(text);
    check_xsrf_token(text);
  });
}

}  // namespace eddy_tests
