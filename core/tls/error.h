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
  /// The peer's certificate is missing, or not valid for another reason than the following ones.
  certificate_rejected,
  /// Its time is over.
  certificate_expired,
  /// Its time has not come yet; or this machine's clock is wrong.
  certificate_not_yet_valid,
  /// It is for another name or address than was connected to.
  certificate_wrong_name,
  /// It is signed by an authority that is not trusted, or the certificates between are missing.
  certificate_untrusted,
  /// It is signed by itself and not trusted.
  certificate_self_signed,
  /// The peer has ended the handshake or the connection by an alert.
  refused_by_peer,
  /// The two sides have no version, cipher or protocol in common, or the peer broke the rules.
  protocol_error,
};

[[nodiscard]] EDDY_API const std::error_category& tls_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), tls_category()};
}

[[nodiscard]] EDDY_API const std::error_category& tls_condition_category() noexcept;

/// Several of these errors as one, to be compared with: `code == tls::Condition::certificate`.
enum class Condition {
  /// The peer is not, or can't prove to be, who it should be: every certificate_... above.
  certificate = 1,
};
[[nodiscard]] inline std::error_condition make_error_condition(Condition value) noexcept {
  return {static_cast<int>(value), tls_condition_category()};
}

}  // namespace eddy::inline v0::tls

template <>
struct std::is_error_code_enum<eddy::tls::Errc> : std::true_type {};
template <>
struct std::is_error_condition_enum<eddy::tls::Condition> : std::true_type {};
