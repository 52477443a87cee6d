// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/server_context.h>

#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <utility>

#include <eddy/tls/internal/credentials.h>
#include <eddy/tls/internal/session.h>
#include <eddy/tls/internal/ticket_keys.h>
#include <eddy/tls/internal/tls_stream.h>

namespace eddy::inline v0::tls {

using internal::Counters;
using internal::Credentials;
using internal::Session;
using internal::SslCtxPtr;
using internal::TicketKeys;
using internal::X509Ptr;

namespace {

constexpr std::chrono::hours kLongestSession{7 * 24};  // RFC 8446 section 4.6.1

/// What one load has made. Never changed afterwards, so connections of all threads share it; it
/// lives until the last of them has ended.
class Loaded {
 public:
  Loaded(const ServerContextOptions& options, std::shared_ptr<TicketKeys> tickets);
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  [[nodiscard]] SSL_CTX* first() const noexcept { return contexts_.front().get(); }
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }
  /// Once true, for whoever asks first.
  [[nodiscard]] bool take_untold() const noexcept { return untold_.exchange(false); }
  [[nodiscard]] Duration handshake_timeout() const noexcept { return handshake_timeout_; }

 private:
  void add_certificates(const ServerContextOptions& options);
  void ask_for_client_certificates(const ServerContextOptions& options);
  void set_session_id_context(const ServerContextOptions& options,
                              const std::vector<X509Ptr>& authorities);
  void set_session_lifetime(Duration lifetime);

  [[nodiscard]] SSL_CTX* find(std::string_view name) const noexcept;

  // OpenSSL's callbacks, in the handshake; `data` is this.
  static int on_server_name(SSL* ssl, int* alert, void* data);
  static int on_protocols(SSL* ssl, const unsigned char** chosen, unsigned char* chosen_size,
                          const unsigned char* offered, unsigned int offered_size, void* data);
  static int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                       EVP_MAC_CTX* mac, int sealing);

  std::shared_ptr<TicketKeys> tickets_;
  std::vector<SslCtxPtr> contexts_;
  std::vector<std::string> warnings_;
  std::string protocols_;
  Duration handshake_timeout_;
  Duration session_lifetime_;
  mutable std::atomic<bool> untold_{true};
};

Loaded::Loaded(const ServerContextOptions& options, std::shared_ptr<TicketKeys> tickets)
    : tickets_(std::move(tickets)),
      protocols_(internal::encode_protocols(options.application_protocols)),
      handshake_timeout_(options.handshake_timeout),
      session_lifetime_(std::min<Duration>(options.session_lifetime, kLongestSession)) {
  add_certificates(options);
  ask_for_client_certificates(options);
  set_session_lifetime(session_lifetime_);
  SSL_CTX_set_tlsext_servername_callback(first(), on_server_name);
  SSL_CTX_set_tlsext_servername_arg(first(), this);
  if (!protocols_.empty()) {
    // OpenSSL asks the context of the certificate that was chosen by name.
    for (const SslCtxPtr& context : contexts_) {
      SSL_CTX_set_alpn_select_cb(context.get(), on_protocols, this);
    }
  }
}

void Loaded::add_certificates(const ServerContextOptions& options) {
  if (options.certificates.empty()) {
    throw std::system_error(Errc::no_certificate, "TLS server");
  }
  for (const Certificate& source : options.certificates) {
    const Credentials credentials = internal::load_credentials(source);
    if (std::string odd = internal::oddity_of(credentials); !odd.empty()) {
      warnings_.push_back(std::move(odd));
    }
    // One context holds a certificate for each kind of key.
    const auto kind = EVP_PKEY_get_base_id(credentials.key.get());
    const auto place =
        std::find_if(contexts_.begin(), contexts_.end(), [&](const SslCtxPtr& context) {
          const X509* other = SSL_CTX_get0_certificate(context.get());
          return internal::same_names(other, credentials.leaf.get()) &&
                 EVP_PKEY_get_base_id(X509_get0_pubkey(other)) != kind;
        });
    if (place != contexts_.end()) {
      internal::use_credentials(place->get(), credentials);
      continue;
    }
    contexts_.push_back(
        internal::new_context(TLS_server_method(), options.min_version, options.ciphers));
    internal::use_credentials(contexts_.back().get(), credentials);
  }
}

void Loaded::ask_for_client_certificates(const ServerContextOptions& options) {
  std::vector<X509Ptr> authorities;
  if (options.client_certificates != ClientCertificates::none) {
    authorities = internal::load_authorities(options.client_ca_file, options.client_ca_pem);
  }
  const internal::StorePtr store = internal::make_store(authorities);
  int mode = SSL_VERIFY_NONE;
  if (options.client_certificates != ClientCertificates::none) mode = SSL_VERIFY_PEER;
  if (options.client_certificates == ClientCertificates::required) {
    mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  for (const SslCtxPtr& context : contexts_) {
    SSL_CTX_set_verify(context.get(), mode, nullptr);
    SSL_CTX_set1_cert_store(context.get(), store.get());
    for (const X509Ptr& authority : authorities) {
      if (SSL_CTX_add_client_CA(context.get(), authority.get()) != 1) throw std::bad_alloc();
    }
  }
  set_session_id_context(options, authorities);
}

// A session goes on only where the same clients would be let in: what decides it is part of the
// name that sessions are made under.
void Loaded::set_session_id_context(const ServerContextOptions& options,
                                    const std::vector<X509Ptr>& authorities) {
  std::string rules(1, static_cast<char>(options.client_certificates));
  for (const X509Ptr& authority : authorities) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    if (X509_digest(authority.get(), EVP_sha256(), digest.data(), nullptr) != 1) {
      internal::throw_refused("authorities");
    }
    rules.append(digest.begin(), digest.end());
  }
  std::array<unsigned char, SHA256_DIGEST_LENGTH> name{};
  if (EVP_Digest(rules.data(), rules.size(), name.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    internal::throw_refused("sessions");
  }
  for (const SslCtxPtr& context : contexts_) {
    SSL_CTX_set_session_id_context(context.get(), name.data(), name.size());
  }
}

void Loaded::set_session_lifetime(Duration lifetime) {
  if (lifetime <= Duration::zero()) {
    SSL_CTX_set_options(first(), SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(first(), 0);
    return;
  }
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(lifetime).count();
  SSL_CTX_set_timeout(first(), static_cast<long>(seconds));
  SSL_CTX_set_tlsext_ticket_key_evp_cb(first(), on_ticket);
}

SSL_CTX* Loaded::find(std::string_view name) const noexcept {
  for (const unsigned int flags : {X509_CHECK_FLAG_NO_WILDCARDS, 0}) {
    for (const SslCtxPtr& context : contexts_) {
      X509* certificate = SSL_CTX_get0_certificate(context.get());
      if (X509_check_host(certificate, name.data(), name.size(),
                          flags | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1) {
        return context.get();
      }
    }
  }
  return nullptr;
}

int Loaded::on_server_name(SSL* ssl, int* /*alert*/, void* data) {
  const auto* self = static_cast<const Loaded*>(data);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_CTX* found = self->find(name);
  if (found != nullptr && found != self->first()) SSL_set_SSL_CTX(ssl, found);
  return SSL_TLSEXT_ERR_OK;
}

int Loaded::on_protocols(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_size,
                         const unsigned char* offered, unsigned int offered_size, void* data) {
  const std::string& ours = static_cast<const Loaded*>(data)->protocols_;
  unsigned char* selected = nullptr;
  const int result = SSL_select_next_proto(
      &selected, chosen_size, reinterpret_cast<const unsigned char*>(ours.data()),
      static_cast<unsigned int>(ours.size()), offered, offered_size);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

int Loaded::on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                      EVP_MAC_CTX* mac, int sealing) {
  const Session& session = Session::of(ssl);
  const auto* self = session.context<Loaded>();
  const auto newest = self->tickets_->newest(session.time(), self->session_lifetime_);
  if (!newest) return -1;
  if (sealing != 0) {
    std::copy(newest->name.begin(), newest->name.end(), name);
    return TicketKeys::seal(*newest, iv, cipher, mac) ? 1 : -1;
  }
  const auto key =
      self->tickets_->find({name, newest->name.size()}, session.time(), self->session_lifetime_);
  if (!key) return 0;
  if (!TicketKeys::open(*key, iv, cipher, mac)) return -1;
  // 2 asks for a new ticket: the key grows old, or a ticket is good for one use (RFC 8446 C.4).
  const bool renew = key->name != newest->name || SSL_version(ssl) >= TLS1_3_VERSION;
  return renew ? 2 : 1;
}

}  // namespace

class ServerContext::State {
 public:
  void load(const ServerContextOptions& options) {
    replace(std::make_shared<const Loaded>(options, tickets_), options);
  }
  void load_again() { load(options()); }

  [[nodiscard]] std::shared_ptr<const Loaded> loaded() const {
    const std::lock_guard lock(mutex_);
    return loaded_;
  }
  [[nodiscard]] const std::shared_ptr<Counters>& counters() const noexcept { return counters_; }

 private:
  void replace(std::shared_ptr<const Loaded> loaded, const ServerContextOptions& options) {
    ServerContextOptions copy = options;
    const std::lock_guard lock(mutex_);
    std::swap(loaded_, loaded);
    std::swap(options_, copy);
  }
  [[nodiscard]] ServerContextOptions options() const {
    const std::lock_guard lock(mutex_);
    return options_;
  }

  const std::shared_ptr<TicketKeys> tickets_ = std::make_shared<TicketKeys>();
  const std::shared_ptr<Counters> counters_ = std::make_shared<Counters>();
  mutable std::mutex mutex_;
  std::shared_ptr<const Loaded> loaded_;
  ServerContextOptions options_;
};

ServerContext::ServerContext(const ServerContextOptions& options)
    : state_(std::make_unique<State>()) {
  state_->load(options);
}

ServerContext::ServerContext(const ServerContextOptions& options, std::error_code& error)
    : state_(std::make_unique<State>()) {
  reload(options, error);
}

ServerContext::~ServerContext() = default;

void ServerContext::reload() { state_->load_again(); }

void ServerContext::reload(std::error_code& error) try {
  state_->load_again();
  error.clear();
} catch (const std::system_error& failed) {
  error = failed.code();
}

void ServerContext::reload(const ServerContextOptions& options) { state_->load(options); }

void ServerContext::reload(const ServerContextOptions& options, std::error_code& error) try {
  state_->load(options);
  error.clear();
} catch (const std::system_error& failed) {
  error = failed.code();
}

std::vector<std::string> ServerContext::warnings() const {
  const auto loaded = state_->loaded();
  return loaded != nullptr ? loaded->warnings() : std::vector<std::string>();
}

ServerContextStats ServerContext::stats() const noexcept {
  const Counters& counters = *state_->counters();
  const auto read = [](const auto& counter) { return counter.load(std::memory_order_relaxed); };
  return {.handshakes = read(counters.handshakes),
          .resumed = read(counters.resumed),
          .failed = read(counters.failed),
          .plain_text = read(counters.plain_text),
          .timed_out = read(counters.timed_out)};
}

std::unique_ptr<Stream> ServerContext::accept(std::unique_ptr<Stream> transport) {
  const auto loaded = state_->loaded();
  if (loaded == nullptr) throw std::system_error(Errc::no_certificate, "TLS server");
  internal::SslPtr ssl(SSL_new(loaded->first()));
  if (ssl == nullptr) throw std::bad_alloc();
  SSL_set_accept_state(ssl.get());
  auto stream = std::make_unique<internal::TlsStream>(
      std::move(transport), internal::Endpoint{.ssl = std::move(ssl),
                                               .context = loaded,
                                               .counters = state_->counters(),
                                               .handshake_timeout = loaded->handshake_timeout()});
  if (!loaded->warnings().empty() && loaded->take_untold()) {
    for (const std::string& warning : loaded->warnings()) stream->log(LogLevel::warning, warning);
  }
  return stream;
}

}  // namespace eddy::inline v0::tls
