// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>

#include <tests/bench/micro/table.h>

#include <templates/table.html.h>

namespace eddy_bench {
namespace {

void table_eddy(benchmark::State& state) {
  const std::vector<TableRow> rows = table_rows();
  std::string out;
  for (auto _ : state) {
    out.clear();
    templates::Table{.rows = rows}.append_to(out);
    if (out.size() < kTableAtLeast) state.SkipWithError("too short");
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(table_eddy);

// Into a string of its own each time.
void table_eddy_fresh(benchmark::State& state) {
  const std::vector<TableRow> rows = table_rows();
  for (auto _ : state) {
    const std::string out = templates::Table{.rows = rows}.render();
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(table_eddy_fresh);

}  // namespace
}  // namespace eddy_bench
