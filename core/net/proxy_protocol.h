// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/net/address.h>

namespace eddy::inline v0 {

/// What a proxy tells of the connection that it passes on, by the PROXY protocol (versions 1 and 2;
/// https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt). The views point into the input.
struct ProxyHeader {
  /// 1 or 2.
  int version = 0;
  /// Whether source and destination are told. If not, the proxy speaks for itself (LOCAL, such as a
  /// health check) or does not know them (UNKNOWN): the connection's own addresses hold.
  bool has_addresses = false;
  /// The client, and what it connected to.
  Address source;
  Address destination;
  /// The protocol that was negotiated by ALPN, and the name that the client asked for by SNI; empty
  /// if they are not told.
  std::string_view alpn;
  std::string_view authority;
  /// Whether the client came by TLS.
  bool tls = false;
};

enum class ProxyStatus : std::uint8_t { need_more, done, failed };

struct ProxyResult {
  ProxyStatus status = ProxyStatus::need_more;
  /// When done: the bytes of the header. What follows belongs to the connection.
  std::size_t consumed = 0;
  ProxyHeader header;
  /// When failed: why, for the log; a literal.
  const char* error = "";
};

/// Bytes of the longest header of version 1.
inline constexpr std::size_t kProxyV1Bytes = 107;

/// Reads the header at the beginning of `input`, which is all that has arrived so far. Strict: what
/// the specification does not allow has failed, as soon as it is seen, and a header that is longer
/// than `most_bytes` too; at least kProxyV1Bytes. With `most_bytes` of input it never asks for
/// more. A checksum, where there is one, must be right. No state, no allocation; any bytes may be
/// given.
[[nodiscard]] EDDY_API ProxyResult parse_proxy_header(std::string_view input,
                                                      std::size_t most_bytes = 4096);

}  // namespace eddy::inline v0
