// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/arena.h>

#include <cstdint>

namespace eddy::inline v0::web::internal {

Arena::~Arena() {
  reset();
  ::operator delete(blocks_);
}

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
  for (;;) {
    const auto at = reinterpret_cast<std::uintptr_t>(at_);
    const std::size_t padding = (alignment - at % alignment) % alignment;
    if (at_ != nullptr && static_cast<std::size_t>(end_ - at_) >= padding + bytes) {
      char* place = at_ + padding;
      at_ = place + bytes;
      return place;
    }
    add_block(bytes + alignment);
  }
}

// A field for the sum would be one of every waiting handler's bytes; its blocks are few.
std::size_t Arena::bytes_held() const noexcept {
  std::size_t bytes = 0;
  for (const Block* block = blocks_; block != nullptr; block = block->next) bytes += block->bytes;
  return bytes;
}

void Arena::add_block(std::size_t bytes) {
  std::size_t size = (blocks_ == nullptr ? kFirstBlockBytes : kBlockBytes) - sizeof(Block);
  if (size < bytes) size = bytes;
  auto* block = static_cast<Block*>(::operator new(sizeof(Block) + size));
  block->next = blocks_;
  block->bytes = size;
  blocks_ = block;
  at_ = reinterpret_cast<char*>(block + 1);
  end_ = at_ + size;
}

void Arena::destroy_objects() noexcept {
  while (Cleanup* cleanup = cleanups_) {
    cleanups_ = cleanup->next;
    cleanup->destroy(cleanup);
  }
}

void Arena::reset() noexcept {
  destroy_objects();
  if (blocks_ == nullptr) return;
  // The first block of ordinary size is the one to keep; it is the last of the list.
  while (Block* next = blocks_->next) {
    ::operator delete(blocks_);
    blocks_ = next;
  }
  if (blocks_->bytes > kBlockBytes) {
    ::operator delete(std::exchange(blocks_, nullptr));
    at_ = end_ = nullptr;
    return;
  }
  at_ = reinterpret_cast<char*>(blocks_ + 1);
  end_ = at_ + blocks_->bytes;
}

}  // namespace eddy::inline v0::web::internal
