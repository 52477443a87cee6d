// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where there is no memory left at the moment. A program of its own: it replaces operator new.
#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace {

thread_local bool no_memory = false;
thread_local std::size_t allocations = 0;

}  // namespace

// Not inlined, or GCC sees a malloc that is deleted, or a new that is freed.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const memory = no_memory ? nullptr : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  ++allocations;
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace {

using eddy::Completion;
using eddy::Task;
using eddy::testing::ManualLoop;

enum class End { value, dropped };

/// What the wait gave; -1 for an error.
int end_without_memory(End end) {
  ManualLoop loop;
  std::optional<Completion<int>> completion;
  int result = 0;
  eddy::TaskGroup group(loop);
  group.spawn([](std::optional<Completion<int>>& out, int& given) -> Task<void> {
    try {
      given = co_await eddy::from_callback<int>(
          [&](Completion<int> done) { out.emplace(std::move(done)); });
    } catch (const std::exception&) {
      given = -1;
    }
  }(completion, result));
  loop.run_until_idle();
  no_memory = true;
  if (end == End::value) (*completion)(42);
  completion.reset();
  no_memory = false;
  loop.run_until_idle();
  EXPECT_EQ(group.size(), 0U) << "it waits for ever";
  return result;
}

TEST(NoMemory, ACompletionEndsTheWaitAllTheSame) {
  EXPECT_EQ(end_without_memory(End::value), 42);
  EXPECT_EQ(end_without_memory(End::dropped), -1);
}

// ---- make_owner

/// There is no memory left when it has got its own.
struct Last {
  static void* operator new(std::size_t size) {
    void* const memory = ::operator new(size);
    no_memory = true;
    return memory;
  }
  static void operator delete(void* memory) noexcept { ::operator delete(memory); }
  Last() { ++count; }
  Last(const Last&) = delete;
  Last& operator=(const Last&) = delete;
  ~Last() { --count; }
  inline static int count = 0;
};

TEST(NoMemory, AnOwnerThatCannotBeSharedIsDestroyed) {
  bool thrown = false;
  try {
    (void)eddy::make_owner<Last>();
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  no_memory = false;
  EXPECT_TRUE(thrown);
  EXPECT_EQ(Last::count, 0);
}

// ---- while_alive

Task<void> wait_long() { co_await eddy::sleep(std::chrono::hours(1)); }

Task<void> wait_long_within(bool owned, eddy::Lifetime owner) {
  if (owned) {
    co_await while_alive(owner, wait_long());
  } else {
    co_await wait_long();
  }
}

/// Allocations from the making of the task to its first wait.
std::size_t allocations_of(bool owned) {
  ManualLoop loop;
  eddy::TaskGroup group(loop);
  const eddy::LifetimeSource source;
  const std::size_t before = allocations;
  group.spawn(wait_long_within(owned, source.lifetime()));
  loop.run_until_idle();
  EXPECT_EQ(group.size(), 1U);
  return allocations - before;
}

TEST(NoMemory, WhileAliveAllocatesItsFrameAndTheTasksRoot) {
  allocations_of(false);  // what the first of all allocates once
  EXPECT_LE(allocations_of(true), allocations_of(false) + 2);
}

TEST(NoMemory, WhileAliveThrowsWhereTheRootCannotBeMade) {
  ManualLoop loop;
  eddy::TaskGroup group(loop);
  const eddy::LifetimeSource source;
  bool thrown = false;
  group.spawn([](Task<void> owned, bool& out) -> Task<void> {
    try {
      co_await std::move(owned);
    } catch (const std::bad_alloc&) {
      out = true;
    }
  }(while_alive(source, wait_long()), thrown));
  no_memory = true;
  loop.run_turns();
  no_memory = false;
  EXPECT_TRUE(thrown);
  EXPECT_EQ(group.size(), 0U);
}

}  // namespace
