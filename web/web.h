// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// What programs with handlers need of Eddy's web component. The rest has headers of its own, so
/// that a hello does not pay for it: the parsers of parts of messages (multipart, ranges,
/// qualities, ...), settings, the stock handlers, signed values, templates, the client.

// Of core what every program with handlers needs; the rest is in <eddy/core/core.h>.
#include <eddy/core/loop/loop.h>            // IWYU pragma: export
#include <eddy/core/task/sleep.h>           // IWYU pragma: export
#include <eddy/core/task/task.h>            // IWYU pragma: export
#include <eddy/web/app/application.h>       // IWYU pragma: export
#include <eddy/web/app/arguments.h>         // IWYU pragma: export
#include <eddy/web/app/path_value.h>        // IWYU pragma: export
#include <eddy/web/app/request_handler.h>   // IWYU pragma: export
#include <eddy/web/app/services.h>          // IWYU pragma: export
#include <eddy/web/escape/escape.h>         // IWYU pragma: export
#include <eddy/web/http/bytes.h>            // IWYU pragma: export
#include <eddy/web/http/cookies.h>          // IWYU pragma: export
#include <eddy/web/http/file.h>             // IWYU pragma: export
#include <eddy/web/http/form.h>             // IWYU pragma: export
#include <eddy/web/http/headers.h>          // IWYU pragma: export
#include <eddy/web/http/http_error.h>       // IWYU pragma: export
#include <eddy/web/http/json.h>             // IWYU pragma: export
#include <eddy/web/http/request.h>          // IWYU pragma: export
#include <eddy/web/http/request_body.h>     // IWYU pragma: export
#include <eddy/web/http/response.h>         // IWYU pragma: export
#include <eddy/web/http/response_stream.h>  // IWYU pragma: export
#include <eddy/web/http/server.h>           // IWYU pragma: export
#include <eddy/web/http/status.h>           // IWYU pragma: export
#include <eddy/web/http/text.h>             // IWYU pragma: export
#include <eddy/web/http/url.h>              // IWYU pragma: export
