// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/application.h>

#include <eddy/web/app/internal/application_core.h>

namespace eddy::inline v0::web {

class Application::State {
 public:
  explicit State(Application& application)
      : core(std::make_shared<internal::ApplicationCore>(application)) {}

  std::shared_ptr<internal::ApplicationCore> core;
};

Application::Application(std::initializer_list<Route> routes)
    : state_(std::make_unique<State>(*this)) {
  for (const Route& route : routes) add(route);
}

Application::~Application() { state_->core->forget_application(); }

Application& Application::add(const Route& route) { return add_definition(*route.definition_); }

Application& Application::add_definition(internal::RouteDefinition definition) {
  state_->core->router().add(std::move(definition));
  return *this;
}

std::shared_ptr<internal::HttpService> Application::service() const noexcept {
  return state_->core;
}

}  // namespace eddy::inline v0::web
