// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/server_core.h>

#include <chrono>
#include <utility>

#include <eddy/web/http/internal/connection.h>

namespace eddy::inline v0::web::internal {

ServerCore::ServerCore(Loop& loop, std::shared_ptr<HttpService> service,
                       const ServerOptions& options)
    : ConnectionHome(eddy::internal::core_of(loop), options),
      service_(std::move(service)),
      listener_(loop, [this](std::unique_ptr<Stream> stream) { accept(std::move(stream)); }),
      encoders_(options.compression) {
  exchanges_.reserve(kKept);
}

ServerCore::~ServerCore() {
  for (Exchange* exchange : exchanges_) exchange->drop_reference();
}

void ServerCore::accept(std::unique_ptr<Stream> stream) {
  AddressCount counted = per_address_.end();
  if (!admit(*stream, counted)) {
    ++stats_.shed;
    return;
  }
  Connection* connection = nullptr;
  try {
    connection = new Connection(shared_from_this(), std::move(stream), counted);
  } catch (...) {  // no memory
    forget_address(counted);
    throw;
  }
  connections_.push_back(*connection);
  none_left_.clear();
  ++stats_.accepted;
  ++stats_.connections;
  if (full()) listener_.pause();
  connection->start();
}

bool ServerCore::admit(const Stream& stream, AddressCount& counted) {
  return !full() && count_address(stream, counted);
}

bool ServerCore::count_address(const Stream& stream, AddressCount& counted) {
  if (options_.connections_per_address == 0 || counted != per_address_.end()) return true;
  if (!stream.peer_known()) return true;
  const Address address = stream.peer_address();
  if (address.family() == Address::Family::local) return true;  // all of them have the same
  const AddressCount place = per_address_.try_emplace(address.host(), 0).first;
  if (place->second >= options_.connections_per_address) return false;
  ++place->second;
  counted = place;
  return true;
}

bool ServerCore::accepts_from_this_machine(const Stream& stream) const noexcept {
  // A peer that is still to be told of speaks the PROXY protocol.
  return listener_.accepting().is_loopback() && stream.peer_known() &&
         !options_.trusted_proxies.networks.contains(stream.peer_address());
}

void ServerCore::forget_address(const AddressCount& counted) noexcept {
  if (counted != per_address_.end() && --counted->second == 0) per_address_.erase(counted);
}

void ServerCore::removed(const AddressCount& counted) noexcept {
  --stats_.connections;
  forget_address(counted);
  if (stats_.connections == 0) none_left_.set();
  if (!full()) listener_.resume();
  listener_.retry_accept();
}

void ServerCore::log(LogLevel level, std::string_view message) noexcept {
  eddy::internal::log(*loop_, level, "eddy.web", message);
}

void ServerCore::stop() noexcept {
  stopping_ = true;
  listener_.stop();
  stop_connections(true);
}

std::size_t ServerCore::stop_connections(bool at_once) noexcept {
  // Closing one may, through a program's destructors, close others: each is looked at once, and put
  // back while it is open.
  const auto self = shared_from_this();
  std::size_t closed = 0;
  IntrusiveList<HomeConnection> rest;
  rest.splice_back(connections_);
  while (HomeConnection* connection = rest.pop_front()) {
    connections_.push_back(*connection);
    if (connection->stop(at_once)) ++closed;
  }
  return closed;
}

// A parameter and not a member, so that the frame holds the core.
Task<DrainReport> ServerCore::drain(std::shared_ptr<ServerCore> self, Duration limit) {
  DrainReport report;
  self->stopping_ = true;
  self->listener_.stop();
  report.idle = self->stop_connections(false);
  const std::size_t under_way = self->stats_.connections;
  if (under_way > 0) {
    try {
      co_await self->none_left_.wait(limit);
    } catch (const TimeoutError&) {
      report.forced = self->stats_.connections;
      self->close();
    }
  }
  report.finished = under_way - report.forced;
  co_return report;
}

void ServerCore::close() noexcept {
  const auto self = shared_from_this();
  stopping_ = true;
  listener_.stop();
  while (HomeConnection* connection = connections_.front()) connection->shut();
}

Exchange* ServerCore::take_exchange() {
  if (exchanges_.empty()) return new Exchange(options_.limits);
  Exchange* exchange = exchanges_.back();
  exchanges_.pop_back();
  return exchange;
}

void ServerCore::give_exchange(Exchange* exchange) noexcept {
  if (exchange->shared()) {
    exchange->detach(shared_from_this());
    exchange->drop_reference();
    return;
  }
  exchange->reset();
  if (exchanges_.size() < kKept) {
    exchanges_.push_back(exchange);
  } else {
    exchange->drop_reference();
  }
}

std::string_view ServerCore::date() noexcept {
  // The loop's own clock tells when a second has passed; it costs nothing to ask.
  const TimePoint now = eddy::internal::turn_time(*loop_);
  if (now >= date_until_) {
    const auto time = std::chrono::system_clock::now();
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    write_http_date(second, date_);
    date_until_ =
        now + std::chrono::duration_cast<Duration>(second + std::chrono::seconds(1) - time);
  }
  return {date_, kHttpDateSize};
}

}  // namespace eddy::inline v0::web::internal
