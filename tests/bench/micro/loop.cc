// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>

#include <eddy/core/core.h>

namespace eddy_bench {
namespace {

using namespace std::chrono_literals;

// As the timeouts of requests come and go, beside those of 100,000 connections.
void call_later_and_cancel(benchmark::State& state) {
  eddy::NativeLoop loop;
  for (int i = 0; i < 100'000; ++i) loop.call_later(1h + i * 37us % 1h, [] {});
  std::int64_t i = 0;
  for (auto _ : state) {
    const eddy::TimeoutHandle handle = loop.call_later(1h + i++ * 53us % 1h, [] {});
    loop.remove_timeout(handle);
  }
}
BENCHMARK(call_later_and_cancel);

void post(benchmark::State& state) {
  constexpr int kBatch = 1000;
  eddy::NativeLoop loop;
  for (auto _ : state) {
    int left = kBatch;
    for (int i = 0; i < kBatch; ++i) {
      loop.post([&loop, &left] {
        if (--left == 0) loop.stop();
      });
    }
    if (loop.run()) state.SkipWithError("the loop does not run");
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(post);

eddy::Task<int> ready(int value) { co_return value; }

void await_ready_task(benchmark::State& state) {
  eddy::NativeLoop loop;
  loop.run_until([](benchmark::State& running) -> eddy::Task<void> {
    int value = 0;
    for (auto _ : running) benchmark::DoNotOptimize(value = co_await ready(value));
  }(state));
}
BENCHMARK(await_ready_task);

void sleep_for_nothing(benchmark::State& state) {
  eddy::NativeLoop loop;
  loop.run_until([](benchmark::State& running) -> eddy::Task<void> {
    for (auto _ : running) co_await eddy::sleep(0s);
  }(state));
}
BENCHMARK(sleep_for_nothing);

}  // namespace
}  // namespace eddy_bench
