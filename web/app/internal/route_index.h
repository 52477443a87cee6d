// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web::internal {

/// Which of many patterns a path can belong to at all, by the literal text that each begins with: a
/// tree in which a path is followed as far as it goes. What a look costs grows with the path and
/// with what begins alike, not with the number of patterns.
class EDDY_API RouteIndex {
 public:
  /// Comes behind all places.
  static constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max();

  RouteIndex() : nodes_(1) {}

  /// A pattern that begins with `prefix`. Places are given in ascending order.
  void add(std::string_view prefix, std::uint32_t place);

  /// The patterns that a text may belong to, in the order of their places.
  class Candidates {
   public:
    Candidates(const RouteIndex& index, std::string_view text) noexcept
        : index_(index), deepest_(index.deepest(text)) {}
    /// The first whose place is `from` or behind it; kEnd if there is none.
    [[nodiscard]] std::uint32_t next(std::uint32_t from) const noexcept {
      return index_.next(deepest_, from);
    }

   private:
    const RouteIndex& index_;
    std::uint32_t deepest_;
  };

 private:
  static constexpr std::uint32_t kRoot = 0;

  struct Node {
    /// What leads here from the node above, and its first character is not that of a sibling's.
    std::string label;
    /// The nearest node above that has places, or the root.
    std::uint32_t above = kRoot;
    /// Of the patterns that begin with just what leads here from the root.
    std::vector<std::uint32_t> places;
    /// The first characters of the children's labels, and the children.
    std::string keys;
    std::vector<std::uint32_t> children;
  };

  /// The lowest node with places on the text's way, or the root.
  [[nodiscard]] std::uint32_t deepest(std::string_view text) const noexcept;
  [[nodiscard]] std::uint32_t next(std::uint32_t node, std::uint32_t from) const noexcept;
  std::uint32_t add_child(std::uint32_t parent, std::string_view label, std::uint32_t above);
  void split(std::uint32_t node, std::size_t size);
  void set_above(std::uint32_t node, std::uint32_t above);

  std::vector<Node> nodes_;
};

}  // namespace eddy::inline v0::web::internal
