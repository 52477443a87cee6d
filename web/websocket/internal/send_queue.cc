// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/send_queue.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

namespace eddy::inline v0::web::internal {

namespace {

// Pieces for one call to the system.
constexpr std::size_t kMostPieces = 16;

// How much was taken; nothing where the connection is broken.
std::optional<std::size_t> write(Stream& stream,
                                 std::span<const std::string_view> pieces) noexcept {
  const IoResult result = stream.try_write(pieces);
  if (result.error && !result.would_block()) return std::nullopt;
  return result.bytes;
}

}  // namespace

void SendQueue::add(FrameBytes bytes, std::size_t sent, Kind kind) {
  const std::size_t left = bytes->size() - sent;
  entries_.push_back({std::move(bytes), sent, kind});
  bytes_ += left;
}

void SendQueue::keep(std::string_view bytes) {
  if (!bytes.empty()) add(std::make_shared<const std::string>(bytes), 0, Kind::control);
}

void SendQueue::keep_first(std::string_view bytes) {
  if (bytes.empty()) return;
  auto first = std::make_shared<const std::string>(bytes);
  entries_.insert(entries_.begin(), Entry{std::move(first), 0, Kind::control});
  bytes_ += bytes.size();
}

bool SendQueue::send(Stream& stream, const FrameBytes& bytes, Kind kind) {
  std::size_t sent = 0;
  if (empty()) {
    const std::array<std::string_view, 1> pieces = {*bytes};
    const auto taken = write(stream, pieces);
    if (!taken) return false;
    sent = *taken;
  }
  if (sent < bytes->size()) add(bytes, sent, kind);
  return true;
}

bool SendQueue::send(Stream& stream, std::string_view header, std::string_view payload, Kind kind) {
  const std::size_t size = header.size() + payload.size();
  if (size == 0) return true;
  std::size_t sent = 0;
  if (empty()) {
    const std::array pieces = {header, payload};
    const auto taken = write(stream, std::span(pieces).first(payload.empty() ? 1 : 2));
    if (!taken) return false;
    sent = *taken;
    if (sent == size) return true;
  }
  std::string rest;
  rest.reserve(size);
  rest.append(header).append(payload);
  add(std::make_shared<const std::string>(std::move(rest)), sent, kind);
  return true;
}

void SendQueue::take(std::size_t bytes) noexcept {
  bytes_ -= bytes;
  for (; bytes > 0; ++first_) {
    Entry& entry = entries_[first_];
    const std::size_t left = entry.bytes->size() - entry.sent;
    if (bytes < left) {
      entry.sent += bytes;
      break;
    }
    bytes -= left;
    entry.bytes.reset();
  }
  if (first_ == entries_.size()) return clear();
  compact();
}

// The room of those that have gone, once there are more of them than of the others.
void SendQueue::compact() noexcept {
  if (first_ < entries_.size() / 2) return;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

SendQueue::Result SendQueue::flush(Stream& stream) noexcept {
  std::array<std::string_view, kMostPieces> pieces;
  std::size_t count = 0;
  std::size_t size = 0;
  for (std::size_t i = first_; i < entries_.size() && count < kMostPieces && size < kStep; ++i) {
    const Entry& entry = entries_[i];
    const std::string_view rest = std::string_view(*entry.bytes).substr(entry.sent, kStep - size);
    pieces[count++] = rest;
    size += rest.size();
  }
  if (count == 0) return Result::all_sent;
  const auto taken = write(stream, std::span(pieces).first(count));
  if (!taken) return Result::broken;
  if (*taken == 0) return Result::blocked;
  take(*taken);
  return empty() ? Result::all_sent : Result::progress;
}

bool SendQueue::drop_oldest() noexcept {
  for (std::size_t i = first_ + 1; i < entries_.size(); ++i) {
    if (entries_[i].kind != Kind::data) continue;
    bytes_ -= entries_[i].bytes->size();
    // Those before it are few: the first, and control frames.
    std::move_backward(entries_.begin() + static_cast<std::ptrdiff_t>(first_),
                       entries_.begin() + static_cast<std::ptrdiff_t>(i),
                       entries_.begin() + static_cast<std::ptrdiff_t>(i + 1));
    ++first_;
    compact();
    return true;
  }
  return false;
}

void SendQueue::clear() noexcept {
  std::vector<Entry>().swap(entries_);
  first_ = bytes_ = 0;
}

}  // namespace eddy::inline v0::web::internal
