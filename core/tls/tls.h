// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// TLS, by OpenSSL, over any Stream.

#include <eddy/tls/certificate.h>     // IWYU pragma: export
#include <eddy/tls/client_context.h>  // IWYU pragma: export
#include <eddy/tls/error.h>           // IWYU pragma: export
#include <eddy/tls/server_context.h>  // IWYU pragma: export
