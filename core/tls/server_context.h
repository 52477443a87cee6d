// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/net/stream_layer.h>
#include <eddy/tls/certificate.h>
#include <eddy/tls/error.h>

namespace eddy::inline v0::tls {

/// Whether clients are asked for a certificate. One that is shown must be signed by an authority of
/// the options, else the handshake fails.
enum class ClientCertificates : std::uint8_t { none, optional, required };

struct ServerContextOptions {
  /// The first one serves clients that ask for none of the others' names. Names are those within
  /// the certificates; an exact one comes before a wildcard. Certificates with keys of different
  /// kinds may share names: each client gets the one that it can check.
  std::vector<Certificate> certificates = {};
  ClientCertificates client_certificates = ClientCertificates::none;
  /// The authorities that sign clients' certificates: a PEM file, or PEM text.
  std::string client_ca_file = {};
  std::string client_ca_pem = {};
  /// What is spoken above TLS, by preference. A client that names protocols but none of these is
  /// refused (RFC 7301 section 3.2).
  std::vector<std::string> application_protocols = {"http/1.1"};
  /// From the accepted connection to the end of the handshake.
  Duration handshake_timeout = std::chrono::seconds(10);
  /// How long a client may go on with an earlier session; zero: never. The keys that protect
  /// sessions are made anew in this interval and kept for twice as long.
  Duration session_lifetime = std::chrono::hours(2);
  Version min_version = Version::tls1_2;
  /// The ciphers of TLS 1.2 in OpenSSL's notation; empty: those with forward secrecy and AEAD. The
  /// server's order counts.
  std::string ciphers = {};
};

/// What a ServerContext has seen, on all Loops.
struct ServerContextStats {
  /// Handshakes that have ended well, and those of them that went on with an earlier session.
  std::uint64_t handshakes = 0;
  std::uint64_t resumed = 0;
  /// Handshakes that have not; of them clients that spoke no TLS, and those that took too long.
  std::uint64_t failed = 0;
  std::uint64_t plain_text = 0;
  std::uint64_t timed_out = 0;
};

/// TLS for the connections of a server: a layer for ListenOptions and web::ServerOptions.
///
///     auto tls = std::make_shared<eddy::tls::ServerContext>(eddy::tls::ServerContextOptions{
///         .certificates = {{.file = "fullchain.pem", .key_file = "privkey.pem"}}});
///     app.listen(loop, "0.0.0.0", 443, {.layers = {tls}});
///
/// The handshake takes place when the stream is first read or written. A read or write of the
/// stream does one cryptographic operation a step, so that no turn of the Loop is held. Input that
/// ends without a close_notify is the end of the input, and TlsInfo::input_truncated tells. What a
/// write has not taken is to be offered again before anything else, as with every stream.
///
/// Thread: any; every call is safe beside the others. Lifetime: connections outlive it. Source:
/// ssl_options of tornado.httpserver.HTTPServer.
class EDDY_API ServerContext final : public StreamLayer {
 public:
  /// Reads the certificates. Throws std::system_error, whose text names the file and what is wrong:
  /// "key server.key for certificate server.pem: the key does not match the certificate". A
  /// certificate that has expired is only warned of: see warnings().
  explicit ServerContext(const ServerContextOptions& options);
  /// The same without exceptions. After an error there is nothing to accept connections with, until
  /// a reload succeeds.
  ServerContext(const ServerContextOptions& options, std::error_code& error);
  ~ServerContext() override;

  /// Reads the files again: new connections get what is in them now, those that are there go on,
  /// and earlier sessions can be resumed. When it throws, everything is as it was.
  void reload();
  void reload(std::error_code& error);
  /// Goes over to other options.
  void reload(const ServerContextOptions& options);
  void reload(const ServerContextOptions& options, std::error_code& error);

  /// What is odd about the certificates, such as one that has expired. Also logged, as warnings, by
  /// the first Loop that accepts a connection with them.
  [[nodiscard]] std::vector<std::string> warnings() const;
  [[nodiscard]] ServerContextStats stats() const noexcept;

  /// Throws std::system_error where there is no certificate, std::bad_alloc without memory.
  [[nodiscard]] std::unique_ptr<Stream> accept(std::unique_ptr<Stream> transport) override;
  [[nodiscard]] bool secure() const noexcept override { return true; }

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace eddy::inline v0::tls
