// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include <eddy/core/core.h>
#include <eddy/web/http/http_client.h>

namespace upload {

/// Sends a file to `url`, piece by piece as it is read on another thread, and gives the answer. As
/// a form where `form`, else by PUT as it is. Throws std::system_error and HttpClientError.
eddy::Task<eddy::web::ClientResponse> send_file(eddy::web::HttpClient client, std::string url,
                                                std::string file, bool form);

}  // namespace upload
