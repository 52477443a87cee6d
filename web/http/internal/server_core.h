// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/intrusive_list.h>
#include <eddy/core/base/time.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/core/net/tcp_server.h>
#include <eddy/core/task/event.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/http_date.h>
#include <eddy/web/http/internal/connection_home.h>
#include <eddy/web/http/internal/content_encoder.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/server.h>

namespace eddy::inline v0::web::internal {

class Connection;

/// What a Server's connections share: beside a home the service, exchanges for who is busy just
/// now, the Date and clock. Outlives the Server while a handler is on the stack.
class ServerCore final : public ExchangeKeeper,
                         public ConnectionHome,
                         public std::enable_shared_from_this<ServerCore> {
 public:
  ServerCore(Loop& loop, std::shared_ptr<HttpService> service, const ServerOptions& options);
  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;
  ~ServerCore();

  [[nodiscard]] TcpServer& listener() noexcept { return listener_; }
  [[nodiscard]] const std::shared_ptr<HttpService>& service() const noexcept { return service_; }

  void log(LogLevel level, std::string_view message) noexcept override;
  [[nodiscard]] TimePoint present_time() const noexcept override {
    return eddy::internal::now(*loop_);
  }

  void stop() noexcept;
  [[nodiscard]] static Task<DrainReport> drain(std::shared_ptr<ServerCore> self, Duration limit);
  /// Connections end with the response that is under way. Not so where it listens again.
  [[nodiscard]] bool stopping() const noexcept override {
    return stopping_ && listener_.addresses().empty();
  }
  /// The Server has gone: ends every connection.
  void close() noexcept;

  /// Counts a connection under its client's address, once that is known. False: there are too many
  /// of that address.
  [[nodiscard]] bool count_address(const Stream& stream, AddressCount& counted);
  /// Whether what is being accepted is of a client of this machine; see Exchange.
  [[nodiscard]] bool accepts_from_this_machine(const Stream& stream) const noexcept;
  void removed(const AddressCount& counted) noexcept override;

  /// An exchange in its first state; to be given back, or dropped where somebody else holds it.
  [[nodiscard]] Exchange* take_exchange();
  void give_exchange(Exchange* exchange) noexcept;

  [[nodiscard]] EncoderPool& encoders() noexcept { return encoders_; }

  /// The current time as HTTP writes it, made anew when a second has passed.
  [[nodiscard]] std::string_view date() noexcept;

 private:
  void accept(std::unique_ptr<Stream> stream);
  [[nodiscard]] bool admit(const Stream& stream, AddressCount& counted);
  void forget_address(const AddressCount& counted) noexcept;
  [[nodiscard]] bool full() const noexcept {
    return options_.connections != 0 && stats_.connections >= options_.connections;
  }
  /// Stops each connection that can be; returns how many were closed.
  std::size_t stop_connections(bool at_once) noexcept;

  std::shared_ptr<HttpService> service_;
  TcpServer listener_;
  AddressCounts per_address_;
  /// Set whenever no connection is left.
  Event none_left_;
  EncoderPool encoders_;
  std::vector<Exchange*> exchanges_;
  TimePoint date_until_{};
  char date_[kHttpDateSize] = {};
  bool stopping_ = false;
};

}  // namespace eddy::inline v0::web::internal
