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
#include <eddy/web/app/request_handler.h>
#include <eddy/web/app/services.h>
#include <eddy/web/http/server.h>

namespace eddy::inline v0::web {

struct RouteOptions {
  /// By which links to the route are made; unique in an Application, empty for none.
  std::string name = {};
  /// Bytes of a request's body, instead of ServerOptions::limits.body_bytes. More is a 413.
  std::optional<std::size_t> body_bytes = {};
  /// The handler's task is stopped when its client has gone, whatever the method: for one whose
  /// work may be left half done. GET and HEAD always do.
  bool cancel_on_disconnect = false;
  /// What the handlers work for, where that may go before the server: from its death on the route
  /// answers by 503, and its waiting handlers are destroyed before the owner has gone. Their
  /// clients get a 503 too or, behind a head that was sent, a cut connection. No hook of theirs
  /// (on_finish, write_error, ...) is called any more. See Lifetime and while_alive.
  Lifetime owner = {};
};

/// A pattern of paths and the handler class that answers them; see route().
class EDDY_API Route {
 public:
  explicit Route(internal::RouteDefinition definition);

 private:
  friend class Application;
  std::shared_ptr<internal::RouteDefinition> definition_;
};

/// Gives the paths that match `pattern` to handlers of class H. The pattern is a regular expression
/// (PCRE2) for the whole path as it was sent, not decoded; its groups are decoded, and become the
/// parameters of H's methods by position.
///
///     Application app({route<Main>("/"), route<Story>(R"(/story/(\d+))", {.name = "story"})});
///
/// What follows the options is kept with the route, by value (std::ref for what is not to be
/// copied), and given to each handler's initialize().
template <class H, class... Args>
Route route(std::string_view pattern, RouteOptions options = {}, Args&&... args) {
  internal::RouteDefinition definition;
  definition.pattern = pattern;
  definition.name = std::move(options.name);
  definition.handler = internal::type_name<H>();
  using Arguments = internal::HandlerArguments<std::decay_t<Args>...>;
  internal::add_methods<H, Arguments>(definition, Arguments::keep(std::forward<Args>(args)...));
  for (internal::MethodEntry& entry : definition.methods) {
    if (options.body_bytes) entry.body_bytes = options.body_bytes;
    entry.cancel_on_disconnect |= options.cancel_on_disconnect;
    entry.owner = options.owner;
  }
  return Route(std::move(definition));
}

/// The routes of a web application, and the servers that it listens with.
///
/// The first route that matches a path answers it: 405 with Allow where it lacks the method, and
/// 404 where no route matches. HEAD is answered by what answers GET, without the content, and
/// OPTIONS by Allow, unless a route has its own. Functions for one path (get, post, ...) are one
/// route.
///
///     Application app;
///     app.get("/hello/{name}", [](std::string_view name) { return "Hello, " + std::string(name);
///     });
///
/// Thread: the Loop's. Lifetime: may be destroyed at any moment, from within its own handlers too:
/// its servers stop, waiting handlers are destroyed, and those on the stack go on without a client.
/// Errors: a malformed pattern, a count of groups that does not fit, a name that is taken, or a
/// service that is not there throw std::invalid_argument when the route is added, which names
/// route, pattern, handler and counts.
/// Source: tornado.web.Application.
class EDDY_API Application {
 public:
  Application();
  Application(std::initializer_list<Route> routes);  // NOLINT(google-explicit-constructor)
  /// With what its handlers and functions reach by type; see Services.
  explicit Application(Services services, std::initializer_list<Route> routes = {});
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;
  ~Application();

  Application& add(const Route& route);

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

  // Little of this is a template, since programs have many of these functions.
  template <class F>
  Application& add_function(Method method, std::string_view path, F&& function,
                            const RouteOptions& options) {
    return add_made(method, path, internal::make_function(std::forward<F>(function)), options);
  }
  template <class F>
  Application& add_owned(Method method, std::string_view path, const Lifetime& owner, F&& function,
                         const RouteOptions& options) {
    return add_made(method, path, internal::make_function(std::forward<F>(function)),
                    owned_by(owner, options));
  }
  [[nodiscard]] static RouteOptions owned_by(const Lifetime& owner, RouteOptions options);
  /// Takes `made.entry.target` over, whatever happens.
  Application& add_made(Method method, std::string_view path, const internal::MadeFunction& made,
                        const RouteOptions& options);
  [[nodiscard]] static const RouteOptions& no_options() noexcept;

  std::unique_ptr<State> state_;
};

}  // namespace eddy::inline v0::web
