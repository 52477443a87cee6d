// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/client_home.h>

#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy::inline v0::web::internal {

namespace {

class ClientHome final : public ConnectionHome {
 public:
  // Each client is bounded by options of its own; there is nobody else to take room from them.
  explicit ClientHome(const std::shared_ptr<LoopCore>& loop)
      : ConnectionHome(loop, without_bound()) {}

  void log(LogLevel level, std::string_view message) noexcept override {
    eddy::internal::log(loop(), level, "eddy.web", message);
  }
  [[nodiscard]] bool stopping() const noexcept override { return false; }
  void removed(const AddressCount& /*counted*/) noexcept override {}

 private:
  static ServerOptions without_bound() {
    ServerOptions options;
    options.buffered_bytes = std::numeric_limits<std::size_t>::max();
    return options;
  }
};

}  // namespace

std::shared_ptr<ConnectionHome> client_home(const std::shared_ptr<LoopCore>& loop) {
  // Of Loops that a thread has there are few.
  thread_local std::vector<std::weak_ptr<ClientHome>> homes;
  std::erase_if(homes, [](const auto& home) { return home.expired(); });
  for (const auto& place : homes) {
    auto home = place.lock();
    if (home != nullptr && home->shared_loop() == loop) return home;
  }
  auto home = std::make_shared<ClientHome>(loop);
  homes.push_back(home);
  return home;
}

}  // namespace eddy::inline v0::web::internal
