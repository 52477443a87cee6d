// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/log.h>

namespace eddy::inline v0::internal {

/// Qt's logging, a QLoggingCategory for each part of Eddy.
void log_to_qt(const LogRecord& record);

}  // namespace eddy::inline v0::internal
