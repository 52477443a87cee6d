// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace eddy::inline v0::web::internal {

/// Bytes that are appended at the end and taken from the front. Unlike std::string it does not fill
/// what it makes room for, and it gives its memory back when it is told to.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  ByteBuffer(ByteBuffer&& other) noexcept { swap(other); }
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~ByteBuffer() { ::operator delete(data_); }

  void swap(ByteBuffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(capacity_, other.capacity_);
  }

  [[nodiscard]] std::string_view view() const noexcept { return {data_ + begin_, end_ - begin_}; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  /// Bytes that fit behind the content without moving anything.
  [[nodiscard]] std::size_t room() const noexcept { return capacity_ - end_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// Makes room for `bytes` behind the content and returns where they go; views of the content are
  /// void afterwards. They count only after commit.
  char* prepare(std::size_t bytes) {
    if (room() < bytes) make_room(bytes);
    return data_ + end_;
  }
  void commit(std::size_t bytes) noexcept { end_ += bytes; }
  void append(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(prepare(text.size()), text.data(), text.size());
    commit(text.size());
  }

  /// Takes bytes from the front; what is left does not move.
  void consume(std::size_t bytes) noexcept {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Takes bytes from the end.
  void truncate(std::size_t size) noexcept { end_ = begin_ + size; }
  void clear() noexcept { begin_ = end_ = 0; }
  void release() noexcept {
    ::operator delete(std::exchange(data_, nullptr));
    begin_ = end_ = capacity_ = 0;
  }

 private:
  void make_room(std::size_t bytes) {
    const std::size_t used = size();
    if (begin_ > 0 && capacity_ - used >= bytes && used <= begin_) {
      std::memcpy(data_, data_ + begin_, used);
    } else {
      std::size_t capacity = capacity_ < 512 ? 512 : capacity_ * 2;
      if (capacity < used + bytes) capacity = used + bytes;
      auto* data = static_cast<char*>(::operator new(capacity));
      if (used > 0) std::memcpy(data, data_ + begin_, used);
      ::operator delete(data_);
      data_ = data;
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = used;
  }

  char* data_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace eddy::inline v0::web::internal
