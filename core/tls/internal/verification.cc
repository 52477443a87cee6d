// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/internal/verification.h>

#include <openssl/x509v3.h>

#include <cstddef>
#include <memory>
#include <new>
#include <string_view>

#include <eddy/core/net/address.h>

namespace eddy::inline v0::tls::internal {

namespace {

constexpr std::size_t kMostNames = 5;
constexpr std::size_t kLongestText = 200;

/// What a stranger's certificate says, for a line of a log.
std::string harmless(std::string_view text) {
  std::string result(text.substr(0, kLongestText));
  for (char& c : result) {
    if (c < ' ' || c > '~') c = '?';
  }
  if (text.size() > kLongestText) result += "...";
  return result;
}

/// From the peer's own certificate on; kept also when it was not accepted. Null when there is none.
const STACK_OF(X509) * chain_of(const SSL* ssl) noexcept {
  const STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl);
  return chain != nullptr && sk_X509_num(chain) > 0 ? chain : nullptr;
}

template <class Print>
std::string printed(Print print) {
  const BioPtr text(BIO_new(BIO_s_mem()));
  if (text == nullptr || !print(text.get())) throw std::bad_alloc();
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return harmless({data, static_cast<std::size_t>(size)});
}

std::string time_text(const ASN1_TIME* time) {
  return printed([time](BIO* out) { return ASN1_TIME_print(out, time) == 1; });
}

std::string subject_text(const X509_NAME* name) {
  return printed(
      [name](BIO* out) { return X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253) >= 0; });
}

/// Of the names that a client compares; else empty.
std::string name_text(const GENERAL_NAME* name) {
  int type = 0;
  const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &type));
  if (type != GEN_DNS && type != GEN_IPADD) return {};
  const unsigned char* data = ASN1_STRING_get0_data(value);
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(value));
  if (type == GEN_IPADD) return Address::from_ip({data, size}, 0).host();
  return harmless({reinterpret_cast<const char*>(data), size});
}

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};

std::string names_of(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string result;
  const int count = names != nullptr ? sk_GENERAL_NAME_num(names.get()) : 0;
  std::size_t told = 0;
  for (int i = 0; i < count; ++i) {
    const std::string name = name_text(sk_GENERAL_NAME_value(names.get(), i));
    if (name.empty()) continue;
    if (++told > kMostNames) return result + " and others";
    if (told > 1) result += ", ";
    result += name;
  }
  return told > 0 ? result : subject_text(X509_get_subject_name(certificate));
}

/// The one of the chain whose time has not come, or is over: the present is `side` of what `limit`
/// gives.
std::string time_of(const STACK_OF(X509) * chain, const ASN1_TIME* (*limit)(const X509*), int side,
                    std::string_view what) {
  int at = 0;
  for (int i = sk_X509_num(chain) - 1; i >= 0; --i) {
    if (X509_cmp_current_time(limit(sk_X509_value(chain, i))) * side > 0) at = i;
  }
  const X509* certificate = sk_X509_value(chain, at);
  std::string text = "its certificate";
  if (at > 0) text = "the authority " + subject_text(X509_get_subject_name(certificate));
  return text.append(what).append(time_text(limit(certificate)));
}

}  // namespace

Errc rejected_for(const SSL* ssl) noexcept {
  switch (SSL_get_verify_result(ssl)) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Errc::certificate_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Errc::certificate_not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Errc::certificate_wrong_name;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return Errc::certificate_self_signed;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // by another of the same name
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return Errc::certificate_untrusted;
    default:
      return Errc::certificate_rejected;
  }
}

std::string describe_rejection(const SSL* ssl) {
  const STACK_OF(X509)* chain = chain_of(ssl);
  if (chain == nullptr) return {};
  switch (rejected_for(ssl)) {
    case Errc::certificate_expired:
      return time_of(chain, X509_get0_notAfter, -1, " was valid until ");
    case Errc::certificate_not_yet_valid:
      return time_of(chain, X509_get0_notBefore, 1, " is valid from ");
    case Errc::certificate_wrong_name:
      return "its certificate is for " + names_of(sk_X509_value(chain, 0));
    case Errc::certificate_self_signed:
    case Errc::certificate_untrusted:
      // The last one that was found, of which the issuer was not, or not trusted.
      return "its certificate is signed by " +
             subject_text(X509_get_issuer_name(sk_X509_value(chain, sk_X509_num(chain) - 1)));
    default:
      return X509_verify_cert_error_string(SSL_get_verify_result(ssl));
  }
}

}  // namespace eddy::inline v0::tls::internal
