// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0 {

/// What is known of a connection that is TLS, whatever library speaks it. Before the handshake has
/// ended everything is empty or false.
///
/// Thread: the Loop's. Lifetime: as long as the Stream that it was asked of, and longer where
/// shared_from_this() is kept. Views last as long as this object.
class EDDY_API TlsInfo : public std::enable_shared_from_this<TlsInfo> {
 public:
  TlsInfo() = default;
  TlsInfo(const TlsInfo&) = delete;
  TlsInfo& operator=(const TlsInfo&) = delete;
  virtual ~TlsInfo() = default;

  /// The handshake has ended well.
  [[nodiscard]] virtual bool established() const noexcept = 0;
  /// "TLSv1.3" or "TLSv1.2".
  [[nodiscard]] virtual std::string_view version() const noexcept = 0;
  /// By the name of the standard: "TLS_AES_256_GCM_SHA384".
  [[nodiscard]] virtual std::string_view cipher() const noexcept = 0;
  /// What both sides have agreed to speak (ALPN, RFC 7301); empty where they did not talk of it.
  [[nodiscard]] virtual std::string_view application_protocol() const noexcept = 0;
  /// The host that the client asked for (SNI, RFC 6066 section 3), as it wrote it; empty if none.
  [[nodiscard]] virtual std::string_view server_name() const noexcept = 0;
  /// An earlier session goes on, without certificates being exchanged again.
  [[nodiscard]] virtual bool resumed() const noexcept = 0;
  /// The peer's input ended without its saying so within TLS: somebody may have cut it off. Of no
  /// concern where messages tell their length.
  [[nodiscard]] virtual bool input_truncated() const noexcept = 0;
  /// The peer's certificate, DER; empty if it has shown none. What the context verifies it has
  /// verified. Throws std::bad_alloc.
  [[nodiscard]] virtual std::string peer_certificate() const = 0;
  /// The subject of that certificate as RFC 2253 writes it: "CN=alice,O=Example". Throws
  /// std::bad_alloc.
  [[nodiscard]] virtual std::string peer_subject() const = 0;
};

}  // namespace eddy::inline v0
