// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <eddy/core/base/thrown_at.h>
#include <eddy/web/app/internal/host_policy.h>
#include <eddy/web/app/internal/host_router.h>
#include <eddy/web/app/internal/origin_policy.h>
#include <eddy/web/app/internal/page_reload.h>
#include <eddy/web/app/internal/security_fields.h>
#include <eddy/web/app/services.h>
#include <eddy/web/http/internal/basic_service.h>
#include <eddy/web/http/internal/exchange.h>

namespace eddy::inline v0::web {

class Application;
class RequestHandler;
struct Settings;

namespace internal {

/// What serves requests: outlives its Application for as long as a connection or a handler needs
/// it.
class ApplicationCore final : public BasicService {
 public:
  ApplicationCore(Application& application, Services services) noexcept;
  ~ApplicationCore() override;

  /// Comes before a route is added, and gives learn() what comes behind that. Throws
  /// std::invalid_argument for one that needs a service that is not there.
  [[nodiscard]] std::vector<std::string> admit(const RouteDefinition& definition) const;
  /// These further methods are known, now that a route has them.
  void learn(std::vector<std::string> methods);
  /// Whether the page of Settings::serve_traceback is for who has sent the request.
  [[nodiscard]] bool serves_debug_page(Exchange& exchange) const noexcept;
  /// Null where pages do not load anew by themselves.
  [[nodiscard]] PageReload* page_reload() const noexcept { return page_reload_.get(); }
  [[nodiscard]] const Services& services() const noexcept { return services_; }
  [[nodiscard]] const Settings& settings() const noexcept;
  /// Whether all handlers' responses have entity tags.
  [[nodiscard]] bool tags_responses() const noexcept;
  /// Throws std::invalid_argument, and keeps those that it has, for those that could not work.
  void set_settings(std::unique_ptr<const Settings> settings);
  /// Whether a request that was routed must prove that it is not forged.
  [[nodiscard]] bool must_check_xsrf(Exchange& exchange) const noexcept;
  [[nodiscard]] const OriginPolicy& origin_policy() const noexcept { return origin_policy_; }
  [[nodiscard]] HostRouter& router() noexcept { return router_; }
  [[nodiscard]] Application& application() const;
  void forget_application() noexcept { application_ = nullptr; }

  [[nodiscard]] ContentPlan plan(Exchange& exchange) noexcept override;
  void handle(Exchange& exchange) noexcept override;
  void before_head(Exchange& exchange, bool whole) noexcept override;
  bool log_request(Exchange& exchange, Duration took) noexcept override;
  void client_gone(Exchange& exchange) noexcept override;
  void over(Exchange& exchange) noexcept override;
  void complete_head(Exchange& exchange) override { security_fields_->add_to(exchange); }

 private:
  void dispatch(Exchange& exchange);
  /// Whether the request is for this application, and of a page that may send it.
  [[nodiscard]] bool allows(Exchange& exchange) const noexcept {
    return host_policy_.allows(exchange.request(), exchange.from_this_machine()) &&
           (!checks_origin_ || allows_origin(exchange.request()));
  }
  [[nodiscard]] bool allows_origin(const Request& request) const noexcept;
  void refuse(Exchange& exchange) const;
  /// Whether the request is that of the script in a developer's page.
  [[nodiscard]] bool waits_for_news(Exchange& exchange) const noexcept;
  /// Whether the request comes from this machine, is for it, and nobody has handed it on.
  [[nodiscard]] bool is_a_developers(Exchange& exchange) const noexcept;
  /// Answers by an error: on the page of the route's handler class where it is one's.
  void refuse_by_handler(Exchange& exchange, const RouteEntry& found, int status) const;
  /// Whether any route has the method, which Method does not name.
  [[nodiscard]] bool knows(std::string_view method) const noexcept;
  [[nodiscard]] Router::Found found_route(Exchange& exchange, PathParts& parts) const;
  [[nodiscard]] RequestHandler* handler_of(const Exchange& exchange) const noexcept;
  void log_exception(Exchange& exchange, int status, const std::exception_ptr& error) override;
  void send_error(Exchange& exchange, int status, std::string_view reason,
                  const std::exception_ptr& error) override;

  // Outlives the handlers of the routes.
  Services services_;
  HostRouter router_;
  std::vector<std::string> further_methods_;
  // Null where the program has set none.
  std::unique_ptr<const Settings> settings_;
  HostPolicy host_policy_;
  bool checks_origin_ = false;
  OriginPolicy origin_policy_;
  // Null where nothing is sent.
  std::unique_ptr<const SecurityFields> security_fields_;
  std::unique_ptr<PageReload> page_reload_;
  std::optional<eddy::internal::PlacesKept> places_kept_;
  Application* application_;
};

}  // namespace internal
}  // namespace eddy::inline v0::web
