// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Digests and encodings as commands, for codecs_test.py.

#include <eddy/core/base/base64.h>
#include <eddy/core/base/digest.h>
#include <eddy/core/base/hex.h>
#include <eddy/core/base/hmac.h>

#include <tests/line_commands.h>

namespace {

using eddy::Base64;

std::string text_of(std::span<const unsigned char> bytes) { return {bytes.begin(), bytes.end()}; }

Base64 form_of(std::string_view name) {
  if (name.ends_with("_unpadded")) return Base64::url_unpadded;
  return name.ends_with("_url") ? Base64::url : Base64::standard;
}

std::optional<std::string> run(std::string_view name, const eddy_tests::CommandFields& fields) {
  if (name == "sha1") return text_of(eddy::sha1(fields.at(0)));
  if (name == "sha256") return text_of(eddy::sha256(fields.at(0)));
  if (name == "hmac_sha1") return text_of(eddy::hmac_sha1(fields.at(0), fields.at(1)));
  if (name == "hmac_sha256") return text_of(eddy::hmac_sha256(fields.at(0), fields.at(1)));
  if (name.starts_with("encode")) return eddy::base64_encode(fields.at(0), form_of(name));
  if (name.starts_with("decode")) return eddy::base64_decode(fields.at(0), form_of(name));
  if (name == "hex") return eddy::hex_encode(fields.at(0));
  throw std::runtime_error("there is no command " + std::string(name));
}

}  // namespace

int main() { return eddy_tests::answer_line_commands(run); }
