// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <eddy/tls/certificate.h>
#include <eddy/tls/internal/openssl.h>

/// How a context is made of files and settings. What is wrong is thrown as a std::system_error
/// that names the file.
namespace eddy::inline v0::tls::internal {

/// A certificate that fits its key.
struct Credentials {
  X509Ptr leaf;
  std::vector<X509Ptr> chain;
  KeyPtr key;
  /// What it is called in messages: "certificate server.pem".
  std::string name;
};

[[nodiscard]] Credentials load_credentials(const Certificate& source);
/// "certificate server.pem expired on Mar 3 12:00:00 2026 GMT"; empty if nothing is odd.
[[nodiscard]] std::string oddity_of(const Credentials& credentials);
/// Both are for exactly the same names.
[[nodiscard]] bool same_names(const X509* a, const X509* b) noexcept;
/// Certificates that sign others: from the file or, where its name is empty, from the text.
[[nodiscard]] std::vector<X509Ptr> load_authorities(const std::string& file,
                                                    const std::string& pem);
[[nodiscard]] StorePtr make_store(std::span<const X509Ptr> authorities);

/// A context with Eddy's settings, the same for both sides.
[[nodiscard]] SslCtxPtr new_context(const SSL_METHOD* method, Version min_version,
                                    const std::string& ciphers);
void use_credentials(SSL_CTX* context, const Credentials& credentials);
/// Protocol names as TLS writes them, each behind its length.
[[nodiscard]] std::string encode_protocols(std::span<const std::string> names);

/// What OpenSSL said last on this thread; forgets all of it.
[[nodiscard]] std::string take_openssl_error();
/// Throws Errc::refused with OpenSSL's reason.
[[noreturn]] void throw_refused(const std::string& what);

}  // namespace eddy::inline v0::tls::internal
