// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tests/core/tls/certificates.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace eddy_tests {

namespace {

template <auto Function>
struct FreeBy {
  template <class T>
  void operator()(T* object) const {
    Function(object);
  }
};
using Bio = std::unique_ptr<BIO, FreeBy<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, FreeBy<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeBy<X509_EXTENSION_free>>;

void check(bool well, const char* what) {
  if (!well) throw std::runtime_error(what);
}

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Bio open_text(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Key read_key(const std::string& pem) {
  Key key(PEM_read_bio_PrivateKey(open_text(pem).get(), nullptr, nullptr, nullptr));
  check(key != nullptr, "read key");
  return key;
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  check(extension != nullptr, "extension");
  check(X509_add_ext(certificate, extension.get(), -1) == 1, "add extension");
}

/// With a null issuer it signs itself, as an authority does.
MadeCertificate make(const CertificateWish& wish, const MadeCertificate* issuer) {
  const Key key(wish.rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  check(key != nullptr, "make key");
  const Cert certificate(X509_new());
  X509* made = certificate.get();
  X509_set_version(made, 2);
  std::uint64_t serial = 0;
  check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made), serial >> 1);
  using std::chrono::seconds;
  X509_gmtime_adj(X509_getm_notBefore(made), seconds(wish.valid_from).count());
  X509_gmtime_adj(X509_getm_notAfter(made), seconds(wish.valid_until).count());
  X509_set_pubkey(made, key.get());
  const auto* name = reinterpret_cast<const unsigned char*>(wish.common_name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8, name, -1, -1, 0);

  Cert issuer_certificate;
  Key issuer_key;
  if (issuer != nullptr) {
    issuer_certificate.reset(
        PEM_read_bio_X509(open_text(issuer->certificate).get(), nullptr, nullptr, nullptr));
    issuer_key = read_key(issuer->key);
  }
  X509* signer = issuer != nullptr ? issuer_certificate.get() : made;
  X509_set_issuer_name(made, X509_get_subject_name(signer));
  if (issuer == nullptr) add_extension(made, signer, NID_basic_constraints, "critical,CA:TRUE");
  if (!wish.names.empty()) add_extension(made, signer, NID_subject_alt_name, wish.names);
  EVP_PKEY* signing_key = issuer != nullptr ? issuer_key.get() : key.get();
  check(X509_sign(made, signing_key, EVP_sha256()) > 0, "sign");

  MadeCertificate result;
  const Bio certificate_text(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_X509(certificate_text.get(), made) == 1, "write certificate");
  result.certificate = text_of(certificate_text);
  const Bio key_text(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) == 1,
        "write key");
  result.key = text_of(key_text);
  return result;
}

}  // namespace

Authority::Authority(std::string_view name, std::chrono::hours valid_until)
    : made_(make({.common_name = std::string(name),
                  .names = "",
                  .valid_from = std::chrono::hours(-48),
                  .valid_until = valid_until},
                 nullptr)) {}

MadeCertificate Authority::issue(const CertificateWish& wish) const { return make(wish, &made_); }

MadeCertificate self_signed(const CertificateWish& wish) { return make(wish, nullptr); }

std::string encrypt_key(const std::string& pem, const std::string& password) {
  const Bio text(BIO_new(BIO_s_mem()));
  const auto* secret = reinterpret_cast<const unsigned char*>(password.data());
  check(PEM_write_bio_PrivateKey(text.get(), read_key(pem).get(), EVP_aes_256_cbc(), secret,
                                 static_cast<int>(password.size()), nullptr, nullptr) == 1,
        "encrypt key");
  return text_of(text);
}

}  // namespace eddy_tests
