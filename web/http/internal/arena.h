// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web::internal {

/// Memory of one request: taken piece by piece, given back all at once. The first block is kept for
/// the next request. Objects are destroyed in the reverse order of their making.
class EDDY_API Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment);

  template <class T, class... Args>
  T& make(Args&&... args) {
    if constexpr (std::is_trivially_destructible_v<T>) {
      return *::new (allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
    } else {
      struct Node : Cleanup {
        explicit Node(Args&&... a) : value(std::forward<Args>(a)...) {}
        T value;
      };
      Node* node = ::new (allocate(sizeof(Node), alignof(Node))) Node(std::forward<Args>(args)...);
      node->destroy = [](Cleanup* cleanup) noexcept { static_cast<Node*>(cleanup)->~Node(); };
      node->next = std::exchange(cleanups_, node);
      return node->value;
    }
  }

  [[nodiscard]] std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* to = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  /// Of memory, for what has been taken and what is kept.
  [[nodiscard]] std::size_t bytes_held() const noexcept;

  /// Destroys the objects, keeps the memory until reset().
  void destroy_objects() noexcept;
  /// Destroys the objects and takes all memory back.
  void reset() noexcept;

 private:
  struct Cleanup {
    void (*destroy)(Cleanup*) noexcept = nullptr;
    Cleanup* next = nullptr;
  };
  struct Block {
    Block* next;
    std::size_t bytes;
  };
  // The first block is what a handler costs that waits: enough for a short request's text.
  static constexpr std::size_t kFirstBlockBytes = 120;
  static constexpr std::size_t kBlockBytes = 256;

  void add_block(std::size_t bytes);

  Cleanup* cleanups_ = nullptr;
  Block* blocks_ = nullptr;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace eddy::inline v0::web::internal
