// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/thrown_at.h>

#include <atomic>

#include <eddy/core/base/log.h>

namespace eddy::inline v0 {

namespace {

std::atomic<internal::StackReader> reader_of_stacks = nullptr;

}  // namespace

std::string thrown_at(const std::exception_ptr& error) {
  const internal::StackReader read = reader_of_stacks.load(std::memory_order_acquire);
  if (read == nullptr || !error) return {};
  // That is all that there is in it: where the thrown object lies.
  static_assert(sizeof error == sizeof(void*));
  return read(*reinterpret_cast<const void* const*>(&error));
}

std::string describe_with_stack(const std::exception_ptr& error) {
  std::string text = describe(error);
  if (const std::string stack = thrown_at(error); !stack.empty()) text += "\n" + stack;
  return text;
}

namespace internal {

void set_stack_reader(StackReader reader) noexcept {
  reader_of_stacks.store(reader, std::memory_order_release);
}

}  // namespace internal

}  // namespace eddy::inline v0
