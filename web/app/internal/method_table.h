// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/lifetime.h>
#include <eddy/web/app/internal/service_key.h>
#include <eddy/web/http/method.h>

namespace eddy::inline v0::web {
class Request;
}

namespace eddy::inline v0::web::internal {

class Exchange;
struct Refusal;

inline constexpr std::size_t kMostGroups = 16;

/// What a pattern's groups captured, percent-decoded. A group that took no part has null data.
struct PathParts {
  /// A std::string_view, but made without work: most paths have none of 16 parts.
  struct Part {
    const char* data;
    std::size_t size;
    Part& operator=(std::string_view text) noexcept {
      data = text.data();
      size = text.size();
      return *this;
    }
    [[nodiscard]] std::string_view text() const noexcept { return {data, size}; }
  };
  std::array<Part, kMostGroups> part;
  std::size_t count = 0;
  /// Not null: the handler is made for its error page and nothing else.
  const Refusal* refusal = nullptr;
};

/// How one HTTP method of a route is answered.
struct MethodEntry {
  /// Answers, or gives the exchange a task. May throw.
  void (*invoke)(void* target, Exchange& exchange, PathParts& parts) = nullptr;
  /// What `invoke` is given: a function, what a handler's initialize() takes, or a stock handler.
  void* target = nullptr;
  /// How many parts of the path it takes: 0, or as many as the pattern has groups.
  std::size_t arity = 0;
  /// It is called before the content is there.
  bool streams_body = false;
  /// Instead of the server's limit for bodies.
  std::optional<std::size_t> body_bytes = {};
  /// Its task is stopped when the client has gone, whatever the method.
  bool cancel_on_disconnect = false;
  /// Requests that are forged are refused, where the application says so.
  bool check_xsrf = true;
  /// `invoke` does that itself.
  bool handler_checks_xsrf = false;
  /// It answers for as long as that lives.
  Lifetime owner = {};
};

/// Those of methods that Method does not name; of <eddy/web/app/internal/further_methods.h>.
struct FurtherMethods;

/// A method by its name, as Method has it or not; a view.
class MethodName {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a Method says all of it
  MethodName(Method method) noexcept : method_(method), text_(to_string(method)) {}
  explicit MethodName(std::string_view text) noexcept : method_(method_from(text)), text_(text) {}

  [[nodiscard]] Method method() const noexcept { return method_; }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  Method method_;
  std::string_view text_;
};

/// What a route wants of a request beside its path.
struct RouteMatcher {
  bool (*accepts)(void* target, const Request& request) = nullptr;
  void* target = nullptr;
};

/// One route as it was declared; an Application checks and compiles it.
struct EDDY_API RouteDefinition {
  std::string pattern;
  /// A path with {names} in it, or a regular expression.
  bool is_regex = true;
  std::string name;
  /// Of the handler class, for messages; empty for functions.
  std::string handler;
  std::array<MethodEntry, static_cast<std::size_t>(kMethodCount)> methods;
  /// The path with or without a slash at its end leads here; see slash_route().
  bool redirect_slash = false;
  /// All of them must accept the request.
  std::vector<RouteMatcher> matchers = {};
  /// Owns what the entries' and the matchers' targets point to.
  std::vector<std::shared_ptr<void>> owned;
  /// What the handler or function takes of the application's services.
  std::vector<ServiceKey> services;

  /// The one of them that `target` points to; null for none.
  [[nodiscard]] std::shared_ptr<void> keeper_of(const void* target) const noexcept;
  /// That of a method, which is a new one, without `invoke`, where it is not answered.
  [[nodiscard]] MethodEntry& at(MethodName name);
  /// Null for none.
  [[nodiscard]] const FurtherMethods* further() const noexcept {
    return static_cast<const FurtherMethods*>(further_.get());
  }
  [[nodiscard]] FurtherMethods& change_further();
  /// Every method is answered by the same, those that Method does not name, too.
  void answer_all(const MethodEntry& entry);

 private:
  /// Copies share it until one of them changes it. Void, which costs compilers nothing.
  std::shared_ptr<void> further_ = {};
};

}  // namespace eddy::inline v0::web::internal
