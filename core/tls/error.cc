// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/error.h>

#include <string>

namespace eddy::inline v0::tls {
namespace {

class Category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "eddy.tls"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::no_certificate:
        return "no certificate was given";
      case Errc::not_pem:
        return "it has no PEM block of this kind";
      case Errc::malformed:
        return "the PEM block can't be read";
      case Errc::encrypted_key:
        return "the key is encrypted, and no password or a wrong one was given";
      case Errc::key_mismatch:
        return "the key does not match the certificate";
      case Errc::refused:
        return "OpenSSL refuses it";
      case Errc::plain_text:
        return "the peer does not speak TLS";
      case Errc::certificate_rejected:
        return "the peer's certificate is missing, not trusted or for another name";
      case Errc::refused_by_peer:
        return "the peer refused TLS";
      case Errc::protocol_error:
        return "the peers do not agree on TLS";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& tls_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace eddy::inline v0::tls
