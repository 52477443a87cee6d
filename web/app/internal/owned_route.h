// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>

#include <eddy/core/base/lifetime.h>
#include <eddy/web/http/internal/exchange.h>

/// Routes that belong to an object which may go before the server.
namespace eddy::inline v0::web::internal {

/// To be called before a handler is: from the owner's death on the handler's hooks are called no
/// more, and an owner that can't tell of its death stays until the exchange is over; so does
/// `function`, whose place in the route the next owner's may take. False: the owner is dead
/// already.
[[nodiscard]] bool watch_owner(Exchange& exchange, const Lifetime& owner,
                               std::shared_ptr<void> function);

/// Ties the task that `exchange` waits for to `owner`. Where that dies first a 503 is the answer,
/// or, behind a head that was sent, the connection is cut.
void tie_task(Exchange& exchange, const Lifetime& owner);

}  // namespace eddy::inline v0::web::internal
