// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/services.h>

#include <stdexcept>

#include <eddy/web/app/internal/application_core.h>
#include <eddy/web/app/internal/handler_methods.h>

namespace eddy::inline v0::web {

Services& Services::add_entry(const internal::ServiceKey& key, void* object,
                              std::shared_ptr<void> owner) {
  if (object == nullptr) throw std::invalid_argument("the service " + key.name() + " is null");
  if (find(key) != nullptr) {
    throw std::invalid_argument("there is a service of type " + key.name() + " already");
  }
  entries_.push_back({key, object, std::move(owner)});
  return *this;
}

void* Services::find(const internal::ServiceKey& key) const noexcept {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return entry.object;
  }
  return nullptr;
}

namespace internal {

void* service_of(const RequestHandler& handler, const ServiceKey& key) {
  return service_of(HandlerAccess::exchange(handler), key);
}

void* service_of(Exchange& exchange, const ServiceKey& key) {
  void* const object = static_cast<ApplicationCore*>(exchange.service())->services().find(key);
  // A handler of one Application that another one's route was made of by hand.
  if (object == nullptr) throw std::logic_error("there is no service of type " + key.name());
  return object;
}

}  // namespace internal
}  // namespace eddy::inline v0::web
