// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <bit>
#include <map>
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
#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/internal/content_encoder.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/server.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::IntrusiveList;
using eddy::internal::ListHook;
using eddy::internal::LoopCore;

class Connection;

/// The connections of each address, where there is a bound on them; and one address's place.
using AddressCounts = std::map<std::string, std::size_t>;
using AddressCount = AddressCounts::iterator;

/// What a server counts as a connection: one of HTTP, or what it was upgraded to.
class ServerConnection : public ListHook {
 public:
  /// The server stops: ends where nothing is under way, and else as soon as that is done; with
  /// `at_once` also where a client has sent half of something. True: it has ended.
  virtual bool stop(bool at_once) noexcept = 0;
  /// Ends at once.
  virtual void shut() noexcept = 0;

 protected:
  ~ServerConnection() = default;
};

/// What a Server's connections share: the service, buffers and exchanges for who is busy just now,
/// so that idle connections hold none, the Date, log and clock. Outlives the Server while a handler
/// is on the stack.
class ServerCore final : public ExchangeKeeper, public std::enable_shared_from_this<ServerCore> {
 public:
  ServerCore(Loop& loop, std::shared_ptr<HttpService> service, const ServerOptions& options);
  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;
  ~ServerCore();

  [[nodiscard]] TcpServer& listener() noexcept { return listener_; }
  [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }
  [[nodiscard]] ServerStats& stats() noexcept { return stats_; }
  [[nodiscard]] LoopCore& loop() const noexcept { return *loop_; }
  [[nodiscard]] const std::shared_ptr<LoopCore>& shared_loop() const noexcept { return loop_; }
  [[nodiscard]] const std::shared_ptr<HttpService>& service() const noexcept { return service_; }

  void log(LogLevel level, std::string_view message) noexcept override;
  [[nodiscard]] TimePoint present_time() const noexcept override {
    return eddy::internal::now(*loop_);
  }

  void stop() noexcept;
  [[nodiscard]] static Task<DrainReport> drain(std::shared_ptr<ServerCore> self, Duration limit);
  /// Connections end with the response that is under way. Not so where it listens again.
  [[nodiscard]] bool stopping() const noexcept {
    return stopping_ && listener_.addresses().empty();
  }
  /// The Server has gone: ends every connection.
  void close() noexcept;

  /// Counts a connection under its client's address, once that is known. False: there are too many
  /// of that address.
  [[nodiscard]] bool count_address(const Stream& stream, AddressCount& counted);
  /// Whether what is being accepted is of a client of this machine; see Exchange.
  [[nodiscard]] bool accepts_from_this_machine(const Stream& stream) const noexcept;
  /// A connection that was upgraded is this one now.
  void adopt(ServerConnection& connection) noexcept { connections_.push_back(connection); }
  /// A connection has gone.
  void removed(const AddressCount& counted) noexcept;
  /// A connection's buffers, which had `before` bytes, have `after` now.
  void account(std::size_t before, std::size_t after) noexcept {
    stats_.buffered_bytes += after - before;
  }
  [[nodiscard]] bool holds_too_much() const noexcept {
    return stats_.buffered_bytes > options_.buffered_bytes;
  }

  /// An empty buffer, to read into or to write to, and back again; nullptr where all are taken.
  [[nodiscard]] ByteBuffer* take_buffer() noexcept {
    const int at = std::countr_one(taken_buffers_);
    if (at >= static_cast<int>(kKept)) return nullptr;
    taken_buffers_ |= 1U << at;
    return &buffers_[static_cast<std::size_t>(at)];
  }
  void give_buffer(ByteBuffer& buffer) noexcept {
    taken_buffers_ &= ~(1U << (&buffer - buffers_.data()));
    buffer.capacity() > 4 * kReadBytes ? buffer.release() : buffer.clear();
  }

  /// An exchange in its first state; to be given back, or dropped where somebody else holds it.
  [[nodiscard]] Exchange* take_exchange();
  void give_exchange(Exchange* exchange) noexcept;

  [[nodiscard]] EncoderPool& encoders() noexcept { return encoders_; }

  /// The current time as HTTP writes it, made anew when a second has passed.
  [[nodiscard]] std::string_view date() noexcept;

  static constexpr std::size_t kReadBytes = 64 * 1024;

 private:
  // What nested turns need at once is rarely more.
  static constexpr std::size_t kKept = 4;

  void accept(std::unique_ptr<Stream> stream);
  [[nodiscard]] bool admit(const Stream& stream, AddressCount& counted);
  void forget_address(const AddressCount& counted) noexcept;
  [[nodiscard]] bool full() const noexcept {
    return options_.connections != 0 && stats_.connections >= options_.connections;
  }
  /// Stops each connection that can be; returns how many were closed.
  std::size_t stop_connections(bool at_once) noexcept;

  std::shared_ptr<LoopCore> loop_;
  std::shared_ptr<HttpService> service_;
  ServerOptions options_;
  ServerStats stats_;
  TcpServer listener_;
  IntrusiveList<ServerConnection> connections_;
  AddressCounts per_address_;
  /// Set whenever no connection is left.
  Event none_left_;
  EncoderPool encoders_;
  std::array<ByteBuffer, kKept> buffers_;
  unsigned taken_buffers_ = 0;  // one bit for each
  std::vector<Exchange*> exchanges_;
  TimePoint date_until_{};
  char date_[kHttpDateSize] = {};
  bool stopping_ = false;
};

/// A buffer of the server's for as long as this object lives, or one of its own where nested loops
/// have taken all.
class BorrowedBuffer {
 public:
  explicit BorrowedBuffer(ServerCore& server) noexcept
      : server_(server), buffer_(server.take_buffer()) {}
  BorrowedBuffer(const BorrowedBuffer&) = delete;
  BorrowedBuffer& operator=(const BorrowedBuffer&) = delete;
  ~BorrowedBuffer() {
    if (buffer_ != nullptr) server_.give_buffer(*buffer_);
  }
  [[nodiscard]] ByteBuffer& operator*() noexcept { return buffer_ != nullptr ? *buffer_ : own_; }
  [[nodiscard]] ByteBuffer* operator->() noexcept { return &**this; }

 private:
  ServerCore& server_;
  ByteBuffer* buffer_;
  ByteBuffer own_;
};

}  // namespace eddy::inline v0::web::internal
