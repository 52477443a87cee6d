// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/testing/manual_system.h>

#include <algorithm>

namespace eddy::inline v0::testing {

/// Bytes on their way in one direction.
struct ManualDirection {
  std::string data;
  bool ended = false;
  std::size_t limit = 0;
  std::deque<std::errc> errors;
  std::size_t calls = 0;
};

struct ManualConnection {
  /// What the peer has written, and what Eddy has.
  ManualDirection to_eddy;
  ManualDirection to_peer;
  std::size_t capacity = 64 * 1024;
  bool reset = false;
  bool closed_by_peer = false;
  bool closed_by_eddy = false;
  Address peer_address;

  // As the end sees them that Eddy has in general, or as the `far` one does.
  [[nodiscard]] ManualDirection& incoming(bool far) noexcept { return far ? to_peer : to_eddy; }
  [[nodiscard]] ManualDirection& outgoing(bool far) noexcept { return far ? to_eddy : to_peer; }
  [[nodiscard]] bool other_closed(bool far) const noexcept {
    return far ? closed_by_eddy : closed_by_peer;
  }
  void close(bool far) noexcept {
    (far ? closed_by_peer : closed_by_eddy) = true;
    outgoing(far).ended = true;
  }
};

namespace {

constexpr int kFirstDescriptor = 1 << 20;

std::size_t bounded(std::size_t size, std::size_t limit) noexcept {
  return limit == 0 ? size : std::min(size, limit);
}

/// A Unix socket without a name, as clients have.
Address nameless() {
  std::error_code error;
  Address address = Address::local("/", error);
  address.set_size(sizeof(short));  // the family
  return address;
}

Address loopback(std::uint16_t port) {
  std::error_code error;
  return Address::parse("127.0.0.1", port, error);
}

/// Whether who listens at `local` is reached at `address`.
bool reaches(const Address& address, const Address& local) {
  if (local == address) return true;
  const bool any = local.host() == "0.0.0.0" || local.host() == "::";
  return any && address.family() == local.family() && address.port() == local.port();
}

[[noreturn]] void refuse(const std::string& where) {
  throw std::system_error(std::make_error_code(std::errc::connection_refused),
                          "connect to " + where);
}

}  // namespace

// ---- The peer -----------------------------------------------------------------------------------

void ManualPeer::write(std::string_view data) {
  ManualConnection& c = *connection_;
  if (c.reset || c.closed_by_peer || c.closed_by_eddy || c.to_eddy.ended) return;
  c.to_eddy.data.append(data);
}

std::string ManualPeer::read(std::size_t max) {
  std::string& data = connection_->to_peer.data;
  std::string taken = data.substr(0, max);
  data.erase(0, taken.size());
  return taken;
}

const std::string& ManualPeer::unread() const noexcept { return connection_->to_peer.data; }
void ManualPeer::shutdown_write() { connection_->to_eddy.ended = true; }

void ManualPeer::close() { connection_->close(true); }

void ManualPeer::reset() {
  connection_->reset = true;
  connection_->to_eddy.data.clear();
}

bool ManualPeer::ended() const noexcept { return connection_->to_peer.ended; }
bool ManualPeer::closed() const noexcept { return connection_->closed_by_eddy; }
std::size_t ManualPeer::sends() const noexcept { return connection_->to_peer.calls; }
std::size_t ManualPeer::receives() const noexcept { return connection_->to_eddy.calls; }
void ManualPeer::set_capacity(std::size_t bytes) { connection_->capacity = bytes; }
void ManualPeer::limit_receives(std::size_t bytes) { connection_->to_eddy.limit = bytes; }
void ManualPeer::limit_sends(std::size_t bytes) { connection_->to_peer.limit = bytes; }
void ManualPeer::fail_receive(std::errc error) { connection_->to_eddy.errors.push_back(error); }
void ManualPeer::fail_send(std::errc error) { connection_->to_peer.errors.push_back(error); }

// ---- The system ---------------------------------------------------------------------------------

template <class Matches>
std::shared_ptr<ManualConnection> ManualSystem::connect_to(Matches matches) {
  for (auto& [fd, socket] : sockets_) {
    if (!socket.listens() || !matches(socket.local)) continue;
    if (socket.pending.size() >= socket.backlog) break;
    auto connection = std::make_shared<ManualConnection>();
    const bool local = socket.local.family() == Address::Family::local;
    connection->peer_address = local ? nameless() : loopback(next_peer_port_++);
    socket.pending.push_back(connection);
    return connection;
  }
  return nullptr;
}

ManualPeer ManualSystem::connect(std::uint16_t port) {
  auto connection = connect_to([port](const Address& local) { return local.port() == port; });
  if (!connection) refuse("port " + std::to_string(port));
  return ManualPeer(std::move(connection));
}

ManualPeer ManualSystem::connect(std::string_view path) {
  std::error_code error;
  const Address address = Address::local(path, error);
  auto connection = connect_to([&address](const Address& local) { return local == address; });
  if (!connection) refuse(std::string(path));
  return ManualPeer(std::move(connection));
}

ManualPeer ManualSystem::expect_connect(std::uint16_t port) {
  expected_.push_back({port, {}, std::make_shared<ManualConnection>()});
  return ManualPeer(expected_.back().connection);
}

ManualPeer ManualSystem::expect_connect(std::string_view path) {
  std::error_code error;
  expected_.push_back({0, Address::local(path, error), std::make_shared<ManualConnection>()});
  return ManualPeer(expected_.back().connection);
}

std::size_t ManualSystem::open_descriptors() const noexcept {
  return static_cast<std::size_t>(std::count_if(sockets_.begin(), sockets_.end(), [](auto& entry) {
    const Socket& socket = entry.second;
    return socket.connection || socket.connects() || socket.listens();
  }));
}

ManualSystem::OpenConnection ManualSystem::open_connection() {
  auto connection = std::make_shared<ManualConnection>();
  connection->peer_address = loopback(next_peer_port_++);
  const int fd = add({connection, loopback(next_port_++), {}, 0});
  return {fd, ManualPeer(connection)};
}

Io ManualSystem::ready(int fd, Io interest) const noexcept {
  const Socket* socket = find(fd);
  if (socket == nullptr) return Io::none;
  if (socket->connects()) return socket->held() && !socket->woken ? Io::none : interest;
  if (!socket->connection) {
    if (!socket->listens()) return Io::none;
    const bool acceptable = !socket->pending.empty() || !accept_errors_.empty();
    return acceptable ? interest & Io::read : Io::none;
  }
  ManualConnection& c = *socket->connection;
  const ManualDirection& in = c.incoming(socket->far);
  const ManualDirection& out = c.outgoing(socket->far);
  const bool other_closed = c.other_closed(socket->far);
  // After a hang-up or an error both directions are ready, as with epoll.
  if (c.reset || (other_closed && out.ended)) return interest;
  Io events = Io::none;
  if (!in.data.empty() || in.ended || !in.errors.empty()) events = events | Io::read;
  if (out.data.size() < c.capacity || other_closed || !out.errors.empty()) {
    events = events | Io::write;
  }
  return events & interest;
}

int ManualSystem::listen(const Address& address, const ListenSocketOptions& options,
                         std::error_code& error) noexcept {
  if (take_error(listen_errors_, error)) return -1;
  error.clear();
  if (address.family() == Address::Family::ipv6 && !ipv6_) {
    error = std::make_error_code(std::errc::address_family_not_supported);
  } else if (sockets_.size() >= descriptor_limit_) {
    error = std::make_error_code(std::errc::too_many_files_open);
  }
  Address local = address;
  if (address.family() != Address::Family::local) {
    std::error_code parse_error;
    const std::uint16_t port = address.port() != 0 ? address.port() : next_port_++;
    local = Address::parse(address.host(), port, parse_error);
  } else if (files_.contains(address.host())) {
    error = std::make_error_code(std::errc::address_in_use);
  }
  if (listens_on(local) && !options.reuse_port) {
    error = std::make_error_code(std::errc::address_in_use);
  }
  if (error) return -1;
  if (local.family() == Address::Family::local && !local.is_abstract()) leave_file(local.host());
  return add({nullptr, local, {}, static_cast<std::size_t>(std::max(options.backlog, 1))});
}

bool ManualSystem::listens_on(const Address& address) const noexcept {
  return std::any_of(sockets_.begin(), sockets_.end(), [&address](const auto& entry) {
    return entry.second.listens() && entry.second.local == address;
  });
}

std::error_code ManualSystem::adopt_listener(int fd) noexcept {
  const Socket* socket = find(fd);
  if (socket == nullptr) return std::make_error_code(std::errc::bad_file_descriptor);
  if (!socket->listens()) return std::make_error_code(std::errc::invalid_argument);
  return {};
}

std::error_code ManualSystem::remove_stale(const Address& address) noexcept {
  if (address.is_abstract() || listens_on(address)) {
    return std::make_error_code(std::errc::address_in_use);
  }
  files_.erase(address.host());
  return {};
}

FileId ManualSystem::file_of(const Address& address) noexcept {
  const auto found = files_.find(address.host());
  return found != files_.end() ? FileId{1, found->second} : FileId();
}

void ManualSystem::remove_file(const Address& address, const FileId& file) noexcept {
  if (file_of(address) == file) files_.erase(address.host());
}

int ManualSystem::reserve() noexcept {
  if (sockets_.size() >= descriptor_limit_) return -1;
  return add({});
}

Address ManualSystem::local_address(int fd) noexcept {
  const Socket* socket = find(fd);
  return socket != nullptr ? socket->local : Address();
}

void ManualSystem::set_nodelay(int /*fd*/) noexcept {}

IoResult ManualSystem::receive(int fd, std::span<char> buffer) noexcept {
  Socket* socket = find(fd);
  if (socket == nullptr) return {0, std::make_error_code(std::errc::bad_file_descriptor)};
  if (!socket->connection) return {0, std::make_error_code(std::errc::not_connected)};
  ManualConnection& c = *socket->connection;
  IoResult result;
  ManualDirection& in = c.incoming(socket->far);
  if (take_error(in.errors, result.error)) return result;
  if (c.reset) return {0, std::make_error_code(std::errc::connection_reset)};
  std::string& data = in.data;
  if (data.empty()) {
    if (!in.ended) result.error = std::make_error_code(std::errc::operation_would_block);
    return result;
  }
  result.bytes = bounded(std::min(buffer.size(), data.size()), in.limit);
  std::copy_n(data.begin(), result.bytes, buffer.begin());
  data.erase(0, result.bytes);
  ++in.calls;
  return result;
}

IoResult ManualSystem::send(int fd, std::span<const std::string_view> pieces) noexcept {
  Socket* socket = find(fd);
  if (socket == nullptr) return {0, std::make_error_code(std::errc::bad_file_descriptor)};
  if (!socket->connection) return {0, std::make_error_code(std::errc::not_connected)};
  ManualConnection& c = *socket->connection;
  IoResult result;
  ManualDirection& out = c.outgoing(socket->far);
  if (take_error(out.errors, result.error)) return result;
  if (c.reset) return {0, std::make_error_code(std::errc::connection_reset)};
  if (c.other_closed(socket->far) || out.ended) {
    return {0, std::make_error_code(std::errc::broken_pipe)};
  }
  std::string& data = out.data;
  std::size_t room = c.capacity > data.size() ? c.capacity - data.size() : 0;
  if (room == 0) return {0, std::make_error_code(std::errc::operation_would_block)};
  room = bounded(room, out.limit);
  for (const std::string_view piece : pieces) {
    const std::size_t count = std::min(piece.size(), room - result.bytes);
    data.append(piece.substr(0, count));
    result.bytes += count;
  }
  ++out.calls;
  return result;
}

int ManualSystem::accept(int listener, Address& peer, std::error_code& error) noexcept {
  ++accepts_;
  if (take_error(accept_errors_, error)) return -1;
  Socket* socket = find(listener);
  if (socket == nullptr || !socket->listens()) {
    error = std::make_error_code(std::errc::bad_file_descriptor);
    return -1;
  }
  // As a real system does, a descriptor is looked for before a connection is.
  if (sockets_.size() >= descriptor_limit_) {
    error = std::make_error_code(std::errc::too_many_files_open);
    return -1;
  }
  if (socket->pending.empty()) {
    error = std::make_error_code(std::errc::operation_would_block);
    return -1;
  }
  error.clear();
  auto connection = std::move(socket->pending.front());
  socket->pending.pop_front();
  peer = connection->peer_address;
  return add({std::move(connection), socket->local, {}, 0});
}

void ManualSystem::set_connect_result(std::string_view host, std::errc result) {
  connect_results_.insert_or_assign(std::string(host), result);
}

int ManualSystem::connect(const Address& address, const Address& source,
                          std::error_code& error) noexcept {
  error.clear();
  attempts_.push_back({address, source, now_});
  if (sockets_.size() >= descriptor_limit_) {
    error = std::make_error_code(std::errc::too_many_files_open);
    return -1;
  }
  Socket socket;
  std::error_code scripted;
  if (take_error(connect_errors_, scripted)) {
    socket.connect_error = static_cast<std::errc>(scripted.value());
  } else if (hold_connects_) {
    socket.connect_error = std::errc::operation_in_progress;
  } else if (const auto result = connect_results_.find(address.host());
             result != connect_results_.end() && result->second != std::errc()) {
    socket.connect_error = result->second;
  } else if (auto expected = take_expected(address)) {
    socket.connection = std::move(expected);
  } else {
    socket.far = true;
    socket.connection =
        connect_to([&address](const Address& local) { return reaches(address, local); });
    if (!socket.connection) {
      error = std::make_error_code(std::errc::connection_refused);
      return -1;
    }
    socket.local = socket.connection->peer_address;
  }
  // As on a real system a Unix socket is connected at once.
  if (socket.connects() || address.family() != Address::Family::local) {
    error = std::make_error_code(std::errc::operation_in_progress);
  }
  return add(std::move(socket));
}

void ManualSystem::wake_held_connects() noexcept {
  for (auto& [fd, socket] : sockets_) socket.woken = socket.held();
}

std::error_code ManualSystem::connect_error(int fd) noexcept {
  Socket* socket = find(fd);
  if (socket == nullptr) return std::make_error_code(std::errc::bad_file_descriptor);
  if (!socket->connects()) return {};
  socket->woken = false;
  return std::make_error_code(socket->connect_error);
}

std::shared_ptr<ManualConnection> ManualSystem::take_expected(const Address& address) {
  const bool local = address.family() == Address::Family::local;
  const auto found = std::find_if(expected_.begin(), expected_.end(), [&](const Expected& item) {
    return local ? item.path == address : item.port == address.port();
  });
  if (found == expected_.end()) return nullptr;
  auto connection = std::move(found->connection);
  expected_.erase(found);
  return connection;
}

void ManualSystem::shutdown_write(int fd) noexcept {
  Socket* socket = find(fd);
  if (socket != nullptr && socket->connection) {
    socket->connection->outgoing(socket->far).ended = true;
  }
}

void ManualSystem::close(int fd) noexcept {
  const Socket* socket = find(fd);
  if (socket == nullptr) return;
  if (socket->connection) socket->connection->close(socket->far);
  // Who has not been accepted is sent away.
  for (const auto& pending : socket->pending) {
    pending->closed_by_eddy = true;
    pending->reset = true;
  }
  sockets_.erase(fd);
}

int ManualSystem::add(Socket socket) {
  int fd = kFirstDescriptor;
  for (const auto& [used, unused] : sockets_) {
    if (used != fd) break;
    ++fd;
  }
  sockets_.emplace(fd, std::move(socket));
  return fd;
}

ManualSystem::Socket* ManualSystem::find(int fd) noexcept {
  const auto found = sockets_.find(fd);
  return found != sockets_.end() ? &found->second : nullptr;
}

const ManualSystem::Socket* ManualSystem::find(int fd) const noexcept {
  const auto found = sockets_.find(fd);
  return found != sockets_.end() ? &found->second : nullptr;
}

bool ManualSystem::take_error(std::deque<std::errc>& script, std::error_code& error) noexcept {
  if (script.empty()) return false;
  error = std::make_error_code(script.front());
  script.pop_front();
  return true;
}

}  // namespace eddy::inline v0::testing
