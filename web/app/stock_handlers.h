// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/application.h>
#include <eddy/web/http/internal/delegate_service.h>

/// What answers requests without a handler class of the program's:
///
///     Application app({
///         route(R"(/old/(\d+)/(.*))", RedirectHandler("/stories/{0}?page={1}")),
///         route("/gone/.*", ErrorHandler(410)),
///         route("/legacy/.*", FallbackHandler([](const Request& request) { ... })),
///     });
namespace eddy::inline v0::web {

/// Sends clients elsewhere: 301, or 302 where it is not for good. GET and HEAD only.
///
/// In the URL {0} stands for what the first group of the route's pattern captured, as the client
/// has sent it, and {name} for a group by its name; {{ and }} are braces. The query of the request
/// follows the URL's own. What a client sends never decides about the host: a placeholder stands
/// behind the first slash of the path, and slashes that would come to stand first in a row become
/// one.
///
/// Thread: any; a value. Source: tornado.web.RedirectHandler.
class EDDY_API RedirectHandler {
 public:
  /// Throws std::invalid_argument for a URL whose braces do not fit, with a placeholder in its
  /// scheme or host or before its path, or with characters that no URL has.
  explicit RedirectHandler(std::string_view url, bool permanent = true);

 private:
  friend EDDY_API Route route(std::string_view pattern, RedirectHandler handler,
                              const RouteOptions& options);
  struct Piece {
    std::string text;
    /// The group behind the text, or -1.
    int group = -1;
    /// Its name, if it is asked for by name.
    std::string name;
  };

  [[nodiscard]] std::string target(internal::Exchange& exchange) const;
  static void invoke(void* self, internal::Exchange& exchange, internal::PathParts& parts);

  std::vector<Piece> pieces_;
  bool permanent_;
};

/// Answers every method with an error. Source: tornado.web.ErrorHandler.
class EDDY_API ErrorHandler {
 public:
  /// 400 to 599; else std::invalid_argument.
  explicit ErrorHandler(int status);

 private:
  friend EDDY_API Route route(std::string_view pattern, ErrorHandler handler,
                              const RouteOptions& options);
  int status_;
};

/// Hands requests of every method to what an HttpServer would have for a handler: a function of
/// const Request&, RequestBody& and ResponseStream&, or one that makes a MessageDelegate. It sees
/// the request as it came, with the whole path.
///
/// Source: tornado.web.FallbackHandler.
class EDDY_API FallbackHandler {
 public:
  template <class F>
  explicit FallbackHandler(F function)
      : service_(internal::make_service(std::move(function))),
        streams_body_(internal::kReadsBody<F>) {}

 private:
  friend EDDY_API Route route(std::string_view pattern, FallbackHandler handler,
                              const RouteOptions& options);
  std::shared_ptr<internal::HttpService> service_;
  bool streams_body_;
};

/// Gives the paths that match `pattern`, a regular expression as for route<Handler>(), to one of
/// the above. Throws std::invalid_argument for a RedirectHandler whose URL names a group that the
/// pattern has not.
[[nodiscard]] EDDY_API Route route(std::string_view pattern, RedirectHandler handler,
                                   const RouteOptions& options = {});
[[nodiscard]] EDDY_API Route route(std::string_view pattern, ErrorHandler handler,
                                   const RouteOptions& options = {});
[[nodiscard]] EDDY_API Route route(std::string_view pattern, FallbackHandler handler,
                                   const RouteOptions& options = {});

}  // namespace eddy::inline v0::web
