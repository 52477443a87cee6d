// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <stdexcept>

#include <eddy/web/app/internal/route_parts.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web {

std::vector<std::string> RequestHandler::path_args() const {
  std::vector<std::string> decoded;
  const internal::RouteParts found(exchange());
  for (std::size_t i = 0; i < found.count(); ++i) decoded.push_back(percent_decode(found[i]));
  return decoded;
}

std::optional<std::string> RequestHandler::path_arg(std::string_view name) const {
  const internal::RouteParts found(exchange());
  const std::optional<std::size_t> group = found.group(name);
  if (!group) {
    throw std::out_of_range("path_arg: " + found.route() + " has no group '" + std::string(name) +
                            "'");
  }
  if (found[*group].data() == nullptr) return std::nullopt;
  return percent_decode(found[*group]);
}

}  // namespace eddy::inline v0::web
