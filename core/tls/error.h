// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <system_error>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::tls {

/// What goes wrong with TLS. Missing files and broken connections keep the system's own errors; a
/// handshake that takes too long is std::errc::timed_out.
enum class Errc {
  // When a context is made or reloaded.
  /// No certificate was given.
  no_certificate = 1,
  /// There is no PEM block of the wanted kind.
  not_pem,
  /// There is a PEM block, and what it holds can't be read.
  malformed,
  /// The key is encrypted, and no password or a wrong one was given.
  encrypted_key,
  key_mismatch,
  /// OpenSSL refuses the certificate, key or setting: too weak, or of an unknown kind.
  refused,

  // Of a connection.
  /// The peer does not speak TLS.
  plain_text,
  /// The peer's certificate is missing, not trusted, or for another name.
  certificate_rejected,
  /// The peer has ended the handshake or the connection by an alert.
  refused_by_peer,
  /// The two sides have no version, cipher or protocol in common, or the peer broke the rules.
  protocol_error,
};

[[nodiscard]] EDDY_API const std::error_category& tls_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), tls_category()};
}

}  // namespace eddy::inline v0::tls

template <>
struct std::is_error_code_enum<eddy::tls::Errc> : std::true_type {};
