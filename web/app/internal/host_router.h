// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/internal/path_pattern.h>
#include <eddy/web/app/internal/route_index.h>
#include <eddy/web/app/internal/router.h>
#include <eddy/web/http/request.h>

namespace eddy::inline v0::web::internal {

/// All routes of an application: those of its hosts, those of every host, and what answers where
/// there is none. Asked in this order, and of hosts the first that was added: the routes of the
/// hosts that match the request's, those of every host, those of the hosts that match the default
/// host. One whose routes do not match leaves the request to the next.
class EDDY_API HostRouter {
 public:
  HostRouter() noexcept : everywhere_(names_) {}
  HostRouter(const HostRouter&) = delete;
  HostRouter& operator=(const HostRouter&) = delete;

  /// The routes of every host.
  [[nodiscard]] Router& everywhere() noexcept { return everywhere_; }
  /// Routes, without any yet, of the hosts that match a regular expression. Throws
  /// std::invalid_argument for a malformed one.
  Router& add_host(std::string_view pattern);
  void set_default_host(std::string_view host);
  /// What answers a request that no route is for. Throws as Router::add does.
  void set_fallback(RouteDefinition definition);

  /// Throws what a matcher throws. no_match has no route, and match may be the fallback's.
  [[nodiscard]] Router::Found find(const Request& request, PathParts& parts) const;

  /// As reverse(). Throws std::out_of_range for a name that no route has.
  [[nodiscard]] std::string reverse_url(std::string_view name, UrlArguments arguments) const;

 private:
  struct Host {
    PathPattern pattern;
    Router router;
  };

  [[nodiscard]] Router::Found find_by_host(std::string_view host, const Request& request,
                                           PathParts& parts) const;

  RouteNames names_;
  Router everywhere_;
  std::vector<std::unique_ptr<Host>> hosts_;
  // By what the hosts begin with.
  RouteIndex index_;
  std::string default_host_;
  // The last counts; requests that wait look at those before it.
  std::vector<std::unique_ptr<RouteEntry>> fallbacks_;
};

}  // namespace eddy::inline v0::web::internal
