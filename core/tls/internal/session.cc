// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/internal/session.h>

#include <new>
#include <utility>

namespace eddy::inline v0::tls::internal {

namespace {

std::string_view view_or_empty(const char* text) noexcept {
  return text != nullptr ? std::string_view(text) : std::string_view();
}

}  // namespace

Session::Session(SslPtr ssl, std::shared_ptr<const void> context)
    : context_(std::move(context)), ssl_(std::move(ssl)) {
  if (ssl_ == nullptr || SSL_set_app_data(ssl_.get(), this) != 1) throw std::bad_alloc();
}

const Session& Session::of(const SSL* ssl) noexcept {
  return *static_cast<const Session*>(SSL_get_app_data(ssl));
}

std::string_view Session::version() const noexcept {
  return established_ ? view_or_empty(SSL_get_version(ssl_.get())) : std::string_view();
}

std::string_view Session::cipher() const noexcept {
  if (!established_) return {};
  return view_or_empty(SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl_.get())));
}

std::string_view Session::application_protocol() const noexcept {
  if (!established_) return {};
  const unsigned char* data = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}

std::string_view Session::server_name() const noexcept {
  if (!established_) return {};
  return view_or_empty(SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name));
}

bool Session::resumed() const noexcept {
  return established_ && SSL_session_reused(ssl_.get()) == 1;
}

X509Ptr Session::certificate() const noexcept {
  return X509Ptr(established_ ? SSL_get1_peer_certificate(ssl_.get()) : nullptr);
}

std::string Session::peer_certificate() const {
  const X509Ptr shown = certificate();
  if (shown == nullptr) return {};
  unsigned char* der = nullptr;
  const int size = i2d_X509(shown.get(), &der);
  if (size < 0) throw std::bad_alloc();
  const std::unique_ptr<unsigned char, FreeBy<[](void* p) { OPENSSL_free(p); }>> owner(der);
  return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

std::string Session::peer_subject() const {
  const X509Ptr shown = certificate();
  if (shown == nullptr) return {};
  const BioPtr text(BIO_new(BIO_s_mem()));
  // UTF-8 as it is, instead of a backslash for each of its bytes.
  constexpr unsigned long kFlags =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (text == nullptr ||
      X509_NAME_print_ex(text.get(), X509_get_subject_name(shown.get()), 0, kFlags) < 0) {
    throw std::bad_alloc();
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace eddy::inline v0::tls::internal
