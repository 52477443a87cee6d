// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/tls/certificate.h>

/// Certificates for tests, made when they are asked for; no key lies in the repository.
namespace eddy_tests {

struct CertificateWish {
  std::string common_name = "localhost";
  /// As OpenSSL writes subjectAltName: "DNS:a.example,IP:127.0.0.1"; empty for none.
  std::string names = "DNS:localhost,IP:127.0.0.1";
  bool rsa = false;
  /// Relative to now.
  std::chrono::hours valid_from{-1};
  std::chrono::hours valid_until{24};
};

/// PEM text.
struct MadeCertificate {
  std::string certificate;
  std::string key;

  [[nodiscard]] eddy::tls::Certificate as_text() const {
    return {.pem = certificate, .key_pem = key};
  }
};

/// Signs certificates of its own making.
class Authority {
 public:
  explicit Authority(std::string_view name = "Eddy's test authority",
                     std::chrono::hours valid_until = std::chrono::hours(24));
  [[nodiscard]] const std::string& certificate() const noexcept { return made_.certificate; }
  [[nodiscard]] MadeCertificate issue(const CertificateWish& wish = {}) const;

 private:
  MadeCertificate made_;
};

/// Signed by its own key.
[[nodiscard]] MadeCertificate self_signed(const CertificateWish& wish = {});

/// The private key in `pem`, encrypted.
[[nodiscard]] std::string encrypt_key(const std::string& pem, const std::string& password);

}  // namespace eddy_tests
