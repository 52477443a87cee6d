// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/host_policy.h>

#include <algorithm>
#include <stdexcept>

#include <eddy/web/http/internal/shown_text.h>

namespace eddy::inline v0::web::internal {

HostPolicy::HostPolicy(bool check, const std::vector<std::string>& hosts)
    : checks_this_machine_(check), checks_others_(check && !hosts.empty()) {
  hosts_.reserve(hosts.size());
  for (const std::string& host : hosts) {
    try {
      hosts_.emplace_back(host);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("Settings::hosts: " + shown_text(host) + ": " + error.what());
    }
  }
}

bool HostPolicy::allows_unusual(const Request& request, bool from_this_machine) const noexcept {
  const HostAndPort host = split_host(request.host());
  if (from_this_machine && names_this_machine(host.host)) return true;
  const std::uint16_t default_port = request.protocol() == "https" ? 443 : 80;
  return std::ranges::any_of(
      hosts_, [&](const HostPattern& pattern) { return pattern.matches(host, default_port); });
}

}  // namespace eddy::inline v0::web::internal
