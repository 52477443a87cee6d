// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/web/app/internal/name_probe.h>

/// The methods of a handler class, and what comes before them.
namespace eddy::inline v0::web::internal {

EDDY_WEB_PROBE(get)
EDDY_WEB_PROBE(head)
EDDY_WEB_PROBE(post)
EDDY_WEB_PROBE(put)
EDDY_WEB_PROBE(patch)
EDDY_WEB_PROBE(del)
EDDY_WEB_PROBE(options)
EDDY_WEB_PROBE(initialize)
EDDY_WEB_PROBE(prepare)
EDDY_WEB_PROBE(data_received)
EDDY_WEB_NAME_PROBE(further_methods)

}  // namespace eddy::inline v0::web::internal
