// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/request.h>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {

Request::Request() = default;
Request::~Request() = default;

std::string_view Request::host() const noexcept {
  const bool told = forwarded_ != nullptr && !forwarded_->host.empty();
  const std::string_view host = told ? forwarded_->host : head_->host();
  return host.empty() ? std::string_view("127.0.0.1") : host;
}

std::string_view Request::remote_ip() const {
  if (forwarded_ != nullptr) return forwarded_->ip;
  if (remote_ip_.empty()) {
    const Address peer = peer_.address();
    remote_ip_ = peer.family() == Address::Family::local ? "0.0.0.0" : peer.host();
  }
  return remote_ip_;
}

std::string Request::host_name() const {
  const std::string_view with_port = host();
  // An IPv6 address has colons of its own, within brackets.
  const std::size_t colon = with_port.rfind(':');
  const std::size_t bracket = with_port.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  std::string name(has_port ? with_port.substr(0, colon) : with_port);
  for (char& c : name) c = internal::to_lower(c);
  return name;
}

const Arguments& Request::query_arguments() const {
  if (!query_arguments_) {
    query_arguments_ = std::make_unique<const Arguments>(Arguments::parse(query()));
  }
  return *query_arguments_;
}

}  // namespace eddy::inline v0::web
