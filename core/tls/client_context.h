// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/net/client_layer.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/task/task.h>
#include <eddy/tls/certificate.h>
#include <eddy/tls/error.h>

namespace eddy::inline v0::tls {

struct ClientContextOptions {
  /// The authorities that servers' certificates must be signed by: a PEM file, or PEM text; both
  /// empty: those of the system.
  std::string ca_file = {};
  std::string ca_pem = {};
  /// Off, anybody may be the server. For tests.
  bool verify = true;
  /// Shown to servers that ask for one.
  std::optional<Certificate> certificate = {};
  std::vector<std::string> application_protocols = {"http/1.1"};
  /// From connect() to the end of the handshake.
  Duration handshake_timeout = std::chrono::seconds(10);
  Version min_version = Version::tls1_2;
  /// As ServerContextOptions::ciphers.
  std::string ciphers = {};
};

/// TLS for connections to servers; the layer of a TcpClient:
///
///     ConnectOptions options;
///     options.layer = std::make_shared<tls::ClientContext>();
///     auto stream = co_await client.connect("example.com", 443, options);
///
/// A server must prove that it is the one that was asked for: by a certificate for that name or
/// address, signed by an authority that is trusted. It is told a name (SNI, RFC 6066, 3), and no
/// numeric address.
///
/// Thread: any. Lifetime: connections outlive it.
class EDDY_API ClientContext final : public ClientLayer {
 public:
  /// Throws std::system_error, as ServerContext.
  explicit ClientContext(const ClientContextOptions& options = {});
  /// The same without exceptions; after an error connect() throws.
  ClientContext(const ClientContextOptions& options, std::error_code& error);
  ClientContext(const ClientContext&) = delete;
  ClientContext& operator=(const ClientContext&) = delete;
  ~ClientContext() override;

  /// Wraps a connection to `host` and waits for the end of the handshake. Throws std::system_error
  /// with the text "TLS with example.com (its certificate is for localhost, 127.0.0.1): ..." and a
  /// code of tls::Errc; all that speak of the certificate equal tls::Condition::certificate.
  /// std::errc::timed_out is handshake_timeout, std::errc::invalid_argument an impossible name.
  [[nodiscard]] Task<std::unique_ptr<Stream>> open(std::unique_ptr<Stream> transport,
                                                   std::string host) const override;

  /// Wraps a connection to `host`, a name or a numeric address, which the server is told and its
  /// certificate must be for, without waiting for anything. The handshake takes place when the
  /// stream is first read or written; what goes wrong is the error of that read or write. Throws
  /// std::invalid_argument for an impossible name.
  [[nodiscard]] std::unique_ptr<Stream> connect(std::unique_ptr<Stream> transport,
                                                std::string_view host) const;

 private:
  class State;
  std::unique_ptr<const State> state_;
};

}  // namespace eddy::inline v0::tls
