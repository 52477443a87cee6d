// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>

namespace eddy::inline v0::tls {

/// A certificate with its private key, each in a PEM file or as PEM text.
struct Certificate {
  /// The certificate, and behind it the intermediate ones in the order in which each signs the one
  /// before ("fullchain.pem").
  std::string file = {};
  /// Its private key. Where both this and key_pem are empty, the key stands with the certificate.
  std::string key_file = {};
  /// The same as text; used where the file's name is empty.
  std::string pem = {};
  std::string key_pem = {};
  /// Of an encrypted key.
  std::string key_password = {};
};

/// The oldest version of TLS that is spoken; the newest is always TLS 1.3.
enum class Version : std::uint8_t { tls1_2, tls1_3 };

}  // namespace eddy::inline v0::tls
