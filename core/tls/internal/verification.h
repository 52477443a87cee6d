// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include <eddy/tls/error.h>
#include <eddy/tls/internal/openssl.h>

namespace eddy::inline v0::tls::internal {

/// Which error it is that the peer's certificate has not been accepted for.
[[nodiscard]] Errc rejected_for(const SSL* ssl) noexcept;
/// What that certificate says about it, as "it is for localhost, 127.0.0.1"; OpenSSL's words for
/// what has no code of its own.
[[nodiscard]] std::string describe_rejection(const SSL* ssl);

}  // namespace eddy::inline v0::tls::internal
