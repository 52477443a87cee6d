// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/app/request_handler.h>

/// Who a request is from, and handlers for those alone who have logged in.
namespace eddy::inline v0::web {

namespace internal {

/// Settings::login_url.
[[nodiscard]] EDDY_API std::string login_url(const RequestHandler& handler);
/// Answers a request that needs a user, as UserHandler::require_user() says, and throws Finish or
/// HttpError.
[[noreturn]] EDDY_API void refuse_stranger(RequestHandler& handler, std::string login_url);

}  // namespace internal

/// A handler that knows its user, in a type of the program's own:
///
///     struct Site : eddy::web::UserHandler<User> {
///       std::optional<User> get_current_user() override {
///         const auto id = get_signed_cookie("user");
///         return id ? find_user(*id) : std::nullopt;
///       }
///     };
///     struct Home : Site {
///       static constexpr bool authenticated = true;
///       void get() { write("Hello, ", current_user()->name); }
///     };
///
/// With `authenticated` the methods are called only where there is a user: behind prepare(), and
/// before anything of a streamed content is read, require_user() is called. For one method of
/// several it calls require_user() itself. Where the user is in a database: AsyncUserHandler.
///
/// Source: tornado.web.RequestHandler.current_user, tornado.web.authenticated.
template <class User, class Base = RequestHandler>
class UserHandler : public Base {
 public:
  /// Whom the request is from, or nobody. Asked at most once for a request.
  [[nodiscard]] virtual std::optional<User> get_current_user() { return std::nullopt; }

  /// The user, or null; as long as the handler, or until another one is set.
  [[nodiscard]] const User* current_user() {
    if (!known_) set_current_user(get_current_user());
    return user_ ? &*user_ : nullptr;
  }
  /// For a prepare() that finds it; get_current_user() is not asked any more.
  void set_current_user(std::optional<User> user) {
    user_ = std::move(user);
    known_ = true;
  }
  [[nodiscard]] bool has_current_user() override { return current_user() != nullptr; }

  /// Where to log in: Settings::login_url.
  [[nodiscard]] virtual std::string get_login_url() { return internal::login_url(*this); }

  /// The user. Where there is none the request ends here: a GET or HEAD is sent to get_login_url()
  /// with where it wanted to go as `next` (all of the URL where that of the login is absolute;
  /// nothing is added to one with a query), any other method, or one without a login URL, is a 403.
  /// Throws Finish or HttpError.
  const User& require_user() {
    if (const User* const user = current_user()) return *user;
    internal::refuse_stranger(*this, get_login_url());
  }

 private:
  std::optional<User> user_;
  bool known_ = false;
};

/// A UserHandler that has to wait until it knows its user. It is found before prepare(), for each
/// request, so that current_user() need not wait.
///
///     struct Site : eddy::web::AsyncUserHandler<User, eddy::web::WithServices<Database>> {
///       eddy::Task<std::optional<User>> load_current_user() override {
///         const auto id = get_signed_cookie("user");
///         if (!id) co_return std::nullopt;
///         co_return co_await app<Database>().find_user(*id);
///       }
///     };
template <class User, class Base = RequestHandler>
class AsyncUserHandler : public UserHandler<User, Base> {
 public:
  [[nodiscard]] virtual Task<std::optional<User>> load_current_user() = 0;

  /// load_user() is awaited before prepare(); see internal::Prelude.
  using LoadsUser = void;
  [[nodiscard]] Task<void> load_user() {
    std::optional<User> user = co_await load_current_user();
    this->set_current_user(std::move(user));
  }
};

}  // namespace eddy::inline v0::web
