// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/lifetime.h>
#include <eddy/web/app/internal/function_route.h>
#include <eddy/web/app/internal/handler_methods.h>
#include <eddy/web/app/internal/type_name.h>
#include <eddy/web/app/internal/url_argument.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/app/services.h>
#include <eddy/web/http/server.h>

namespace eddy::inline v0::web {

struct Settings;

struct RouteOptions {
  /// By which links to the route are made; unique in an Application, empty for none.
  std::string name = {};
  /// Bytes of a request's body, instead of ServerOptions::limits.body_bytes. More is a 413.
  std::optional<std::size_t> body_bytes = {};
  /// The handler's task is stopped when its client has gone, whatever the method: for one whose
  /// work may be left half done. GET and HEAD always do.
  bool cancel_on_disconnect = false;
  /// False: requests need not prove that they are not forged, for those that no browser sends with
  /// its cookies, such as another service's; see Settings::xsrf_cookies.
  bool check_xsrf = true;
  /// A GET or HEAD for the same path with a slash at its end, or without the one that it has, is
  /// sent here by 301, with its query; another method for that path is a 404. Throws
  /// std::invalid_argument, when the route is added, for "/" and for a regular expression whose
  /// alternatives end with a slash. Source: tornado.web.addslash and removeslash.
  bool redirect_slash = false;
  /// What the handlers work for, where that may go before the server: from its death on the route
  /// answers by 503, and its waiting handlers are destroyed before the owner has gone. Their
  /// clients get a 503 too or, behind a head that was sent, a cut connection. No hook of theirs
  /// (on_finish, write_error, ...) is called any more. See Lifetime and while_alive.
  Lifetime owner = {};
};

/// A pattern of paths and what answers them, see route(), or several in their order, see mount(). A
/// value, whose copies share what answers.
class EDDY_API Route {
 public:
  explicit Route(internal::RouteDefinition definition);

  /// The same for those requests only that `matcher`, a function of const Request&, accepts; others
  /// are for the routes behind it. It is asked when the path matches and the head is there, before
  /// the content; so it only looks. What it throws is answered as what a handler throws.
  ///
  ///     route<ApiV2>("/stories").when([](const eddy::web::Request& request) {
  ///       return request.header("Accept") == "application/vnd.example.v2+json";
  ///     })
  ///
  /// Of several routes it is for each. Source: tornado.routing.Matcher.
  template <class F>
  [[nodiscard]] Route when(F matcher) const {
    return when({[](void* target, const Request& request) -> bool {
                   return (*static_cast<F*>(target))(request);
                 },
                 nullptr},
                std::make_shared<F>(std::move(matcher)));
  }

 private:
  friend class Application;
  friend EDDY_API Route mount(std::string_view prefix, const std::vector<Route>& routes);
  explicit Route(std::vector<internal::RouteDefinition> definitions);
  [[nodiscard]] Route when(internal::RouteMatcher matcher, std::shared_ptr<void> target) const;

  // A type of its own, since a std::vector here costs the compiler of a hello 1.2 MiB.
  struct Definitions;
  std::shared_ptr<const Definitions> definitions_;
};

/// Routes below a literal path such as "/admin", which goes before each of their patterns, as one
/// route: for lists, for another mount(), and for when(), which then is asked for all of them.
///
///     const Route admin = mount("/admin", {route<Users>("/users"), mount("/logs", {...})});
///
/// Throws std::invalid_argument for a prefix that does not begin with '/' or that ends with it.
/// Source: a tornado.routing.Router that is the target of a rule.
[[nodiscard]] EDDY_API Route mount(std::string_view prefix, const std::vector<Route>& routes);

namespace internal {

EDDY_API void set_options(RouteDefinition& definition, const RouteOptions& options);

/// A handler class and what its initialize() is given; `pattern` is a regular expression so far.
template <class H, class... Args>
RouteDefinition handler_route(std::string_view pattern, Args&&... args) {
  RouteDefinition definition;
  definition.pattern = pattern;
  definition.handler = type_name<H>();
  using Arguments = HandlerArguments<std::decay_t<Args>...>;
  add_methods<H, Arguments>(definition, Arguments::keep(std::forward<Args>(args)...));
  return definition;
}

}  // namespace internal

/// Gives the paths that match `pattern` to handlers of class H. The pattern is a regular expression
/// (PCRE2) for the whole path as it was sent, not decoded; its groups are decoded, and become the
/// parameters of H's methods by position.
///
///     Application app({route<Main>("/"), route<Story>(R"(/story/(\d+))", {.name = "story"})});
///
/// What follows the options is kept with the route, by value (std::ref for what is not to be
/// copied), and given to each handler's initialize().
template <class H, class... Args>
Route route(std::string_view pattern, const RouteOptions& options = {}, Args&&... args) {
  auto definition = internal::handler_route<H>(pattern, std::forward<Args>(args)...);
  internal::set_options(definition, options);
  return Route(std::move(definition));
}

/// As route(), for a path in which {name} stands for one part and {name...}, at its end, for all
/// that follows, as in Application::get(). A template whose parts end at slashes needs no regular
/// expression.
template <class H, class... Args>
Route route_path(std::string_view path, const RouteOptions& options = {}, Args&&... args) {
  auto definition = internal::handler_route<H>(path, std::forward<Args>(args)...);
  definition.is_regex = false;
  internal::set_options(definition, options);
  return Route(std::move(definition));
}

namespace internal {
/// Takes `made.target` over, whatever happens.
EDDY_API RouteDefinition function_route(MethodName method, std::string_view path,
                                        const MadeFunction& made, const RouteOptions& options);
}  // namespace internal

/// The short form as a route, for lists of them: what Application::get() and its like add.
template <class F>
Route route(Method method, std::string_view path, F&& function, const RouteOptions& options = {}) {
  return Route(internal::function_route(
      method, path, internal::make_function(std::forward<F>(function)), options));
}

/// As route(Method, ...), for a method by its name. Throws std::invalid_argument for one that is no
/// token, and for CONNECT, which has no path.
template <class F>
Route route(std::string_view method, std::string_view path, F&& function,
            const RouteOptions& options = {}) {
  return Route(internal::function_route(internal::MethodName(method), path,
                                        internal::make_function(std::forward<F>(function)),
                                        options));
}

/// The routes of a web application, and the servers that it listens with.
///
/// The first route that matches a path answers it. A method that it lacks is for the next one of
/// the same pattern that has it; 405 with the Allow of them all where none has (501 for one that no
/// route has, and Method no name), and 404 where no route matches. HEAD is answered by what answers
/// GET, without the content, and OPTIONS by Allow, unless a route has its own. Functions for one
/// path (get, post, ...) are one route.
///
///     Application app;
///     app.get("/hello/{name}", [](std::string_view name) { return "Hello, " + std::string(name);
///     });
///
/// Thread: the Loop's. Lifetime: may be destroyed at any moment, from within its own handlers too:
/// its servers stop, waiting handlers are destroyed, and those on the stack go on without a client.
/// Errors: a malformed pattern, a count of groups that does not fit, a name that is taken, a second
/// function for a path and method, or a service that is not there throw std::invalid_argument when
/// the route is added, which names route, pattern, handler and counts. Of classes for one path, or
/// a class and functions, the first that has a method answers it, and no error says so.
/// Source: tornado.web.Application.
class EDDY_API Application {
 public:
  Application();
  Application(std::initializer_list<Route> routes);  // NOLINT(google-explicit-constructor)
  /// With what its handlers and functions reach by type; see Services.
  explicit Application(Services services, std::initializer_list<Route> routes = {});
  /// With Settings, for which <eddy/web/app/settings.h> is included; see set_settings().
  explicit Application(const Settings& settings, std::initializer_list<Route> routes = {});
  Application(Services services, const Settings& settings,
              std::initializer_list<Route> routes = {});
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;
  ~Application();

  /// Replaces what the handlers have in common. Throws std::invalid_argument for settings that
  /// could not work, and std::logic_error once the application listens.
  Application& set_settings(const Settings& settings);
  /// What was set, or the defaults. Valid until the application is destroyed or set_settings() is
  /// called.
  [[nodiscard]] const Settings& settings() const noexcept;

  Application& add(const Route& route);
  /// As if each were added by itself.
  Application& add(const std::vector<Route>& routes);
  /// A route for the requests that `matcher` accepts; see Route::when().
  template <class F>
  Application& add(F matcher, const Route& route) {
    return add(route.when(std::move(matcher)));
  }

  /// Routes of the hosts that match `host_pattern`, a regular expression for all of a host's name
  /// in lower case without its port (Request::host_name()). Routes of hosts go before those of
  /// every host, which the other functions add, and among themselves in the order in which they
  /// were added; a request that they have no route for is left to those behind them.
  /// Throws as add(), and std::invalid_argument for a malformed host pattern; routes before the
  /// one that is refused stay.
  Application& add_handlers(std::string_view host_pattern, const std::vector<Route>& routes);
  /// A request that no route is for by its own host is for the routes of this one, unless it has
  /// X-Real-Ip and so comes through a proxy. Source: tornado.web.Application(default_host).
  Application& set_default_host(std::string_view host);
  /// Adds a mount() of them.
  Application& mount(std::string_view prefix, const std::vector<Route>& routes);
  /// What no route is for is answered by handlers of class H, whose methods take no parameters,
  /// instead of 404. Source: tornado.web.Application(default_handler_class).
  template <class H, class... Args>
  Application& set_default_handler(Args&&... args) {
    return set_fallback(
        internal::handler_route<H>("the default handler", std::forward<Args>(args)...));
  }

  /// The path of the route of that name, with these values for its groups in their order: text,
  /// numbers, types whose PathValue has to_text(), a std::optional of one. They are
  /// percent-encoded, but the slashes of those for {name...}, and for the groups of a regular
  /// expression which may match one. std::nullopt leaves out the optional part of a regular
  /// expression.
  ///
  ///     app.reverse_url("story", 7)
  ///
  /// Throws std::out_of_range for a name that no route has; std::invalid_argument for a number of
  /// values that does not fit, or a value that is missing; std::logic_error for a pattern that does
  /// not say what stands between its groups. Source: tornado.web.Application.reverse_url.
  template <class... Values>
  [[nodiscard]] std::string reverse_url(std::string_view name, const Values&... values) const {
    return reverse(name, {internal::UrlArgument(values)...});
  }

  /// The short form: answers `path` by calling `function`. In the path {name} stands for one part
  /// of it and {name...}, at its end, for all that follows. The function takes the parts by
  /// position, in types that PathValue knows, or none of them; where it likes a const
  /// Request&; and objects of the application's Services by reference. It gives text (sent as
  /// text/plain), JSON, a Response, nothing, or a Task of one of these. With an `owner` before it:
  /// RouteOptions::owner.
  template <class F>
  Application& get(std::string_view path, F&& function,
                   const RouteOptions& options = no_options()) {
    return add_function(Method::get, path, std::forward<F>(function), options);
  }
  template <LifetimeOwner Owner, class F>
  Application& get(std::string_view path, const Owner& owner, F&& function,
                   const RouteOptions& options = no_options()) {
    return add_owned(Method::get, path, lifetime_of(owner), std::forward<F>(function), options);
  }
  template <class F>
  Application& head(std::string_view path, F&& function,
                    const RouteOptions& options = no_options()) {
    return add_function(Method::head, path, std::forward<F>(function), options);
  }
  template <LifetimeOwner Owner, class F>
  Application& head(std::string_view path, const Owner& owner, F&& function,
                    const RouteOptions& options = no_options()) {
    return add_owned(Method::head, path, lifetime_of(owner), std::forward<F>(function), options);
  }
  template <class F>
  Application& post(std::string_view path, F&& function,
                    const RouteOptions& options = no_options()) {
    return add_function(Method::post, path, std::forward<F>(function), options);
  }
  template <LifetimeOwner Owner, class F>
  Application& post(std::string_view path, const Owner& owner, F&& function,
                    const RouteOptions& options = no_options()) {
    return add_owned(Method::post, path, lifetime_of(owner), std::forward<F>(function), options);
  }
  template <class F>
  Application& put(std::string_view path, F&& function,
                   const RouteOptions& options = no_options()) {
    return add_function(Method::put, path, std::forward<F>(function), options);
  }
  template <LifetimeOwner Owner, class F>
  Application& put(std::string_view path, const Owner& owner, F&& function,
                   const RouteOptions& options = no_options()) {
    return add_owned(Method::put, path, lifetime_of(owner), std::forward<F>(function), options);
  }
  template <class F>
  Application& patch(std::string_view path, F&& function,
                     const RouteOptions& options = no_options()) {
    return add_function(Method::patch, path, std::forward<F>(function), options);
  }
  template <LifetimeOwner Owner, class F>
  Application& patch(std::string_view path, const Owner& owner, F&& function,
                     const RouteOptions& options = no_options()) {
    return add_owned(Method::patch, path, lifetime_of(owner), std::forward<F>(function), options);
  }
  template <class F>
  Application& del(std::string_view path, F&& function,
                   const RouteOptions& options = no_options()) {
    return add_function(Method::del, path, std::forward<F>(function), options);
  }
  template <LifetimeOwner Owner, class F>
  Application& del(std::string_view path, const Owner& owner, F&& function,
                   const RouteOptions& options = no_options()) {
    return add_owned(Method::del, path, lifetime_of(owner), std::forward<F>(function), options);
  }
  template <class F>
  Application& options(std::string_view path, F&& function,
                       const RouteOptions& options = no_options()) {
    return add_function(Method::options, path, std::forward<F>(function), options);
  }
  template <LifetimeOwner Owner, class F>
  Application& options(std::string_view path, const Owner& owner, F&& function,
                       const RouteOptions& options = no_options()) {
    return add_owned(Method::options, path, lifetime_of(owner), std::forward<F>(function), options);
  }

  /// A WebSocket at `path`, which `function` speaks for as a Task: see websocket_route(), and
  /// include <eddy/web/websocket/websocket_route.h>.
  template <class F>
  Application& websocket(std::string_view path, F&& function,
                         const RouteOptions& options = no_options()) {
    return add(websocket_route(path, std::forward<F>(function), options));
  }

  /// A stream of events at `path`, to each client that `function` is called for: see
  /// event_stream_route(), and include <eddy/web/live/event_stream_route.h>.
  template <class F>
  Application& events(std::string_view path, F&& function,
                      const RouteOptions& options = no_options()) {
    return add(event_stream_route(path, std::forward<F>(function), options));
  }

  /// As get(), for any method by its name: `app.method("PROPFIND", "/files/{path...}", list)`.
  /// Throws std::invalid_argument for one that is no token, and for CONNECT, which has no path.
  template <class F>
  Application& method(std::string_view name, std::string_view path, F&& function,
                      const RouteOptions& options = no_options()) {
    return add_function(internal::MethodName(name), path, std::forward<F>(function), options);
  }
  template <LifetimeOwner Owner, class F>
  Application& method(std::string_view name, std::string_view path, const Owner& owner,
                      F&& function, const RouteOptions& options = no_options()) {
    return add_owned(internal::MethodName(name), path, lifetime_of(owner),
                     std::forward<F>(function), options);
  }

  /// Serves this application at http://127.0.0.1:port and, where the machine has it, [::1]; port 0
  /// finds a free one (see Server::port). Tornado listens on every address here; Eddy opens a
  /// program to the network only where an address says so. The Server belongs to the application.
  /// Throws std::system_error, whose text reads like "listen on 127.0.0.1:8888: Address already in
  /// use".
  Server& listen(Loop& loop, std::uint16_t port);
  Server& listen(Loop& loop, std::uint16_t port, const ServerOptions& options);
  /// Listens on one numeric address; "0.0.0.0" and "::" open it to the network.
  Server& listen(Loop& loop, std::string_view address, std::uint16_t port);
  Server& listen(Loop& loop, std::string_view address, std::uint16_t port,
                 const ServerOptions& options);
  /// The same without exceptions: null and `error` set, or the server and `error` cleared.
  Server* listen(Loop& loop, std::uint16_t port, std::error_code& error,
                 const ServerOptions& options = {});
  Server* listen(Loop& loop, std::string_view address, std::uint16_t port, std::error_code& error,
                 const ServerOptions& options = {});

  /// Listens on a Unix socket: a path, or an abstract name ("@name"); see Server::listen_unix.
  Server& listen_unix(Loop& loop, std::string_view path, const ServerOptions& options = {},
                      const ListenOptions& socket = {});
  Server* listen_unix(Loop& loop, std::string_view path, std::error_code& error,
                      const ServerOptions& options = {}, const ListenOptions& socket = {});

  /// Listens with a socket that was passed to this process, as by systemd; see Server::adopt.
  Server& adopt(Loop& loop, int fd, const ServerOptions& options = {},
                const ListenOptions& socket = {});
  Server* adopt(Loop& loop, int fd, std::error_code& error, const ServerOptions& options = {},
                const ListenOptions& socket = {});

  /// For a Server of the program's own, and for tests: what answers the requests.
  [[nodiscard]] std::shared_ptr<internal::HttpService> service() const noexcept;

 private:
  class State;

  Application& add_definition(internal::RouteDefinition definition);
  Application& set_fallback(internal::RouteDefinition definition);
  [[nodiscard]] std::string reverse(std::string_view name,
                                    std::initializer_list<internal::UrlArgument> values) const;

  // Little of this is a template, since programs have many of these functions.
  template <class F>
  Application& add_function(internal::MethodName method, std::string_view path, F&& function,
                            const RouteOptions& options) {
    return add_made(method, path, internal::make_function(std::forward<F>(function)), options);
  }
  template <class F>
  Application& add_owned(internal::MethodName method, std::string_view path, const Lifetime& owner,
                         F&& function, const RouteOptions& options) {
    return add_made(method, path, internal::make_function(std::forward<F>(function)),
                    owned_by(owner, options));
  }
  [[nodiscard]] static RouteOptions owned_by(const Lifetime& owner, RouteOptions options);
  /// Takes `made.target` over, whatever happens.
  Application& add_made(internal::MethodName method, std::string_view path,
                        const internal::MadeFunction& made, const RouteOptions& options);
  [[nodiscard]] static const RouteOptions& no_options() noexcept;

  std::unique_ptr<State> state_;
};

}  // namespace eddy::inline v0::web
