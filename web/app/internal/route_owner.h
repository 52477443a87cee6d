// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <utility>

#include <eddy/core/base/lifetime.h>
#include <eddy/web/http/internal/exchange.h>

/// The owners of connections that outlive their requests.
namespace eddy::inline v0::web::internal {

/// What belongs to the object that a route is tied to.
struct RouteOwner {
  Lifetime lifetime = {};
  /// See Lifetime::hold().
  std::shared_ptr<const void> hold = {};
  /// The function, or what initialize() is given; its place in the route the next owner's may take.
  std::shared_ptr<void> target = {};
};

/// Whom the route of the request belongs to.
[[nodiscard]] RouteOwner route_owner(Exchange& exchange);

/// Ends a connection with the owner of its route, by Connection::owner_gone().
template <class Connection>
class OwnerTie final : private LifetimeListener {
 public:
  OwnerTie(Connection& connection, RouteOwner owner) noexcept
      : connection_(connection), owner_(std::move(owner)) {}
  ~OwnerTie() = default;
  /// Null where there is none.
  [[nodiscard]] static std::unique_ptr<OwnerTie> make(Connection& connection, RouteOwner owner) {
    if (!owner.lifetime.has_owner()) return nullptr;
    return std::make_unique<OwnerTie>(connection, std::move(owner));
  }
  /// False: it has gone already.
  [[nodiscard]] bool begin() noexcept { return owner_.lifetime.listen(*this); }
  /// What it keeps stays, for frames that are still on the stack.
  void end() noexcept { LifetimeListener::unlink(); }

 private:
  void on_lifetime_ended() noexcept override { connection_.owner_gone(); }

  Connection& connection_;
  RouteOwner owner_;
};

}  // namespace eddy::inline v0::web::internal
