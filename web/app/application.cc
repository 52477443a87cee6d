// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/application.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <eddy/core/loop/autoreload.h>
#include <eddy/web/app/internal/application_core.h>
#include <eddy/web/app/internal/further_methods.h>
#include <eddy/web/app/internal/page_reload.h>
#include <eddy/web/app/internal/template_rebuild.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web {

class Application::State {
 public:
  State(Application& application, Services services)
      : core(std::make_shared<internal::ApplicationCore>(application, std::move(services))) {}

  /// `listen` has it listen, or throws; then it is the application's.
  template <class Listen>
  Server& serve(Loop& loop, const ServerOptions& options, Listen listen) {
    auto server = std::make_unique<Server>(loop, core, options);
    listen(*server);
    begin_autoreload(loop);
    return *servers_.emplace_back(std::move(server));
  }
  /// As above, with an `error` that `listen` has set or cleared instead.
  template <class Listen>
  Server* serve(Loop& loop, const ServerOptions& options, const std::error_code& error,
                Listen listen) {
    auto server = std::make_unique<Server>(loop, core, options);
    listen(*server);
    if (error) return nullptr;
    begin_autoreload(loop);
    return servers_.emplace_back(std::move(server)).get();
  }

  [[nodiscard]] bool serves() const noexcept { return !servers_.empty(); }

  std::shared_ptr<internal::ApplicationCore> core;

 private:
  // A program that can't be watched is served all the same.
  void begin_autoreload(Loop& loop) {
    const Settings& settings = core->settings();
    if (autoreload_ || !(settings.debug || settings.autoreload)) return;
    try {
      autoreload_.emplace(loop);
      rebuild_ =
          std::make_unique<internal::TemplateRebuild>(loop, [core = core](const std::string& said) {
            if (internal::PageReload* const pages = core->page_reload()) pages->show(said);
          });
    } catch (const std::system_error& error) {
      loop.log(LogLevel::warning, "eddy.web", std::string("no autoreload: ") + error.what());
    }
  }

  std::vector<std::unique_ptr<Server>> servers_;
  std::optional<Autoreload> autoreload_;
  std::unique_ptr<internal::TemplateRebuild> rebuild_;
};

struct Route::Definitions {
  std::vector<internal::RouteDefinition> list;
};

Route::Route(internal::RouteDefinition definition)
    : Route(std::vector<internal::RouteDefinition>{std::move(definition)}) {}

Route::Route(std::vector<internal::RouteDefinition> definitions)
    : definitions_(std::make_shared<Definitions>(Definitions{std::move(definitions)})) {}

Route Route::when(internal::RouteMatcher matcher, std::shared_ptr<void> target) const {
  matcher.target = target.get();
  std::vector<internal::RouteDefinition> matched = definitions_->list;
  for (internal::RouteDefinition& definition : matched) {
    definition.matchers.push_back(matcher);
    definition.owned.push_back(target);
  }
  return Route(std::move(matched));
}

Route mount(std::string_view prefix, const std::vector<Route>& routes) {
  if (!prefix.starts_with('/') || prefix.ends_with('/')) {
    throw std::invalid_argument("mount (" + std::string(prefix) +
                                "): the prefix must begin with '/' and not end with it");
  }
  if (prefix.find_first_of("{}\\") != std::string_view::npos) {
    throw std::invalid_argument("mount (" + std::string(prefix) +
                                "): the prefix is a text, and no pattern");
  }
  std::vector<internal::RouteDefinition> mounted;
  for (const Route& route : routes) {
    for (internal::RouteDefinition definition : route.definitions_->list) {
      definition.pattern = internal::mounted(prefix, definition);
      mounted.push_back(std::move(definition));
    }
  }
  return Route(std::move(mounted));
}

Application::Application() : Application(std::initializer_list<Route>()) {}

Application::Application(std::initializer_list<Route> routes) : Application(Services(), routes) {}

Application::Application(Services services, std::initializer_list<Route> routes)
    : state_(std::make_unique<State>(*this, std::move(services))) {
  for (const Route& route : routes) add(route);
}

Application::Application(const Settings& settings, std::initializer_list<Route> routes)
    : Application(Services(), settings, routes) {}

Application::Application(Services services, const Settings& settings,
                         std::initializer_list<Route> routes)
    : Application(std::move(services)) {
  set_settings(settings);
  for (const Route& route : routes) add(route);
}

Application::~Application() { state_->core->forget_application(); }

Application& Application::set_settings(const Settings& settings) {
  if (state_->serves()) {
    throw std::logic_error(
        "set_settings(): the Application listens already; give it its Settings "
        "before listen()");
  }
  internal::check_settings(settings);
  state_->core->set_settings(std::make_unique<const Settings>(settings));
  return *this;
}

const Settings& Application::settings() const noexcept { return state_->core->settings(); }

Application& Application::add(const Route& route) {
  for (const auto& definition : route.definitions_->list) add_definition(definition);
  return *this;
}

Application& Application::add(const std::vector<Route>& routes) {
  for (const Route& route : routes) add(route);
  return *this;
}

Application& Application::add_definition(internal::RouteDefinition definition) {
  auto methods = state_->core->admit(definition);
  state_->core->router().everywhere().add(std::move(definition));
  state_->core->learn(std::move(methods));
  return *this;
}

Application& Application::add_handlers(std::string_view host_pattern,
                                       const std::vector<Route>& routes) {
  internal::Router& host = state_->core->router().add_host(host_pattern);
  for (const Route& route : routes) {
    for (const auto& definition : route.definitions_->list) {
      auto methods = state_->core->admit(definition);
      host.add(definition);
      state_->core->learn(std::move(methods));
    }
  }
  return *this;
}

Application& Application::mount(std::string_view prefix, const std::vector<Route>& routes) {
  return add(web::mount(prefix, routes));
}

Application& Application::set_default_host(std::string_view host) {
  state_->core->router().set_default_host(host);
  return *this;
}

Application& Application::set_fallback(internal::RouteDefinition definition) {
  auto methods = state_->core->admit(definition);
  state_->core->router().set_fallback(std::move(definition));
  state_->core->learn(std::move(methods));
  return *this;
}

std::string Application::reverse(std::string_view name,
                                 std::initializer_list<internal::UrlArgument> values) const {
  return state_->core->router().reverse_url(name, {values.begin(), values.size()});
}

const RouteOptions& Application::no_options() noexcept {
  static const RouteOptions none;
  return none;
}

RouteOptions Application::owned_by(const Lifetime& owner, RouteOptions options) {
  options.owner = owner;
  return options;
}

Application& Application::add_made(internal::MethodName method, std::string_view path,
                                   const internal::MadeFunction& made,
                                   const RouteOptions& options) {
  return add_definition(internal::function_route(method, path, made, options));
}

namespace internal {

void set_options(RouteDefinition& definition, const RouteOptions& options) {
  definition.name = options.name;
  definition.redirect_slash |= options.redirect_slash;
  const auto set = [&options](MethodEntry& entry) {
    if (options.body_bytes) entry.body_bytes = options.body_bytes;
    entry.cancel_on_disconnect |= options.cancel_on_disconnect;
    entry.check_xsrf &= options.check_xsrf;
    entry.owner = options.owner;
  };
  for (MethodEntry& entry : definition.methods) set(entry);
  if (definition.further() == nullptr) return;
  FurtherMethods& further = definition.change_further();
  for (FurtherMethods::Named& method : further.named) set(method.entry);
  set(further.every_other);
}

namespace {

[[noreturn]] void refuse_method(const RouteDefinition& definition, MethodName method,
                                const char* why) {
  throw std::invalid_argument(describe(definition) + ": the method '" + std::string(method.text()) +
                              "': " + why);
}

}  // namespace

RouteDefinition function_route(MethodName method, std::string_view path, const MadeFunction& made,
                               const RouteOptions& options) {
  RouteDefinition definition;
  definition.owned.push_back(std::shared_ptr<void>(made.target, made.destroy));
  definition.pattern = path;
  if (!is_token(method.text())) refuse_method(definition, method, "it is no token");
  if (method.text() == "CONNECT") refuse_method(definition, method, "it has no path");
  definition.is_regex = false;
  definition.services.assign(made.services, made.services + made.service_count);
  MethodEntry& entry = definition.at(method);
  entry.invoke = made.invoke;
  entry.target = made.target;
  entry.arity = made.arity;
  entry.streams_body = made.streams_body;
  set_options(definition, options);
  return definition;
}

}  // namespace internal

Server& Application::listen(Loop& loop, std::uint16_t port) { return listen(loop, port, {}); }

Server& Application::listen(Loop& loop, std::string_view address, std::uint16_t port) {
  return listen(loop, address, port, {});
}

Server& Application::listen(Loop& loop, std::uint16_t port, const ServerOptions& options) {
  return state_->serve(loop, options, [&](Server& server) { server.listen(port); });
}

Server& Application::listen(Loop& loop, std::string_view address, std::uint16_t port,
                            const ServerOptions& options) {
  return state_->serve(loop, options, [&](Server& server) { server.listen(address, port); });
}

Server& Application::listen_unix(Loop& loop, std::string_view path, const ServerOptions& options,
                                 const ListenOptions& socket) {
  return state_->serve(loop, options, [&](Server& server) { server.listen_unix(path, socket); });
}

Server* Application::listen(Loop& loop, std::uint16_t port, std::error_code& error,
                            const ServerOptions& options) {
  return state_->serve(loop, options, error, [&](Server& server) { server.listen(port, error); });
}

Server* Application::listen(Loop& loop, std::string_view address, std::uint16_t port,
                            std::error_code& error, const ServerOptions& options) {
  return state_->serve(loop, options, error,
                       [&](Server& server) { server.listen(address, port, error); });
}

Server* Application::listen_unix(Loop& loop, std::string_view path, std::error_code& error,
                                 const ServerOptions& options, const ListenOptions& socket) {
  return state_->serve(loop, options, error,
                       [&](Server& server) { server.listen_unix(path, error, socket); });
}

Server& Application::adopt(Loop& loop, int fd, const ServerOptions& options,
                           const ListenOptions& socket) {
  return state_->serve(loop, options, [&](Server& server) { server.adopt(fd, socket); });
}

Server* Application::adopt(Loop& loop, int fd, std::error_code& error, const ServerOptions& options,
                           const ListenOptions& socket) {
  return state_->serve(loop, options, error,
                       [&](Server& server) { server.adopt(fd, error, socket); });
}

std::shared_ptr<internal::HttpService> Application::service() const noexcept {
  return state_->core;
}

}  // namespace eddy::inline v0::web
