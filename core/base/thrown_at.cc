// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/thrown_at.h>

#include <atomic>
#include <mutex>
#include <utility>

#include <eddy/core/base/log.h>

namespace eddy::inline v0 {

namespace {

std::atomic<internal::StackReader> reader_of_stacks = nullptr;
std::atomic<bool> places_are_kept = false;

// Of one exception, the last. It may be asked for in another thread, after an await.
struct Places {
  std::mutex mutex;
  std::exception_ptr error;  // kept, so that no other one gets its address
  std::string text;
};

Places& places() {
  // Never destroyed: threads may throw to the end.
  static auto* const last = new Places;
  return *last;
}

std::string places_of(const std::exception_ptr& error) {
  if (!places_are_kept.load(std::memory_order_relaxed)) return {};
  Places& last = places();
  const std::lock_guard lock(last.mutex);
  return last.error == error ? last.text : std::string();
}

}  // namespace

std::string thrown_at(const std::exception_ptr& error) {
  if (!error) return {};
  if (const internal::StackReader read = reader_of_stacks.load(std::memory_order_acquire)) {
    // That is all that there is in it: where the thrown object lies.
    static_assert(sizeof error == sizeof(void*));
    std::string stack = read(*reinterpret_cast<const void* const*>(&error));
    if (!stack.empty()) return stack;
  }
  return places_of(error);
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

void keep_places(bool keep) noexcept {
  places_are_kept.store(keep, std::memory_order_relaxed);
  if (keep) return;
  Places& last = places();
  std::unique_lock lock(last.mutex);
  const std::exception_ptr kept = std::exchange(last.error, nullptr);
  last.text.clear();
  lock.unlock();  // the exception ends in no lock of ours
}

void passed_through(const char* file, unsigned line) noexcept {
  if (!places_are_kept.load(std::memory_order_relaxed)) return;
  std::exception_ptr before;
  try {
    const std::exception_ptr error = std::current_exception();
    const std::string place = "at " + std::string(file) + ":" + std::to_string(line);
    Places& last = places();
    const std::lock_guard lock(last.mutex);
    if (last.error == error) {
      last.text.append("\n").append(place);
    } else {
      before = std::exchange(last.error, error);
      last.text = place;
    }
  } catch (...) {  // no memory to say it with
  }
}

}  // namespace internal

}  // namespace eddy::inline v0
