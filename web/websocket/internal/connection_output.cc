// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The half of a WebSocket that sends.
#include <algorithm>
#include <string>
#include <utility>

#include <eddy/web/live/internal/shared_message.h>
#include <eddy/web/websocket/internal/connection.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::deadline_after;
using eddy::internal::now;
using eddy::internal::schedule;

namespace {

// A payload from this size on is sent from where it is.
constexpr std::size_t kSendDirectlyBytes = 16 * 1024;
// What is collected before it is sent.
constexpr std::size_t kMostBatched = 64 * 1024;

std::string close_payload(CloseCode code, std::string_view reason) {
  if (!may_be_sent(code)) return {};  // the peer's close had none
  const auto number = static_cast<std::uint16_t>(code);
  std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xFFU)};
  return payload.append(reason);
}

SendQueue::Kind kind_of(const Frame& frame) noexcept {
  return is_control(frame.opcode) ? SendQueue::Kind::control : SendQueue::Kind::data;
}

}  // namespace

bool WebSocketConnection::send_data(std::string_view data, bool binary) {
  if (phase_ != Phase::open) return false;
  if (!make_room(data.size())) return false;
  Frame frame{.opcode = binary ? Opcode::binary : Opcode::text};
  if (!deflate_ || data.size() < deflate_->threshold) return send_frame(frame, data);
  std::string deflated;
  deflate_->deflater.deflate(data, deflated);
  frame.compressed = true;
  try {
    return send_frame(frame, deflated);
  } catch (...) {  // no memory: the next one must not count on it
    deflate_->deflater.forget();
    throw;
  }
}

bool WebSocketConnection::send_control(Opcode opcode, std::string_view data) {
  // Pongs that a peer does not take are not kept for ever.
  if (phase_ != Phase::open || queue_.bytes() > bounds_.send_bytes) return false;
  return send_frame({.opcode = opcode}, data);
}

bool WebSocketConnection::send_frame(const Frame& given, std::string_view payload) {
  Frame frame = given;
  frame.size = payload.size();
  if (!masks_) return send_frame(frame, FrameHeader(frame), payload);
  const MaskingKey key = new_masking_key();
  std::string masked(payload);
  apply_mask(masked.data(), masked.size(), key);
  return send_frame(frame, FrameHeader(frame, key), masked);
}

bool WebSocketConnection::send_frame(const Frame& frame, const FrameHeader& header,
                                     std::string_view payload) {
  try {
    if (batch_ != nullptr && queue_.empty() && payload.size() < kSendDirectlyBytes) {
      batch_->prepare(header.bytes().size() + payload.size());
      batch_->append(header.bytes());
      batch_->append(payload);
      if (!std::exchange(answers_last_, false) && batch_->size() < kMostBatched) {
        // A hook may run the loop, which sends it then.
        schedule(loop(), *this);
        return true;
      }
      if (send_batch()) return true;
    } else if (send_batch() && queue_.send(*stream_, header.bytes(), payload, kind_of(frame))) {
      // Within a hook there is nothing to read for, and behind it there is again.
      if (batch_ == nullptr || !queue_.empty()) update_interest();
      update_account();
      if (sheds_) schedule(loop(), *this);
      return true;
    }
  } catch (...) {  // no memory, and half a frame may have gone
    gone();
    throw;
  }
  gone();
  return false;
}

// What was compressed by itself is not in the window of what compresses here.
const FrameBytes& WebSocketConnection::frame_of(SharedMessage& message) {
  if (!deflate_ || message.data().size() < deflate_->threshold) return message.frame();
  const FrameBytes& frame = message.deflated_frame(deflate_->deflater.side());
  deflate_->deflater.forget();
  return frame;
}

bool WebSocketConnection::deliver(std::span<SharedMessage* const> messages) {
  try {
    return masks_ ? deliver_masked(messages) : deliver_shared(messages);
  } catch (...) {  // no memory: it lacks one, or half a frame has gone
    gone();
    throw;
  }
}

bool WebSocketConnection::deliver_shared(std::span<SharedMessage* const> messages) {
  const bool all_at_once =
      messages.size() > 1 && queue_.empty() && bounds_.slow_consumer != SlowConsumer::coalesce;
  const std::size_t most_at_once = std::min(kMostBatched, bounds_.send_bytes);
  for (SharedMessage* const message : messages) {
    const std::size_t size = message->data().size();
    // Who has not been sent it yet is not slow in taking it.
    if (all_at_once && queue_.bytes() + size > most_at_once) flush();
    if (phase_ != Phase::open || !make_room(size)) return false;
    const FrameBytes& frame = frame_of(*message);
    if (all_at_once && send_batch()) {
      queue_.keep(frame, SendQueue::Kind::data);
    } else if (all_at_once || !send_batch() ||
               !queue_.send(*stream_, frame, SendQueue::Kind::data)) {
      gone();
      return false;
    }
  }
  if (all_at_once) flush();
  update_interest();
  update_account();
  if (sheds_) schedule(loop(), *this);
  return phase_ == Phase::open;
}

// A client's frames are each its own.
bool WebSocketConnection::deliver_masked(std::span<SharedMessage* const> messages) {
  for (SharedMessage* const message : messages) {
    if (!send_data(message->data(), message->binary())) return false;
  }
  return true;
}

// False: the connection is broken.
bool WebSocketConnection::send_batch() {
  if (batch_ == nullptr || batch_->empty()) return true;
  const bool sent =
      phase_ == Phase::shut || queue_.send(*stream_, batch_->view(), {}, SendQueue::Kind::control);
  batch_->clear();
  return sent;
}

// False: the peer is too slow, and is closed.
bool WebSocketConnection::make_room(std::size_t bytes) {
  switch (bounds_.slow_consumer) {
    case SlowConsumer::coalesce:
      while (queue_.drop_oldest()) {
      }
      return true;
    case SlowConsumer::drop_oldest:
      while (queue_.bytes() + bytes > bounds_.send_bytes && queue_.drop_oldest()) {
      }
      return true;
    case SlowConsumer::close:
      break;
  }
  // One message more, so that who awaits each is never refused.
  if (queue_.bytes() <= bounds_.send_bytes) return true;
  while (queue_.drop_oldest()) {
  }
  begin_close(CloseCode::try_again_later, "too slow in taking messages");
  return false;
}

bool WebSocketConnection::must_wait_to_send() const noexcept {
  return phase_ == Phase::open && queue_.bytes() > bounds_.send_bytes / 4;
}

void WebSocketConnection::wake_senders(bool sent) noexcept {
  while (eddy::internal::WaitLink* const link = senders_.pop_front()) {
    static_cast<SendAwaiter*>(link)->wake(sent);
  }
}

void WebSocketConnection::flush() {
  switch (queue_.flush(*stream_)) {
    case SendQueue::Result::broken:
      return gone();
    case SendQueue::Result::blocked:
      break;
    case SendQueue::Result::progress:
    case SendQueue::Result::all_sent:
      begin_patience_anew();
      break;
  }
  if (!must_wait_to_send()) wake_senders(true);
}

// A peer that takes what waits before a ping or a close has not been asked yet.
void WebSocketConnection::begin_patience_anew() noexcept {
  if (pong_due_ == kNever && close_due_ == kNever) return;
  const TimePoint time = now(loop());
  if (pong_due_ != kNever) pong_due_ = deadline_after(time, ping_patience());
  if (close_due_ != kNever) close_due_ = deadline_after(time, bounds_.close_timeout);
}

// ---- Closing ------------------------------------------------------------------------------------

void WebSocketConnection::begin_close(CloseCode code, std::string_view reason) {
  if (phase_ != Phase::open) return;
  if (end_waits_) return finish_end();  // the peer's own close has been read already
  send_close(code, reason);
  if (phase_ != Phase::open) return;
  phase_ = Phase::closing;
  // Nothing more is received, but for the peer's close; and nobody else sends.
  if (!rest_.empty() || subscribes() || remote_end_) schedule(loop(), *this);
  wake_senders(false);
  update_interest();
}

// The last frame that is sent; the peer has so long for what it still has to do.
void WebSocketConnection::send_close(CloseCode code, std::string_view reason) {
  begin_closing_time();
  (void)send_frame({.opcode = Opcode::close}, close_payload(code, reason));
}

// All is with the system. A close now could be a reset, which overtakes what was sent.
void WebSocketConnection::say_no_more() {
  phase_ = Phase::draining;
  wake_senders(false);
  stream_->shutdown_write();
}

// The peer has gone, or is given up. Within calls of the program's: it is told in a later step.
void WebSocketConnection::gone() noexcept {
  if (phase_ == Phase::shut) return;
  close_stream();
  end_input(CloseCode::abnormal, {});
  schedule(loop(), *this);
}

}  // namespace eddy::inline v0::web::internal
