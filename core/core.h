// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// Everything of Eddy's core: the loop, tasks and streams.

#include <eddy/core/base/base64.h>              // IWYU pragma: export
#include <eddy/core/base/digest.h>              // IWYU pragma: export
#include <eddy/core/base/error.h>               // IWYU pragma: export
#include <eddy/core/base/hex.h>                 // IWYU pragma: export
#include <eddy/core/base/hmac.h>                // IWYU pragma: export
#include <eddy/core/base/lifetime.h>            // IWYU pragma: export
#include <eddy/core/base/log.h>                 // IWYU pragma: export
#include <eddy/core/base/secrets.h>             // IWYU pragma: export
#include <eddy/core/base/version.h>             // IWYU pragma: export
#include <eddy/core/loop/idle_timeout.h>        // IWYU pragma: export
#include <eddy/core/loop/loop.h>                // IWYU pragma: export
#include <eddy/core/loop/periodic_callback.h>   // IWYU pragma: export
#include <eddy/core/loop/signals.h>             // IWYU pragma: export
#include <eddy/core/loop/thread_loop.h>         // IWYU pragma: export
#include <eddy/core/net/client_layer.h>         // IWYU pragma: export
#include <eddy/core/net/connect.h>              // IWYU pragma: export
#include <eddy/core/net/inherited_listeners.h>  // IWYU pragma: export
#include <eddy/core/net/network.h>              // IWYU pragma: export
#include <eddy/core/net/proxy_layer.h>          // IWYU pragma: export
#include <eddy/core/net/resolver.h>             // IWYU pragma: export
#include <eddy/core/net/stream.h>               // IWYU pragma: export
#include <eddy/core/net/stream_layer.h>         // IWYU pragma: export
#include <eddy/core/net/tcp_client.h>           // IWYU pragma: export
#include <eddy/core/net/tcp_server.h>           // IWYU pragma: export
#include <eddy/core/task/completion.h>          // IWYU pragma: export
#include <eddy/core/task/executor.h>            // IWYU pragma: export
#include <eddy/core/task/sleep.h>               // IWYU pragma: export
#include <eddy/core/task/sync.h>                // IWYU pragma: export
#include <eddy/core/task/task.h>                // IWYU pragma: export
#include <eddy/core/task/task_group.h>          // IWYU pragma: export
#include <eddy/core/task/when_all.h>            // IWYU pragma: export
#include <eddy/core/task/when_any.h>            // IWYU pragma: export
#include <eddy/core/task/while_alive.h>         // IWYU pragma: export
#include <eddy/core/task/with_timeout.h>        // IWYU pragma: export
