// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/static_path.h>

#include <eddy/web/http/url.h>

namespace eddy::inline v0::web::internal {

namespace {

/// The part before the next slash, which is taken from the path.
std::string_view take_part(std::string_view& path) noexcept {
  const std::size_t slash = path.find('/');
  const std::string_view part = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return part;
}

}  // namespace

std::optional<std::string> normal_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return std::nullopt;
  std::string normal;
  while (!path.empty()) {
    const std::string_view part = take_part(path);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (normal.empty()) return std::nullopt;
      const std::size_t slash = normal.rfind('/');
      normal.resize(slash == std::string::npos ? 0 : slash);
    } else {
      if (!normal.empty()) normal += '/';
      normal += part;
    }
  }
  return normal;
}

std::string url_path(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return percent_encode(path, PlusSign::is_plus, Slash::kept);
}

std::optional<std::string> folder_redirect(std::string_view path, std::string_view query) {
  if (!is_local_url(path)) return std::nullopt;
  std::string target(path);
  target += '/';
  if (!query.empty()) target.append("?").append(query);
  return target;
}

}  // namespace eddy::inline v0::web::internal
