// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/core/base/intrusive_list.h>
#include <eddy/core/base/log.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/server.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::IntrusiveList;
using eddy::internal::ListHook;
using eddy::internal::LoopCore;

/// The connections of each address, where there is a bound on them; and one address's place.
using AddressCounts = std::map<std::string, std::size_t>;
using AddressCount = AddressCounts::iterator;

/// A connection as its home has it: of a server one of HTTP, or what it was upgraded to.
class HomeConnection : public ListHook {
 public:
  /// The server stops: ends where nothing is under way, and else as soon as that is done; with
  /// `at_once` also where a client has sent half of something. True: it has ended.
  virtual bool stop(bool at_once) noexcept = 0;
  /// Ends at once.
  virtual void shut() noexcept = 0;

 protected:
  ~HomeConnection() = default;
};

/// What the connections of a server share, or the clients of a Loop: buffers for who is busy just
/// now, so that idle connections hold none, the account of what they hold, and the log. Lives as
/// long as one of them does.
class ConnectionHome {
 public:
  static constexpr std::size_t kReadBytes = 64 * 1024;

  ConnectionHome(const ConnectionHome&) = delete;
  ConnectionHome& operator=(const ConnectionHome&) = delete;

  [[nodiscard]] LoopCore& loop() const noexcept { return *loop_; }
  [[nodiscard]] const std::shared_ptr<LoopCore>& shared_loop() const noexcept { return loop_; }
  [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }
  [[nodiscard]] ServerStats& stats() noexcept { return stats_; }

  virtual void log(LogLevel level, std::string_view message) noexcept = 0;
  /// Connections end with what is under way.
  [[nodiscard]] virtual bool stopping() const noexcept = 0;

  /// A connection that was upgraded is this one now.
  void adopt(HomeConnection& connection) noexcept { connections_.push_back(connection); }
  /// A connection has gone.
  virtual void removed(const AddressCount& counted) noexcept = 0;
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

 protected:
  // What nested turns need at once is rarely more.
  static constexpr std::size_t kKept = 4;

  ConnectionHome(std::shared_ptr<LoopCore> loop, const ServerOptions& options)
      : loop_(std::move(loop)), options_(options) {}
  ~ConnectionHome() = default;

  const std::shared_ptr<LoopCore> loop_;
  const ServerOptions options_;
  ServerStats stats_;
  IntrusiveList<HomeConnection> connections_;

 private:
  std::array<ByteBuffer, kKept> buffers_;
  unsigned taken_buffers_ = 0;  // one bit for each
};

/// A buffer of the home's for as long as this object lives, or one of its own where nested loops
/// have taken all.
class BorrowedBuffer {
 public:
  explicit BorrowedBuffer(ConnectionHome& home) noexcept
      : home_(home), buffer_(home.take_buffer()) {}
  BorrowedBuffer(const BorrowedBuffer&) = delete;
  BorrowedBuffer& operator=(const BorrowedBuffer&) = delete;
  ~BorrowedBuffer() {
    if (buffer_ != nullptr) home_.give_buffer(*buffer_);
  }
  [[nodiscard]] ByteBuffer& operator*() noexcept { return buffer_ != nullptr ? *buffer_ : own_; }
  [[nodiscard]] ByteBuffer* operator->() noexcept { return &**this; }

 private:
  ConnectionHome& home_;
  ByteBuffer* buffer_;
  ByteBuffer own_;
};

}  // namespace eddy::inline v0::web::internal
