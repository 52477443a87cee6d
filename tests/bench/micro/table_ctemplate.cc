// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>
#include <ctemplate/template.h>

#include <memory>

#include <tests/bench/micro/table.h>

namespace eddy_bench {
namespace {

constexpr const char* kTable =
    "<table>\n{{#ROW}}<tr><td>{{ID}}</td><td>{{NAME:h}}</td><td>{{TEXT:h}}</td></tr>\n{{/ROW}}"
    "</table>\n";

void fill(ctemplate::TemplateDictionary& table, const std::vector<TableRow>& rows) {
  for (const TableRow& row : rows) {
    ctemplate::TemplateDictionary* const section = table.AddSectionDictionary("ROW");
    section->SetIntValue("ID", row.id);
    section->SetValue("NAME", row.name);
    section->SetValue("TEXT", row.text);
  }
}

// A request's rows are new ones: the dictionary belongs to rendering.
void table_ctemplate(benchmark::State& state) {
  const std::vector<TableRow> rows = table_rows();
  const std::unique_ptr<ctemplate::Template> page(
      ctemplate::Template::StringToTemplate(kTable, ctemplate::DO_NOT_STRIP));
  std::string out;
  for (auto _ : state) {
    out.clear();
    ctemplate::TemplateDictionary table("table");
    fill(table, rows);
    if (!page->Expand(&out, &table) || out.size() < kTableAtLeast) state.SkipWithError("too short");
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(table_ctemplate);

// With a dictionary that somebody had made before.
void table_ctemplate_filled(benchmark::State& state) {
  const std::vector<TableRow> rows = table_rows();
  const std::unique_ptr<ctemplate::Template> page(
      ctemplate::Template::StringToTemplate(kTable, ctemplate::DO_NOT_STRIP));
  ctemplate::TemplateDictionary table("table");
  fill(table, rows);
  std::string out;
  for (auto _ : state) {
    out.clear();
    if (!page->Expand(&out, &table)) state.SkipWithError("not expanded");
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(table_ctemplate_filled);

}  // namespace
}  // namespace eddy_bench
