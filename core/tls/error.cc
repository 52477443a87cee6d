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
        return "the peer's certificate is missing or not valid";
      case Errc::certificate_expired:
        return "the peer's certificate has expired";
      case Errc::certificate_not_yet_valid:
        return "the peer's certificate is not valid yet";
      case Errc::certificate_wrong_name:
        return "the peer's certificate is for another name";
      case Errc::certificate_untrusted:
        return "the peer's certificate is signed by an authority that is not trusted";
      case Errc::certificate_self_signed:
        return "the peer's certificate is signed by itself and not trusted";
      case Errc::refused_by_peer:
        return "the peer refused TLS";
      case Errc::protocol_error:
        return "the peers do not agree on TLS";
    }
    return "unknown error";
  }

  [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
    switch (static_cast<Errc>(code)) {
      case Errc::certificate_rejected:
      case Errc::certificate_expired:
      case Errc::certificate_not_yet_valid:
      case Errc::certificate_wrong_name:
      case Errc::certificate_untrusted:
      case Errc::certificate_self_signed:
        return Condition::certificate;
      default:
        return {code, *this};
    }
  }
};

class ConditionCategory final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "eddy.tls.condition"; }
  [[nodiscard]] std::string message(int /*code*/) const override {
    return "the peer's certificate is not accepted";
  }
};

}  // namespace

const std::error_category& tls_condition_category() noexcept {
  static const ConditionCategory category;
  return category;
}

const std::error_category& tls_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace eddy::inline v0::tls
