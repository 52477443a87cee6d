// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/net/address.h>
#include <eddy/core/net/network.h>
#include <eddy/web/http/headers.h>

namespace eddy::inline v0::web {

/// Which headers proxies set to say whom they speak for. One kind only, so that nobody can add what
/// a proxy passes on unread to what it sets.
enum class ProxyHeaders : std::uint8_t {
  /// Tornado's xheaders: X-Real-Ip, and without a valid one X-Forwarded-For; X-Scheme, and without
  /// that X-Forwarded-Proto. For a proxy that sets, or removes, all four.
  x_headers,
  /// X-Forwarded-For, -Proto and -Host only.
  x_forwarded,
  /// Forwarded only (RFC 7239).
  forwarded,
};

/// Whose word is taken on who the client is, and for what.
struct TrustedProxies {
  /// The proxies: "127.0.0.1", "10.0.0.0/8", "unix:" for whoever connects to a Unix socket. Nobody
  /// is believed unless this says so, since any client can send these headers.
  NetworkSet networks = {};
  ProxyHeaders headers = ProxyHeaders::x_headers;
  /// Takes the host that the client asked for from X-Forwarded-Host (with x_forwarded) or Forwarded
  /// too. Off, since most proxies pass Host on and X-Forwarded-Host unread.
  bool host = false;
};

/// Whom a request is from.
struct ForwardedClient {
  /// The client's numeric address without a port, as Request::remote_ip(); "0.0.0.0" for a Unix
  /// socket whose proxy told nothing, as in Tornado.
  std::string ip;
  /// "http" or "https"; empty if no proxy told. A literal.
  std::string_view scheme;
  /// The host that the client asked for, with its port if it has one; empty if no proxy told. Lives
  /// as long as the headers.
  std::string_view host;
};

/// Whom a request is from, that came from `peer` with these headers. Headers count only from a
/// trusted peer, and of a list of addresses only what trusted proxies have appended: the client is
/// the last address that is no trusted proxy's, or the first of all if each is one. What is no
/// numeric address, such as RFC 7239's "unknown" and "_hidden", ends the search, and then the
/// peer's own address stands.
///
/// A pure function of its arguments, to be asked anew for each request of a connection. Throws
/// nothing but std::bad_alloc. Source: tornado.httpserver._HTTPRequestContext.
[[nodiscard]] EDDY_API ForwardedClient client_of(const Address& peer, const HeaderList& headers,
                                                 const TrustedProxies& trusted);

}  // namespace eddy::inline v0::web
