// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/log.h>

namespace eddy::inline v0::internal {

/// GLib's structured logging, domain "Eddy": the message, EDDY_CATEGORY, and a field for each of
/// the record's.
void log_to_glib(const LogRecord& record);

}  // namespace eddy::inline v0::internal
