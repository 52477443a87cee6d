// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/web/http/internal/exchange.h>

namespace eddy::inline v0::web::internal {

/// An error of a request that a handler's methods do not take, whose page is the handler's all the
/// same. Of PathParts, and then of the handler's state.
struct Refusal {
  int status;
  /// The Allow field, or nothing.
  std::string allow;
};

/// What a handler keeps for its response beside that itself; made when it is first needed, in the
/// request's memory. An error page, which begins the response anew, has it too.
struct HandlerState {
  struct NewCookie {
    std::string name;
    /// The value of its Set-Cookie field.
    std::string field;
  };

  /// Replaces the one of that name, or adds it.
  void set_cookie(std::string_view name, std::string field) {
    for (NewCookie& cookie : cookies) {
      if (cookie.name != name) continue;
      cookie.field = std::move(field);
      return;
    }
    cookies.push_back({std::string(name), std::move(field)});
  }

  std::vector<NewCookie> cookies;
  /// They are among the response's fields.
  bool cookies_added = false;
  /// The handler makes entity tags of its own.
  bool tags_response = false;
  /// As it is sent in forms; empty until it is asked for.
  std::string xsrf_token;
  /// What the handler is made for, where that is an error page and nothing else.
  std::optional<Refusal> refusal;
};

}  // namespace eddy::inline v0::web::internal
