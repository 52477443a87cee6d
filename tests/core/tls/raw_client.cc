// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tests/core/tls/raw_client.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>
#include <utility>

namespace eddy_tests {

RawTlsClient::RawTlsClient(eddy::testing::ManualPeer server, const Options& options)
    : server_(std::move(server)),
      context_(SSL_CTX_new(TLS_client_method())),
      ssl_(SSL_new(context_)),
      in_(BIO_new(BIO_s_mem())),
      out_(BIO_new(BIO_s_mem())) {
  // An empty memory is no end of the input.
  BIO_set_mem_eof_return(in_, -1);
  SSL_set_bio(ssl_, in_, out_);
  SSL_set_security_level(ssl_, 0);
  SSL_set_min_proto_version(ssl_, options.min_version);
  SSL_set_max_proto_version(ssl_, options.max_version);
  if (options.server_name != nullptr) SSL_set_tlsext_host_name(ssl_, options.server_name);
  if (options.signatures != nullptr) SSL_set1_sigalgs_list(ssl_, options.signatures);
  if (options.session != nullptr) SSL_set_session(ssl_, options.session);
  SSL_set_connect_state(ssl_);
}

RawTlsClient::~RawTlsClient() {
  // Without this OpenSSL would take the session for one that was cut off.
  SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

bool RawTlsClient::go_on() {
  const std::string data = server_.read();
  if (!data.empty()) BIO_write(in_, data.data(), static_cast<int>(data.size()));
  bool alive = true;
  for (;;) {
    ERR_clear_error();
    std::array<char, 16384> piece;
    const int got = SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()));
    if (got > 0) {
      received_.append(piece.data(), static_cast<std::size_t>(got));
      continue;
    }
    alive = SSL_get_error(ssl_, got) == SSL_ERROR_WANT_READ;
    const unsigned long error = ERR_peek_error();
    if (!alive && error != 0) error_ = ERR_reason_error_string(error);
    break;
  }
  send();
  return alive;
}

void RawTlsClient::write(std::string_view text) {
  SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
  send();
}

void RawTlsClient::send() {
  std::array<char, 4096> piece;
  for (int got; (got = BIO_read(out_, piece.data(), static_cast<int>(piece.size()))) > 0;) {
    server_.write({piece.data(), static_cast<std::size_t>(got)});
  }
}

std::string RawTlsClient::server_common_name() const {
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  if (certificate == nullptr) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

int RawTlsClient::server_key_kind() const {
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  return certificate != nullptr ? EVP_PKEY_get_base_id(X509_get0_pubkey(certificate)) : 0;
}

}  // namespace eddy_tests
