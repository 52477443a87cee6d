// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#define BOOST_STACKTRACE_LINK
#define BOOST_STACKTRACE_DYN_LINK
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/stacktrace/stacktrace.hpp>
#include <cstddef>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include <eddy/core/base/thrown_at.h>
#include <eddy/stacks/stacks.h>

namespace eddy::inline v0 {

namespace {

using boost::stacktrace::stacktrace;
using Destroy = void (*)(void*);

constexpr std::size_t kMostFrames = 100;

/// The stacks of the exceptions that live.
class Stacks {
 public:
  static Stacks& instance() noexcept {
    // Never destroyed, as the last exception may be after all statics.
    alignas(Stacks) static std::array<std::byte, sizeof(Stacks)> room;
    static auto& stacks = *new (room.data()) Stacks;
    return stacks;
  }

  /// What is to destroy `thrown`, now that its stack is kept, or that cannot be.
  Destroy keep(void* thrown, Destroy destroy, stacktrace&& stack) noexcept {
    const std::lock_guard lock(mutex_);
    for (Kept& kept : kept_) {
      if (kept.thrown != nullptr) continue;
      kept.thrown = thrown;
      kept.destroy = destroy;
      kept.stack = std::move(stack);
      return forget;
    }
    return destroy;
  }

  stacktrace stack_of(const void* thrown) {
    const std::lock_guard lock(mutex_);
    for (const Kept& kept : kept_) {
      if (kept.thrown == thrown) return kept.stack;
    }
    return {0, 0};
  }

 private:
  struct Kept {
    void* thrown = nullptr;
    Destroy destroy = nullptr;
    stacktrace stack{0, 0};
  };

  static void forget(void* thrown) {
    Kept gone;
    {
      Stacks& stacks = instance();
      const std::lock_guard lock(stacks.mutex_);
      for (Kept& kept : stacks.kept_) {
        if (kept.thrown != thrown) continue;
        std::swap(gone, kept);
        break;
      }
    }
    if (gone.destroy != nullptr) gone.destroy(thrown);
  }

  std::mutex mutex_;
  std::array<Kept, 64> kept_;
};

std::atomic<bool> keeping = false;
/// A throw while a stack is being looked at, such as that of no memory.
thread_local bool looking = false;

std::string read_stack(const void* thrown) {
  std::string text;
  int number = 0;
  for (const boost::stacktrace::frame& after : Stacks::instance().stack_of(thrown)) {
    // A frame has where the call returns to. Of a throw, which does not, that is the next line, or
    // even the next function.
    const boost::stacktrace::frame frame(static_cast<const char*>(after.address()) - 1);
    if (!text.empty()) text += '\n';
    text += "#" + std::to_string(number++) + " ";
    std::string name = frame.name();
    // " [clone .cold]": what the compiler made of the function is not what was written.
    name.resize(std::min(name.find(" [clone "), name.size()));
    text += name.empty() ? "?" : name;
    Dl_info object{};
    if (const std::string file = frame.source_file(); !file.empty()) {
      text += " at " + file + ":" + std::to_string(frame.source_line());
    } else if (::dladdr(frame.address(), &object) != 0 && object.dli_fname != nullptr) {
      text += std::string(" in ") + object.dli_fname;
    }
  }
  return text;
}

/// Not the function that asks.
[[gnu::noinline]] Destroy keep_stack_of(void* thrown, Destroy destroy) noexcept {
  if (looking) return destroy;
  looking = true;
  constexpr std::size_t kOwn = 2;  // this function, and __cxa_throw
  const Destroy result = Stacks::instance().keep(thrown, destroy, stacktrace(kOwn, kMostFrames));
  looking = false;
  return result;
}

}  // namespace

void keep_stacks() noexcept {
  internal::set_stack_reader(read_stack);
  keeping = true;
}

}  // namespace eddy::inline v0

// What `throw` calls, in front of the C++ library's: Itanium C++ ABI, Exception Handling, 2.4.3.
// GCC declares it by itself, with pointers to anything.
// NOLINTNEXTLINE(readability-identifier-naming): the ABI's name
extern "C" [[noreturn]] EDDY_API void __cxa_throw(void* thrown, void* type,
                                                  void (*destroy)(void*)) {
  using Throw = void (*)(void*, void*, void (*)(void*));
  static const auto next = reinterpret_cast<Throw>(::dlsym(RTLD_NEXT, "__cxa_throw"));
  if (eddy::keeping) destroy = eddy::keep_stack_of(thrown, destroy);
  next(thrown, type, destroy);
  __builtin_unreachable();
}
