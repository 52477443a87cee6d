// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/client_context.h>

#include <openssl/x509v3.h>

#include <stdexcept>
#include <utility>

#include <eddy/core/net/address.h>
#include <eddy/tls/internal/credentials.h>
#include <eddy/tls/internal/tls_stream.h>

namespace eddy::inline v0::tls {

namespace {

internal::SslCtxPtr make_context(const ClientContextOptions& options) {
  auto context = internal::new_context(TLS_client_method(), options.min_version, options.ciphers);
  SSL_CTX* ctx = context.get();
  SSL_CTX_set_verify(ctx, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!options.ca_file.empty() || !options.ca_pem.empty()) {
    const auto authorities = internal::load_authorities(options.ca_file, options.ca_pem);
    SSL_CTX_set1_cert_store(ctx, internal::make_store(authorities).get());
  } else if (options.verify && SSL_CTX_set_default_verify_paths(ctx) != 1) {
    internal::throw_refused("the system's authorities");
  }
  if (options.certificate) {
    internal::use_credentials(ctx, internal::load_credentials(*options.certificate));
  }
  const std::string protocols = internal::encode_protocols(options.application_protocols);
  // This one function of OpenSSL's gives 0 for success.
  if (SSL_CTX_set_alpn_protos(ctx, reinterpret_cast<const unsigned char*>(protocols.data()),
                              static_cast<unsigned int>(protocols.size())) != 0) {
    throw std::bad_alloc();
  }
  return context;
}

/// The server must prove to be `host`, and is told whom it is asked for.
void expect_host(SSL* ssl, std::string_view host) {
  std::error_code not_numeric;
  // A scope ("fe80::1%eth0") is this machine's own affair.
  const std::string_view address = host.substr(0, host.find('%'));
  (void)Address::parse(address, 0, not_numeric);
  if (!not_numeric) host = address;
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string name(host);
  bool accepted = !name.empty() && name.find('\0') == std::string::npos;
  if (accepted && !not_numeric) {
    accepted = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  } else if (accepted) {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    accepted =
        SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
  }
  if (!accepted) throw std::invalid_argument("'" + name + "' can't be the name of a TLS server");
}

Task<std::unique_ptr<Stream>> finish_handshake(std::unique_ptr<internal::TlsStream> stream,
                                               std::string host) {
  eddy::internal::StreamWriteAwaiter ended(*stream);
  co_await ended;
  if (!stream->error()) co_return std::move(stream);
  std::string text = "TLS with " + host;
  if (const std::string detail = stream->failure_text(); !detail.empty()) {
    text += " (" + detail + ")";
  }
  throw std::system_error(stream->error(), text);
}

}  // namespace

class ClientContext::State {
 public:
  explicit State(const ClientContextOptions& options)
      : context_(make_context(options)), handshake_timeout_(options.handshake_timeout) {}

  [[nodiscard]] std::unique_ptr<internal::TlsStream> connect(std::unique_ptr<Stream> transport,
                                                             std::string_view host) const {
    internal::SslPtr ssl(SSL_new(context_.get()));
    if (ssl == nullptr) throw std::bad_alloc();
    SSL_set_connect_state(ssl.get());
    expect_host(ssl.get(), host);
    return std::make_unique<internal::TlsStream>(
        std::move(transport), internal::Endpoint{.ssl = std::move(ssl),
                                                 .context = nullptr,
                                                 .counters = counters_,
                                                 .handshake_timeout = handshake_timeout_});
  }

 private:
  internal::SslCtxPtr context_;
  std::shared_ptr<internal::Counters> counters_ = std::make_shared<internal::Counters>();
  Duration handshake_timeout_;
};

ClientContext::ClientContext(const ClientContextOptions& options)
    : state_(std::make_unique<const State>(options)) {}

// Not a function-try-block, which in a constructor throws on whatever it catches.
ClientContext::ClientContext(const ClientContextOptions& options, std::error_code& error) {
  try {
    state_ = std::make_unique<const State>(options);
    error.clear();
  } catch (const std::system_error& failed) {
    error = failed.code();
  }
}

ClientContext::~ClientContext() = default;

std::unique_ptr<Stream> ClientContext::connect(std::unique_ptr<Stream> transport,
                                               std::string_view host) const {
  if (state_ == nullptr) throw std::system_error(Errc::no_certificate, "TLS client");
  return state_->connect(std::move(transport), host);
}

Task<std::unique_ptr<Stream>> ClientContext::open(std::unique_ptr<Stream> transport,
                                                  std::string host) const {
  if (state_ == nullptr) throw std::system_error(Errc::no_certificate, "TLS client");
  std::unique_ptr<internal::TlsStream> stream;
  try {
    stream = state_->connect(std::move(transport), host);
  } catch (const std::invalid_argument& error) {
    throw std::system_error(std::make_error_code(std::errc::invalid_argument), error.what());
  }
  return finish_handshake(std::move(stream), std::move(host));
}

}  // namespace eddy::inline v0::tls
