// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// Everything of Eddy's web component: the HTTP server and the framework.

// Of core what every program with handlers needs; the rest is in <eddy/core/core.h>.
#include <eddy/core/loop/loop.h>               // IWYU pragma: export
#include <eddy/core/task/sleep.h>              // IWYU pragma: export
#include <eddy/core/task/task.h>               // IWYU pragma: export
#include <eddy/web/app/application.h>          // IWYU pragma: export
#include <eddy/web/app/arguments.h>            // IWYU pragma: export
#include <eddy/web/app/path_value.h>           // IWYU pragma: export
#include <eddy/web/app/request_handler.h>      // IWYU pragma: export
#include <eddy/web/app/services.h>             // IWYU pragma: export
#include <eddy/web/app/signed_value.h>         // IWYU pragma: export
#include <eddy/web/app/static_files.h>         // IWYU pragma: export
#include <eddy/web/app/stock_handlers.h>       // IWYU pragma: export
#include <eddy/web/app/xsrf_token.h>           // IWYU pragma: export
#include <eddy/web/escape/escape.h>            // IWYU pragma: export
#include <eddy/web/escape/linkify.h>           // IWYU pragma: export
#include <eddy/web/http/body_decoder.h>        // IWYU pragma: export
#include <eddy/web/http/byte_ranges.h>         // IWYU pragma: export
#include <eddy/web/http/conditions.h>          // IWYU pragma: export
#include <eddy/web/http/content_coding.h>      // IWYU pragma: export
#include <eddy/web/http/cookies.h>             // IWYU pragma: export
#include <eddy/web/http/etag.h>                // IWYU pragma: export
#include <eddy/web/http/file.h>                // IWYU pragma: export
#include <eddy/web/http/form.h>                // IWYU pragma: export
#include <eddy/web/http/headers.h>             // IWYU pragma: export
#include <eddy/web/http/http_client.h>         // IWYU pragma: export
#include <eddy/web/http/http_date.h>           // IWYU pragma: export
#include <eddy/web/http/http_error.h>          // IWYU pragma: export
#include <eddy/web/http/json.h>                // IWYU pragma: export
#include <eddy/web/http/message_delegate.h>    // IWYU pragma: export
#include <eddy/web/http/mime.h>                // IWYU pragma: export
#include <eddy/web/http/multipart.h>           // IWYU pragma: export
#include <eddy/web/http/parameters.h>          // IWYU pragma: export
#include <eddy/web/http/quality.h>             // IWYU pragma: export
#include <eddy/web/http/range.h>               // IWYU pragma: export
#include <eddy/web/http/representation.h>      // IWYU pragma: export
#include <eddy/web/http/request.h>             // IWYU pragma: export
#include <eddy/web/http/request_body.h>        // IWYU pragma: export
#include <eddy/web/http/response.h>            // IWYU pragma: export
#include <eddy/web/http/response_parser.h>     // IWYU pragma: export
#include <eddy/web/http/response_stream.h>     // IWYU pragma: export
#include <eddy/web/http/response_writer.h>     // IWYU pragma: export
#include <eddy/web/http/server.h>              // IWYU pragma: export
#include <eddy/web/http/set_cookie.h>          // IWYU pragma: export
#include <eddy/web/http/status.h>              // IWYU pragma: export
#include <eddy/web/http/url.h>                 // IWYU pragma: export
#include <eddy/web/template/output.h>          // IWYU pragma: export
#include <eddy/web/template/page.h>            // IWYU pragma: export
#include <eddy/web/template/page_resources.h>  // IWYU pragma: export
