// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>
#include <llhttp.h>

#include <tests/bench/micro/requests.h>

namespace eddy_bench {
namespace {

llhttp_settings_t table_settings() {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_url = [](llhttp_t* parser, const char* at, std::size_t size) {
    static_cast<ParsedHead*>(parser->data)->target = {at, size};
    return 0;
  };
  settings.on_header_field = [](llhttp_t* parser, const char* at, std::size_t size) {
    static_cast<ParsedHead*>(parser->data)->fields.push_back({{at, size}, {}});
    return 0;
  };
  settings.on_header_value = [](llhttp_t* parser, const char* at, std::size_t size) {
    static_cast<ParsedHead*>(parser->data)->fields.back().value = {at, size};
    return 0;
  };
  return settings;
}

void parse_llhttp(benchmark::State& state, std::string_view request) {
  const llhttp_settings_t settings = table_settings();
  ParsedHead head;
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  parser.data = &head;
  for (auto _ : state) {
    head.fields.clear();
    if (llhttp_execute(&parser, request.data(), request.size()) != HPE_OK) {
      state.SkipWithError("refused");
    }
    benchmark::DoNotOptimize(head.fields.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}
BENCHMARK_CAPTURE(parse_llhttp, curl, kCurlRequest);
BENCHMARK_CAPTURE(parse_llhttp, browser, kBrowserRequest);

}  // namespace
}  // namespace eddy_bench
