// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/error.h>

namespace eddy::inline v0 {
namespace {

class Category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "eddy"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::loop_closed:
        return "the loop has been destroyed";
      case Errc::host_gone:
        return "the host's loop was destroyed before this loop; all that is left is to destroy it";
      case Errc::not_pumpable:
        return "the host's loop can't be run from here";
      case Errc::queue_full:
        return "the executor's queue is full";
      case Errc::broken_completion:
        return "the completion was dropped without having been called";
      case Errc::stopped:
        return "ended by stop()";
      case Errc::file_truncated:
        return "the file is shorter than what was to be sent of it";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& eddy_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace eddy::inline v0
