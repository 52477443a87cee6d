// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/further_methods.h>
#include <eddy/web/app/internal/method_table.h>

namespace eddy::inline v0::web::internal {

FurtherMethods& RouteDefinition::change_further() {
  if (further_ == nullptr) {
    further_ = std::make_shared<FurtherMethods>();
  } else if (further_.use_count() > 1) {
    further_ = std::make_shared<FurtherMethods>(*further());
  }
  return *static_cast<FurtherMethods*>(further_.get());
}

MethodEntry& RouteDefinition::at(MethodName name) {
  if (name.method() != Method::other) return methods[static_cast<std::size_t>(name.method())];
  std::vector<FurtherMethods::Named>& named = change_further().named;
  for (FurtherMethods::Named& method : named) {
    if (method.name == name.text()) return method.entry;
  }
  return named.emplace_back(FurtherMethods::Named{std::string(name.text()), {}}).entry;
}

void RouteDefinition::answer_all(const MethodEntry& entry) {
  methods.fill(entry);
  change_further().every_other = entry;
}

std::shared_ptr<void> RouteDefinition::keeper_of(const void* target) const noexcept {
  for (const auto& kept : owned) {
    if (kept.get() == target) return kept;
  }
  return nullptr;
}

}  // namespace eddy::inline v0::web::internal
