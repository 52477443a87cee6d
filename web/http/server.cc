// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/server.h>

#include <eddy/web/http/internal/server_core.h>

namespace eddy::inline v0::web {

namespace {

// Whoever is turned away because no descriptor is left for him gets this.
constexpr std::string_view kNoDescriptor =
    "HTTP/1.1 503 Service Unavailable\r\n"
    "Retry-After: 1\r\n"
    "Connection: close\r\n"
    "Content-Length: 0\r\n\r\n";

ListenOptions merged(ListenOptions options, const ServerOptions& server) {
  if (options.backlog <= 0) options.backlog = server.backlog;
  if (options.layers.empty()) options.layers = server.layers;
  return options;
}

}  // namespace

Server::Server(Loop& loop, std::shared_ptr<internal::HttpService> service,
               const ServerOptions& options)
    : core_(std::make_shared<internal::ServerCore>(loop, std::move(service), options)) {
  core_->listener().set_shedding({.farewell = std::string(kNoDescriptor)});
}

Server::~Server() { core_->close(); }

void Server::listen(std::uint16_t port, const ListenOptions& options) {
  core_->listener().listen(port, merged(options, core_->options()));
}

void Server::listen(std::uint16_t port, std::error_code& error, const ListenOptions& options) {
  core_->listener().listen(port, error, merged(options, core_->options()));
}

void Server::listen(std::string_view address, std::uint16_t port, const ListenOptions& options) {
  core_->listener().listen(address, port, merged(options, core_->options()));
}

void Server::listen(std::string_view address, std::uint16_t port, std::error_code& error,
                    const ListenOptions& options) {
  core_->listener().listen(address, port, error, merged(options, core_->options()));
}

void Server::listen_unix(std::string_view path, const ListenOptions& options) {
  core_->listener().listen_unix(path, merged(options, core_->options()));
}

void Server::listen_unix(std::string_view path, std::error_code& error,
                         const ListenOptions& options) {
  core_->listener().listen_unix(path, error, merged(options, core_->options()));
}

void Server::adopt(int fd, const ListenOptions& options) {
  core_->listener().adopt(fd, merged(options, core_->options()));
}

void Server::adopt(int fd, std::error_code& error, const ListenOptions& options) {
  core_->listener().adopt(fd, error, merged(options, core_->options()));
}

const std::vector<Address>& Server::addresses() const noexcept {
  return core_->listener().addresses();
}

std::uint16_t Server::port() const noexcept { return core_->listener().port(); }

std::string Server::url() const {
  if (addresses().empty()) return {};
  for (std::size_t i = 0; i < addresses().size(); ++i) {
    const Address& address = addresses()[i];
    if (address.family() == Address::Family::local) continue;
    // "Any address" is none that could be opened.
    std::string host = address.host();
    if (host == "0.0.0.0") host = "127.0.0.1";
    if (host == "::") host = "::1";
    if (host.find(':') != std::string::npos) host.insert(0, 1, '[').push_back(']');
    const char* const scheme = core_->listener().secure(i) ? "https://" : "http://";
    return scheme + host + ":" + std::to_string(address.port());
  }
  return "http://unix:" + addresses().front().host();
}

void Server::stop() noexcept { core_->stop(); }

Task<DrainReport> Server::drain_until(Duration limit) {
  return internal::ServerCore::drain(core_, limit);
}

ServerStats Server::stats() const noexcept { return core_->stats(); }

}  // namespace eddy::inline v0::web
