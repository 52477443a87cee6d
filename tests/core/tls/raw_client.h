// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/testing/manual_system.h>

namespace eddy_tests {

/// OpenSSL by itself as a client, for what Eddy's own never does: old versions, kept sessions,
/// records without data.
class RawTlsClient {
 public:
  struct Options {
    int max_version = TLS1_3_VERSION;
    int min_version = 0;
    const char* server_name = nullptr;
    /// As OpenSSL names them: "RSA+SHA256".
    const char* signatures = nullptr;
    SSL_SESSION* session = nullptr;
  };

  RawTlsClient(eddy::testing::ManualPeer server, const Options& options);
  RawTlsClient(const RawTlsClient&) = delete;
  RawTlsClient& operator=(const RawTlsClient&) = delete;
  ~RawTlsClient();

  /// Takes what the server has sent, goes on with the handshake or reads, and sends what comes of
  /// it. False when OpenSSL says that it is over.
  bool go_on();
  /// Encrypts and sends.
  void write(std::string_view text);
  /// Sends what OpenSSL has made meanwhile.
  void send();

  [[nodiscard]] SSL* ssl() const { return ssl_; }
  [[nodiscard]] bool connected() const { return SSL_is_init_finished(ssl_) == 1; }
  [[nodiscard]] const std::string& received() const { return received_; }
  /// The common name in the server's certificate, and its kind of key.
  [[nodiscard]] std::string server_common_name() const;
  [[nodiscard]] int server_key_kind() const;
  /// What OpenSSL calls the alert or error that ended it; empty if it goes on.
  [[nodiscard]] const std::string& error() const { return error_; }

  using SessionPtr = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;
  /// For Options::session of a later connection.
  [[nodiscard]] SessionPtr session() const { return {SSL_get1_session(ssl_), &SSL_SESSION_free}; }

 private:
  eddy::testing::ManualPeer server_;
  SSL_CTX* context_;
  SSL* ssl_;
  BIO* in_;
  BIO* out_;
  std::string received_;
  std::string error_;
};

}  // namespace eddy_tests
