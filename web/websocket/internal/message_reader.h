// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/websocket/close_code.h>
#include <eddy/web/websocket/internal/append_within.h>
#include <eddy/web/websocket/internal/frame.h>
#include <eddy/web/websocket/internal/utf8_validator.h>

namespace eddy::inline v0::web::internal {

/// What a MessageReader holds a message to. So many frames may be tiny; each 64 bytes allow one
/// more.
struct MessageLimits {
  std::uint64_t bytes = std::uint64_t{10} << 20;
  std::size_t frames = 1024;
};

/// Makes the content of compressed messages of their frames' payloads.
class EDDY_API MessageInflater {
 public:
  enum class Result { ok, malformed, too_big };
  MessageInflater() = default;
  MessageInflater(const MessageInflater&) = delete;
  MessageInflater& operator=(const MessageInflater&) = delete;
  virtual ~MessageInflater();
  /// Appends what a piece stands for to `out`, which may have `limit` bytes then; also as far as it
  /// is good where it is not. `last`: the message ends with it. Throws std::bad_alloc. Behind that,
  /// and behind another result than ok, only abandon() may follow.
  [[nodiscard]] virtual Result inflate(std::string_view piece, bool last, std::string& out,
                                       std::uint64_t limit) = 0;
  /// Nothing more will be given to it.
  virtual void abandon() noexcept = 0;
  /// Memory of its own just now.
  [[nodiscard]] virtual std::size_t bytes_held() const noexcept = 0;
};

/// What a MessageReader has found.
struct MessageEvent {
  enum class Kind : std::uint8_t {
    more,  // the input is used up; behind a close, whatever it was
    text,
    binary,
    ping,
    pong,
    close,   // with the code and, as data, the reason
    failed,  // the code and, as data, the reason to close with; nothing more will come
  };
  Kind kind = Kind::more;
  CloseCode code = CloseCode::normal;
  /// A view into the input or the reader, until the next read(): see MessageReader::take().
  std::string_view data = {};
};

/// Reads the frames of one direction of a WebSocket: from bytes as they come to whole messages and
/// control frames. It does no input or output, and keeps nothing between messages once it has been
/// read until there is no more. Each rule that a peer breaks is told as soon as its bytes have
/// come. Source: RFC 6455, 5 and 8; RFC 7692, 6.
///
/// Thread: one at a time.
class EDDY_API MessageReader {
 public:
  /// Whether the peer's frames are masked: a client's must be, a server's must not.
  enum class Peer { client, server };
  /// `inflater`, which outlives the reader, is there where permessage-deflate was agreed upon.
  MessageReader(Peer peer, const MessageLimits& limits,
                MessageInflater* inflater = nullptr) noexcept
      : limits_(limits), inflater_(inflater), peer_(peer) {}

  /// Takes bytes off the front of `input`, which it unmasks in place, to the end of the next event.
  /// Where there is no memory it has failed, by CloseCode::internal_error. What it has failed by it
  /// tells again.
  [[nodiscard]] MessageEvent read(std::span<char>& input) noexcept;
  /// The content of the event that was told last, to keep: without a copy where it is here.
  [[nodiscard]] std::string take(const MessageEvent& event);

  /// Of the message that has begun and not ended, or was told last.
  [[nodiscard]] std::size_t bytes_held() const noexcept {
    return heap_bytes(message_) + heap_bytes(control_) +
           (inflater_ != nullptr ? inflater_->bytes_held() : 0);
  }
  /// Whether the peer owes the rest of something.
  [[nodiscard]] bool within_message() const noexcept {
    return in_message_ || in_payload_ || header_bytes_ != 0;
  }

 private:
  using Kind = MessageEvent::Kind;

  void read_event(std::span<char>& input, MessageEvent& event);
  bool read_header(std::span<char>& input, MessageEvent& event);
  bool begin_frame(MessageEvent& event);
  bool begin_data_frame(MessageEvent& event);
  bool read_payload(std::span<char>& input, MessageEvent& event);
  bool take_control(std::string_view piece, MessageEvent& event);
  bool take_data(std::string_view piece, MessageEvent& event);
  bool end_control(std::string_view payload, MessageEvent& event);
  bool end_close(std::string_view payload, MessageEvent& event);
  bool fail(MessageEvent& event, CloseCode code, std::string_view reason) noexcept;
  [[nodiscard]] std::size_t header_size() const noexcept;

  MessageLimits limits_;
  MessageInflater* inflater_;
  std::string message_;             // what has come of one that was not whole in its input
  std::string control_;             // the same of a control frame
  std::uint64_t payload_left_ = 0;  // of the frame
  std::uint64_t wire_bytes_ = 0;    // of the message's payloads
  std::uint64_t masked_ = 0;        // bytes of the frame that have come
  std::size_t frames_ = 0;          // of the message
  MaskingKey key_ = {};
  std::array<char, 14> header_;
  std::uint8_t header_bytes_ = 0;
  Peer peer_;
  Opcode opcode_ = Opcode::text;  // of the frame
  Utf8Validator utf8_;
  bool fin_ = false;
  bool in_payload_ = false;
  bool in_message_ = false;  // a first frame has come, and not the last one
  bool text_ = false;        // the message is one
  bool compressed_ = false;
  bool used_ = false;    // message_ and control_ have what was told last
  bool closed_ = false;  // nothing counts any more
  bool failed_ = false;
  CloseCode failure_ = CloseCode::normal;
  std::string_view failure_reason_;  // a literal
};

}  // namespace eddy::inline v0::web::internal
