// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/message_reader.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include <eddy/web/websocket/internal/append_within.h>

namespace eddy::inline v0::web::internal {

namespace {

std::uint64_t number_at(const char* bytes, std::size_t count) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

bool is_known(Opcode opcode) noexcept {
  switch (opcode) {
    case Opcode::continuation:
    case Opcode::text:
    case Opcode::binary:
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      return true;
  }
  return false;
}

// Gives the storage back, too.
void empty(std::string& text) noexcept {
  if (text.capacity() > std::string().capacity()) {
    std::string().swap(text);
  } else {
    text.clear();
  }
}

}  // namespace

MessageInflater::~MessageInflater() = default;

MessageEvent MessageReader::read(std::span<char>& input) noexcept {
  MessageEvent event;
  try {
    read_event(input, event);
  } catch (...) {  // no memory
    fail(event, CloseCode::internal_error, "no memory for a message");
  }
  if (failed_ || closed_) input = {};
  return event;
}

void MessageReader::read_event(std::span<char>& input, MessageEvent& event) {
  if (failed_) {
    event = {Kind::failed, failure_, failure_reason_};
    return;
  }
  if (used_) {
    used_ = false;
    empty(control_);
    if (!in_message_) empty(message_);
  }
  if (closed_) return;
  while (in_payload_ ? read_payload(input, event) : read_header(input, event)) {
  }
  closed_ = event.kind == Kind::close;
}

std::string MessageReader::take(const MessageEvent& event) {
  if (event.data.data() == message_.data() && event.data.size() == message_.size()) {
    return std::exchange(message_, {});
  }
  return std::string(event.data);
}

std::size_t MessageReader::header_size() const noexcept {
  if (header_bytes_ < 2) return 2;
  const unsigned length = static_cast<unsigned char>(header_[1]) & 0x7FU;
  const bool masked = (static_cast<unsigned char>(header_[1]) & 0x80U) != 0;
  return 2U + (length == 126 ? 2U : 0U) + (length == 127 ? 8U : 0U) + (masked ? 4U : 0U);
}

// The steps return whether to go on: not where there is an event, or no input.
bool MessageReader::read_header(std::span<char>& input, MessageEvent& event) {
  if (header_bytes_ == 0 && input.size() >= header_.size()) {
    // Most often it is here at once; what is behind it is not looked at.
    std::memcpy(header_.data(), input.data(), header_.size());
    header_bytes_ = 2;
    if (!begin_frame(event)) return false;
    header_bytes_ = static_cast<std::uint8_t>(header_size());
    input = input.subspan(header_bytes_);
  }
  for (std::size_t size = header_size(); header_bytes_ < size; size = header_size()) {
    if (input.empty()) return false;
    const std::size_t count = std::min(size - header_bytes_, input.size());
    std::memcpy(header_.data() + header_bytes_, input.data(), count);
    header_bytes_ = static_cast<std::uint8_t>(header_bytes_ + count);
    input = input.subspan(count);
    if (header_bytes_ == 2 && !begin_frame(event)) return false;
  }
  const std::size_t size = header_bytes_;
  const std::size_t key_at = peer_ == Peer::client ? size - key_.size() : size;
  if (key_at > 2) {
    payload_left_ = number_at(header_.data() + 2, key_at - 2);
    const bool shorter = key_at == 4 ? payload_left_ <= kLongestControl : payload_left_ <= 0xFFFF;
    if (shorter || payload_left_ >> 63 != 0) {
      return fail(event, CloseCode::protocol_error, "a length that is not written as it should be");
    }
  }
  std::memcpy(key_.data(), header_.data() + key_at, size - key_at);
  header_bytes_ = 0;
  masked_ = 0;
  in_payload_ = true;
  if (is_control(opcode_)) return true;
  wire_bytes_ += payload_left_;
  // Compressed, what can't be made smaller is a little longer.
  const std::uint64_t most = compressed_ ? limits_.bytes + limits_.bytes / 64 + 64 : limits_.bytes;
  if (payload_left_ > most || wire_bytes_ > most) {
    return fail(event, CloseCode::message_too_big, "a message that is too big");
  }
  return true;
}

// By its first two bytes.
bool MessageReader::begin_frame(MessageEvent& event) {
  const auto first = static_cast<unsigned char>(header_[0]);
  const auto second = static_cast<unsigned char>(header_[1]);
  fin_ = (first & 0x80U) != 0;
  opcode_ = static_cast<Opcode>(first & 0x0FU);
  payload_left_ = second & 0x7FU;
  if (!is_known(opcode_)) return fail(event, CloseCode::protocol_error, "an unknown opcode");
  if (((second & 0x80U) != 0) != (peer_ == Peer::client)) {
    return fail(event, CloseCode::protocol_error,
                peer_ == Peer::client ? "a frame that is not masked" : "a frame that is masked");
  }
  const bool deflated = (first & 0x40U) != 0;
  const bool may_be_deflated =
      inflater_ != nullptr && (opcode_ == Opcode::text || opcode_ == Opcode::binary);
  if ((first & 0x30U) != 0 || (deflated && !may_be_deflated)) {
    return fail(event, CloseCode::protocol_error, "a reserved bit");
  }
  if (is_control(opcode_)) {
    if (!fin_) return fail(event, CloseCode::protocol_error, "a control frame in fragments");
    if (payload_left_ > kLongestControl) {
      return fail(event, CloseCode::protocol_error, "a control frame that is too long");
    }
    return true;
  }
  if (opcode_ != Opcode::continuation) {
    if (in_message_) {
      return fail(event, CloseCode::protocol_error, "a message within another one");
    }
    text_ = opcode_ == Opcode::text;
    compressed_ = deflated;
  }
  return begin_data_frame(event);
}

bool MessageReader::begin_data_frame(MessageEvent& event) {
  if (opcode_ == Opcode::continuation) {
    if (!in_message_) {
      return fail(event, CloseCode::protocol_error, "a continuation of no message");
    }
  } else {
    wire_bytes_ = 0;
    frames_ = 0;
  }
  in_message_ = true;
  // Those that have content are bounded by it.
  if (++frames_ > limits_.frames + wire_bytes_ / 64) {
    return fail(event, CloseCode::policy_violation, "a message of too many frames");
  }
  return true;
}

bool MessageReader::read_payload(std::span<char>& input, MessageEvent& event) {
  if (input.empty() && payload_left_ > 0) return false;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, input.size()));
  if (peer_ == Peer::client) {
    apply_mask(input.data(), count, key_, static_cast<std::size_t>(masked_ % key_.size()));
    masked_ += count;
  }
  const std::string_view piece(input.data(), count);
  input = input.subspan(count);
  payload_left_ -= count;
  in_payload_ = payload_left_ > 0;
  return is_control(opcode_) ? take_control(piece, event) : take_data(piece, event);
}

bool MessageReader::take_control(std::string_view piece, MessageEvent& event) {
  if (!in_payload_ && control_.empty()) return end_control(piece, event);
  control_ += piece;
  if (in_payload_) return true;
  used_ = true;
  return end_control(control_, event);
}

bool MessageReader::take_data(std::string_view piece, MessageEvent& event) {
  using Result = MessageInflater::Result;
  const bool last = fin_ && !in_payload_;
  const bool whole = last && !compressed_ && message_.empty();
  std::string_view fresh = piece;
  Result result = Result::ok;
  if (!whole) {
    const std::size_t before = message_.size();
    if (compressed_) {
      result = inflater_->inflate(piece, last, message_, limits_.bytes);
    } else {
      append_within(message_, piece, limits_.bytes);
    }
    fresh = std::string_view(message_).substr(before);
  }
  // First what comes first, or the code would depend on how the bytes have come.
  if (text_ && !utf8_.feed(fresh)) {
    return fail(event, CloseCode::invalid_payload, "text that is not UTF-8");
  }
  if (result == Result::too_big) {
    return fail(event, CloseCode::message_too_big, "a message that is too big");
  }
  if (result == Result::malformed) {
    return fail(event, CloseCode::invalid_payload, "data that can't be decompressed");
  }
  if (!last) return true;
  if (text_ && !utf8_.complete()) {
    return fail(event, CloseCode::invalid_payload, "text that is not UTF-8");
  }
  in_message_ = false;
  used_ = !whole;
  event.kind = text_ ? Kind::text : Kind::binary;
  event.data = whole ? piece : message_;
  return false;
}

bool MessageReader::end_control(std::string_view payload, MessageEvent& event) {
  if (opcode_ == Opcode::close) return end_close(payload, event);
  event.kind = opcode_ == Opcode::ping ? Kind::ping : Kind::pong;
  event.data = payload;
  return false;
}

bool MessageReader::end_close(std::string_view payload, MessageEvent& event) {
  event.kind = Kind::close;
  event.code = CloseCode::no_status;
  if (payload.empty()) return false;
  if (payload.size() == 1) {
    return fail(event, CloseCode::protocol_error, "a close of one byte");
  }
  event.code = static_cast<CloseCode>(number_at(payload.data(), 2));
  event.data = payload.substr(2);
  if (!may_be_sent(event.code)) {
    return fail(event, CloseCode::protocol_error, "a close code that may not be sent");
  }
  Utf8Validator reason;
  if (!reason.feed(event.data) || !reason.complete()) {
    return fail(event, CloseCode::invalid_payload, "a reason that is not UTF-8");
  }
  return false;
}

bool MessageReader::fail(MessageEvent& event, CloseCode code, std::string_view reason) noexcept {
  event = {Kind::failed, code, reason};
  failed_ = true;
  failure_ = code;
  failure_reason_ = reason;
  empty(message_);
  empty(control_);
  if (inflater_ != nullptr) inflater_->abandon();
  return false;
}

}  // namespace eddy::inline v0::web::internal
