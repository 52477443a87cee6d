// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/route_index.h>

#include <algorithm>
#include <utility>

namespace eddy::inline v0::web::internal {

namespace {

std::size_t common_size(std::string_view a, std::string_view b) noexcept {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t size = 0;
  while (size < most && a[size] == b[size]) ++size;
  return size;
}

}  // namespace

void RouteIndex::add(std::string_view prefix, std::uint32_t place) {
  std::uint32_t node = kRoot;
  std::uint32_t above = kRoot;
  while (!prefix.empty()) {
    if (!nodes_[node].places.empty()) above = node;
    const std::size_t key = nodes_[node].keys.find(prefix.front());
    if (key == std::string::npos) {
      node = add_child(node, prefix, above);
      break;
    }
    node = nodes_[node].children[key];
    const std::size_t common = common_size(nodes_[node].label, prefix);
    if (common < nodes_[node].label.size()) split(node, common);
    prefix.remove_prefix(common);
  }
  const bool first = nodes_[node].places.empty();
  nodes_[node].places.push_back(place);
  if (!first || node == kRoot) return;
  for (const std::uint32_t child : nodes_[node].children) set_above(child, node);
}

std::uint32_t RouteIndex::add_child(std::uint32_t parent, std::string_view label,
                                    std::uint32_t above) {
  const auto child = static_cast<std::uint32_t>(nodes_.size());
  Node& made = nodes_.emplace_back();
  made.label = label;
  made.above = above;
  nodes_[parent].keys += label.front();
  nodes_[parent].children.push_back(child);
  return child;
}

// `node` keeps the first `size` characters of its label; what it led to becomes its only child.
void RouteIndex::split(std::uint32_t node, std::size_t size) {
  const auto lower = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  Node& upper = nodes_[node];
  Node& rest = nodes_[lower];
  const std::uint32_t above = upper.above;
  rest = std::exchange(upper, Node());
  upper.label = rest.label.substr(0, size);
  upper.above = above;
  rest.label.erase(0, size);
  upper.keys = rest.label.front();
  upper.children.push_back(lower);
  // Who had places has a new number.
  if (rest.places.empty()) return;
  for (const std::uint32_t child : rest.children) set_above(child, lower);
}

// Down to the first nodes with places, which stand between `above` and what is below them.
void RouteIndex::set_above(std::uint32_t node, std::uint32_t above) {
  nodes_[node].above = above;
  if (!nodes_[node].places.empty()) return;
  for (const std::uint32_t child : nodes_[node].children) set_above(child, above);
}

std::uint32_t RouteIndex::deepest(std::string_view text) const noexcept {
  const Node* node = nodes_.data();
  std::uint32_t number = kRoot;
  std::uint32_t found = kRoot;
  while (!text.empty()) {
    const std::size_t key = node->keys.find(text.front());
    if (key == std::string::npos) break;
    number = node->children[key];
    node = &nodes_[number];
    if (!text.starts_with(node->label)) break;
    text.remove_prefix(node->label.size());
    if (!node->places.empty()) found = number;
  }
  return found;
}

std::uint32_t RouteIndex::next(std::uint32_t node, std::uint32_t from) const noexcept {
  std::uint32_t best = kEnd;
  for (;;) {
    const std::vector<std::uint32_t>& places = nodes_[node].places;
    const auto place = std::lower_bound(places.begin(), places.end(), from);
    if (place != places.end()) best = std::min(best, *place);
    if (node == kRoot) return best;
    node = nodes_[node].above;
  }
}

}  // namespace eddy::inline v0::web::internal
