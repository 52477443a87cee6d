// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/server.h>

#include <algorithm>

#include <eddy/web/http/internal/server_core.h>

namespace eddy::inline v0::web {

Server::Server(Loop& loop, std::shared_ptr<internal::HttpService> service,
               const ServerOptions& options)
    : core_(std::make_shared<internal::ServerCore>(loop, std::move(service), options)) {}

Server::~Server() { core_->close(); }

void Server::listen(std::uint16_t port) { core_->listener().listen(port, core_->listen_options()); }

void Server::listen(std::string_view address, std::uint16_t port) {
  core_->listener().listen(address, port, core_->listen_options());
}

void Server::listen(std::uint16_t port, std::error_code& error) {
  core_->listener().listen(port, error, core_->listen_options());
}

void Server::listen(std::string_view address, std::uint16_t port, std::error_code& error) {
  core_->listener().listen(address, port, error, core_->listen_options());
}

const std::vector<Address>& Server::addresses() const noexcept {
  return core_->listener().addresses();
}

std::uint16_t Server::port() const noexcept { return core_->listener().port(); }

std::string Server::url() const {
  if (addresses().empty()) return {};
  const Address& address = addresses().front();
  // "Any address" is none that could be opened.
  std::string host = address.host();
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host.insert(0, 1, '[').push_back(']');
  const auto& layers = core_->options().layers;
  const bool secure =
      std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return layer->secure(); });
  return (secure ? "https://" : "http://") + host + ":" + std::to_string(address.port());
}

void Server::stop() noexcept { core_->stop(); }

ServerStats Server::stats() const noexcept { return core_->stats(); }

}  // namespace eddy::inline v0::web
