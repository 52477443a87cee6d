// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/thrown_at.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <utility>

#include <eddy/core/base/log.h>

namespace eddy::inline v0 {

namespace {

std::atomic<internal::StackReader> reader_of_stacks = nullptr;
std::atomic<int> places_kept = 0;  // PlacesKept

struct Place {
  const char* file;
  unsigned line;
};

// Of one exception, which is kept, so that no other one gets its address.
struct Places {
  std::exception_ptr error;
  std::array<Place, 16> at = {};  // the innermost; what recurses deeper has more
  std::size_t count = 0;
  bool told = false;
};

// Of the last few, since several threads may throw, and an exception may be told of in another
// thread than where it was thrown.
struct LastPlaces {
  std::mutex mutex;
  std::array<Places, 4> places;
  std::size_t next = 0;

  Places* find(const std::exception_ptr& error) noexcept {
    const auto same = [&error](const Places& kept) { return kept.error == error; };
    const auto found = std::find_if(places.begin(), places.end(), same);
    return found != places.end() ? &*found : nullptr;
  }
};

LastPlaces& last_places() {
  // Never destroyed: threads may throw to the end.
  static auto* const last = new LastPlaces;
  return *last;
}

std::string places_of(const std::exception_ptr& error) {
  if (places_kept.load(std::memory_order_relaxed) == 0) return {};
  LastPlaces& last = last_places();
  const std::lock_guard lock(last.mutex);
  Places* const places = last.find(error);
  if (places == nullptr) return {};
  places->told = true;
  std::string text;
  for (std::size_t i = 0; i < places->count; ++i) {
    text += (i > 0 ? "\nat " : "at ") + std::string(places->at[i].file) + ":" +
            std::to_string(places->at[i].line);
  }
  return text;
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

PlacesKept::PlacesKept() noexcept { places_kept.fetch_add(1, std::memory_order_relaxed); }

PlacesKept::~PlacesKept() {
  if (places_kept.fetch_sub(1, std::memory_order_relaxed) != 1) return;
  // The exceptions end in no lock of ours.
  std::array<Places, 4> kept;
  LastPlaces& last = last_places();
  const std::lock_guard lock(last.mutex);
  std::swap(kept, last.places);
}

void passed_through(const char* file, unsigned line) noexcept {
  if (places_kept.load(std::memory_order_relaxed) == 0) return;
  const std::exception_ptr error = std::current_exception();
  std::exception_ptr forgotten;
  LastPlaces& last = last_places();
  const std::lock_guard lock(last.mutex);
  Places* places = last.find(error);
  if (places == nullptr) {
    places = &last.places[last.next++ % last.places.size()];
    forgotten = std::exchange(places->error, error);
    places->count = 0;
  } else if (places->told) {  // it is thrown again
    places->count = 0;
  }
  places->told = false;
  if (places->count < places->at.size()) places->at[places->count++] = {file, line};
}

}  // namespace internal

}  // namespace eddy::inline v0
