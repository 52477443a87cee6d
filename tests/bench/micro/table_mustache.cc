// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>

#include <kainjow/mustache.hpp>

#include <tests/bench/micro/table.h>

namespace eddy_bench {
namespace {

namespace mustache = kainjow::mustache;

mustache::data data_of(const std::vector<TableRow>& rows) {
  mustache::data list{mustache::data::type::list};
  for (const TableRow& row : rows) {
    mustache::data item;
    item.set("id", std::to_string(row.id));
    item.set("name", row.name);
    item.set("text", row.text);
    list << item;
  }
  return {"rows", list};
}

void table_mustache(benchmark::State& state) {
  const std::vector<TableRow> rows = table_rows();
  mustache::mustache page(
      "<table>\n{{#rows}}<tr><td>{{id}}</td><td>{{name}}</td><td>{{text}}</td></tr>\n{{/rows}}"
      "</table>\n");
  for (auto _ : state) {
    const std::string out = page.render(data_of(rows));
    if (out.size() < kTableAtLeast) state.SkipWithError("too short");
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(table_mustache);

void table_mustache_filled(benchmark::State& state) {
  const mustache::data data = data_of(table_rows());
  mustache::mustache page(
      "<table>\n{{#rows}}<tr><td>{{id}}</td><td>{{name}}</td><td>{{text}}</td></tr>\n{{/rows}}"
      "</table>\n");
  for (auto _ : state) {
    const std::string out = page.render(data);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(table_mustache_filled);

}  // namespace
}  // namespace eddy_bench
