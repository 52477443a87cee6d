// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/net/network.h>
#include <eddy/core/net/stream_layer.h>

namespace eddy::inline v0 {

struct ProxyLayerOptions {
  /// Who may tell whom it speaks for. Nobody, unless it is said: a stranger who reaches the port
  /// could pass for any client.
  NetworkSet trusted = {};
  /// What becomes of everybody else: closed, or served as who they are, without a header.
  enum class Strangers { refuse, pass } strangers = Strangers::refuse;
  /// How long a header may take to arrive.
  Duration header_time = std::chrono::seconds(5);
  /// Bytes of a header of version 2, at least 536; it may carry a client's certificate.
  std::size_t header_bytes = 4096;
};

/// The PROXY protocol, version 1 or 2, on the listeners that it is given to by
/// ListenOptions::layers, as the first of them: each connection of a trusted proxy must begin with
/// a header, which says who the client is. It is read when the stream is first read or written;
/// from then on the stream shows the client's address, and whether that came by TLS, and is
/// otherwise the one below.
///
/// Errors: a stream whose header is malformed, or has not come in time, fails with
/// std::errc::protocol_error or std::errc::timed_out when it is read or written. Until the header
/// has arrived, peer_address() is the proxy's.
class EDDY_API ProxyLayer final : public StreamLayer {
 public:
  explicit ProxyLayer(ProxyLayerOptions options);

  [[nodiscard]] std::unique_ptr<Stream> accept(std::unique_ptr<Stream> transport) override;

 private:
  ProxyLayerOptions options_;
};

}  // namespace eddy::inline v0
