// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/core/net/stream.h>

namespace eddy::inline v0::web::internal {

/// The bytes of a frame, which several connections may send.
using FrameBytes = std::shared_ptr<const std::string>;

/// The frames that a peer has not taken yet, in order. Holds no memory where there is none.
class SendQueue {
 public:
  enum class Kind : unsigned char {
    data,
    control,  // is never dropped
  };
  enum class Result : unsigned char { all_sent, progress, blocked, broken };

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  /// Bytes that wait, and what it costs to keep them: many small frames are no little thing.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return bytes_ + (entries_.size() - first_) * kEntryCost;
  }

  /// Sends a frame in two pieces, at once where nothing waits, and keeps what is not taken. False:
  /// the connection is broken. Throws std::bad_alloc.
  [[nodiscard]] bool send(Stream& stream, std::string_view header, std::string_view payload,
                          Kind kind);
  /// The same for bytes that others send too: what is not taken is not copied.
  [[nodiscard]] bool send(Stream& stream, const FrameBytes& bytes, Kind kind);
  /// Behind all others, to be sent by flush().
  void keep(std::string_view bytes);
  void keep(FrameBytes bytes, Kind kind) { add(std::move(bytes), 0, kind); }
  /// Before all others, of which nothing has been sent yet.
  void keep_first(std::string_view bytes);
  /// Sends what waits, as far as it is taken, at most kStep bytes of it.
  [[nodiscard]] Result flush(Stream& stream) noexcept;

  /// Drops the oldest frame of data but the very first, of which a part may have gone: TLS tells of
  /// the last byte of a record late. False: there is none.
  bool drop_oldest() noexcept;
  void clear() noexcept;

  static constexpr std::size_t kStep = 256 * 1024;

 private:
  static constexpr std::size_t kEntryCost = 96;
  struct Entry {
    FrameBytes bytes;
    std::size_t sent;
    Kind kind;
  };

  void add(FrameBytes bytes, std::size_t sent, Kind kind);
  void take(std::size_t bytes) noexcept;
  void compact() noexcept;

  std::vector<Entry> entries_;
  std::size_t first_ = 0;  // those before it have been sent
  std::size_t bytes_ = 0;
};

}  // namespace eddy::inline v0::web::internal
