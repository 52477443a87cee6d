// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/internal/credentials.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <memory>
#include <new>
#include <utility>

#include <eddy/tls/error.h>

namespace eddy::inline v0::tls::internal {

namespace {

// Forward secrecy and authenticated encryption only (RFC 9325 section 4.2).
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

/// PEM text, and what messages call it.
struct Pem {
  std::string text;
  std::string name;
};

[[noreturn]] void fail(std::error_code code, const std::string& what) {
  ERR_clear_error();
  throw std::system_error(code, what);
}

std::string read_file(const std::string& path, const std::string& name) {
  const std::unique_ptr<std::FILE, FreeBy<std::fclose>> file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) fail({errno, std::generic_category()}, name);
  std::string text;
  std::array<char, 4096> piece;
  while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), file.get())) {
    text.append(piece.data(), n);
  }
  if (std::ferror(file.get()) != 0) fail({errno, std::generic_category()}, name);
  return text;
}

Pem read_pem(const char* kind, const std::string& file, const std::string& text) {
  if (file.empty()) return {text, std::string(kind) + " given as text"};
  std::string name = std::string(kind) + " " + file;
  std::string content = read_file(file, name);
  return {std::move(content), std::move(name)};
}

BioPtr open_text(const std::string& text) {
  if (text.size() > INT_MAX) throw std::bad_alloc();
  BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (bio == nullptr) throw std::bad_alloc();
  return bio;
}

bool found_no_block() noexcept {
  const unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

/// Every certificate of the text; at least one.
std::vector<X509Ptr> read_certificates(const Pem& pem) {
  const BioPtr bio = open_text(pem.text);
  std::vector<X509Ptr> certificates;
  ERR_clear_error();
  for (;;) {
    X509Ptr next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (next == nullptr) break;
    certificates.push_back(std::move(next));
  }
  if (certificates.empty() || !found_no_block()) {
    fail(found_no_block() ? Errc::not_pem : Errc::malformed, pem.name);
  }
  ERR_clear_error();
  return certificates;
}

/// What OpenSSL is told when it asks for a password; without this it would ask the terminal.
struct Password {
  const std::string& text;
  bool asked = false;

  static int on_asked(char* buffer, int size, int /*writing*/, void* data) {
    auto* self = static_cast<Password*>(data);
    self->asked = true;
    if (self->text.empty() || self->text.size() > static_cast<std::size_t>(size)) return -1;
    std::copy(self->text.begin(), self->text.end(), buffer);
    return static_cast<int>(self->text.size());
  }
};

KeyPtr read_key(const Pem& pem, const std::string& password_text) {
  const BioPtr bio = open_text(pem.text);
  Password password{password_text};
  ERR_clear_error();
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, Password::on_asked, &password));
  if (key != nullptr) return key;
  if (password.asked) fail(Errc::encrypted_key, pem.name);
  // Any of the kinds of block there are; OpenSSL's decoders do not tell what they missed.
  const bool there = pem.text.find("PRIVATE KEY-----") != std::string::npos;
  fail(there ? Errc::malformed : Errc::not_pem, pem.name);
}

}  // namespace

std::string take_openssl_error() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(error);
  return reason != nullptr ? reason : "error " + std::to_string(error);
}

void throw_refused(const std::string& what) {
  throw std::system_error(Errc::refused, what + " (" + take_openssl_error() + ")");
}

Credentials load_credentials(const Certificate& source) {
  if (source.file.empty() && source.pem.empty()) fail(Errc::no_certificate, "certificate");
  const Pem certificate = read_pem("certificate", source.file, source.pem);
  const bool together = source.key_file.empty() && source.key_pem.empty();
  const Pem key = together ? Pem{certificate.text, "key in " + certificate.name}
                           : read_pem("key", source.key_file, source.key_pem);
  Credentials credentials;
  credentials.name = certificate.name;
  credentials.chain = read_certificates(certificate);
  credentials.leaf = std::move(credentials.chain.front());
  credentials.chain.erase(credentials.chain.begin());
  credentials.key = read_key(key, source.key_password);
  if (X509_check_private_key(credentials.leaf.get(), credentials.key.get()) != 1) {
    fail(Errc::key_mismatch, key.name + " for " + certificate.name);
  }
  return credentials;
}

std::string oddity_of(const Credentials& credentials) {
  const ASN1_TIME* until = X509_get0_notAfter(credentials.leaf.get());
  const ASN1_TIME* from = X509_get0_notBefore(credentials.leaf.get());
  const bool expired = X509_cmp_current_time(until) < 0;
  if (!expired && X509_cmp_current_time(from) <= 0) return {};
  const BioPtr text(BIO_new(BIO_s_mem()));
  if (text == nullptr || ASN1_TIME_print(text.get(), expired ? until : from) != 1) {
    throw std::bad_alloc();
  }
  char* date = nullptr;
  const long size = BIO_get_mem_data(text.get(), &date);
  return credentials.name + (expired ? " expired on " : " is not valid before ") +
         std::string(date, static_cast<std::size_t>(size));
}

bool same_names(const X509* a, const X509* b) noexcept {
  const int at_a = X509_get_ext_by_NID(a, NID_subject_alt_name, -1);
  const int at_b = X509_get_ext_by_NID(b, NID_subject_alt_name, -1);
  if (at_a < 0 && at_b < 0) {
    return X509_NAME_cmp(X509_get_subject_name(a), X509_get_subject_name(b)) == 0;
  }
  if (at_a < 0 || at_b < 0) return false;
  return ASN1_OCTET_STRING_cmp(X509_EXTENSION_get_data(X509_get_ext(a, at_a)),
                               X509_EXTENSION_get_data(X509_get_ext(b, at_b))) == 0;
}

std::vector<X509Ptr> load_authorities(const std::string& file, const std::string& pem) {
  return read_certificates(read_pem("authorities", file, pem));
}

StorePtr make_store(std::span<const X509Ptr> authorities) {
  StorePtr store(X509_STORE_new());
  if (store == nullptr) throw std::bad_alloc();
  for (const X509Ptr& authority : authorities) {
    if (X509_STORE_add_cert(store.get(), authority.get()) != 1) throw_refused("authorities");
  }
  return store;
}

SslCtxPtr new_context(const SSL_METHOD* method, Version min_version, const std::string& ciphers) {
  SslCtxPtr context(SSL_CTX_new(method));
  if (context == nullptr) throw std::bad_alloc();
  SSL_CTX* ctx = context.get();
  SSL_CTX_set_min_proto_version(ctx,
                                min_version == Version::tls1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // An idle connection holds no buffers. Partial and moving: each record is one write here, and
  // what a caller offers again may lie elsewhere.
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // RecordBio counts records by what it is asked for.
  SSL_CTX_set_read_ahead(ctx, 0);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_set_cipher_list(ctx, ciphers.empty() ? kCiphers : ciphers.c_str()) != 1) {
    throw_refused("ciphers " + ciphers);
  }
  return context;
}

void use_credentials(SSL_CTX* context, const Credentials& credentials) {
  const std::unique_ptr<STACK_OF(X509), FreeBy<[](STACK_OF(X509) * s) { sk_X509_free(s); }>> chain(
      sk_X509_new_null());
  if (chain == nullptr) throw std::bad_alloc();
  for (const X509Ptr& certificate : credentials.chain) {
    if (sk_X509_push(chain.get(), certificate.get()) == 0) throw std::bad_alloc();
  }
  if (SSL_CTX_use_cert_and_key(context, credentials.leaf.get(), credentials.key.get(), chain.get(),
                               1) != 1) {
    throw_refused(credentials.name);
  }
}

std::string encode_protocols(std::span<const std::string> names) {
  std::string encoded;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > UCHAR_MAX) {
      throw std::system_error(Errc::refused, "application protocol '" + name + "'");
    }
    encoded.push_back(static_cast<char>(name.size()));
    encoded += name;
  }
  return encoded;
}

}  // namespace eddy::inline v0::tls::internal
