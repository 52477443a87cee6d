// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/internal/shared_message.h>

#include <memory>

#include <eddy/core/base/base64.h>
#include <eddy/web/live/server_sent_event.h>
#include <eddy/web/websocket/internal/frame.h>

namespace eddy::inline v0::web::internal {

namespace {

// What one costs beside its bytes.
constexpr std::size_t kCost = 256;

FrameHeader header_of(std::string_view payload, bool binary, bool compressed) {
  return FrameHeader({.opcode = binary ? Opcode::binary : Opcode::text,
                      .compressed = compressed,
                      .size = payload.size()});
}

FrameBytes frame_of(const FrameHeader& header, std::string_view payload) {
  std::string bytes;
  bytes.reserve(header.bytes().size() + payload.size());
  bytes.append(header.bytes()).append(payload);
  return std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace

SharedMessage::SharedMessage(std::uint64_t id, std::string_view data, bool binary,
                             std::string_view type)
    : id_(id), type_(type), binary_(binary) {
  const FrameHeader header = header_of(data, binary, false);
  header_bytes_ = static_cast<std::uint8_t>(header.bytes().size());
  frame_ = frame_of(header, data);
  bytes_held_ = frame_->size() + kCost;
}

const FrameBytes& SharedMessage::deflated_frame(const DeflateSide& given) {
  DeflateSide side = given;
  side.takes_over = false;
  for (const auto& [known, frame] : deflated_) {
    if (known == side) return frame;
  }
  std::string payload;
  MessageDeflater(side).deflate(data(), payload);
  FrameBytes frame = frame_of(header_of(payload, binary_, true), payload);
  const std::size_t bytes = frame->size();
  const FrameBytes& kept = deflated_.emplace_back(side, std::move(frame)).second;
  bytes_held_ += bytes;
  return kept;
}

const FrameBytes& SharedMessage::event() {
  if (event_ != nullptr) return event_;
  ServerSentEvent event(binary_ ? base64_encode(data()) : std::string(data()), type_,
                        std::to_string(id_));
  event_ = std::make_shared<const std::string>(to_string(event));
  bytes_held_ += event_->size();
  return event_;
}

}  // namespace eddy::inline v0::web::internal
