// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>
#include <http_parser.h>

#include <tests/bench/micro/requests.h>

namespace eddy_bench {
namespace {

http_parser_settings table_settings() {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_url = [](http_parser* parser, const char* at, std::size_t size) {
    static_cast<ParsedHead*>(parser->data)->target = {at, size};
    return 0;
  };
  settings.on_header_field = [](http_parser* parser, const char* at, std::size_t size) {
    static_cast<ParsedHead*>(parser->data)->fields.push_back({{at, size}, {}});
    return 0;
  };
  settings.on_header_value = [](http_parser* parser, const char* at, std::size_t size) {
    static_cast<ParsedHead*>(parser->data)->fields.back().value = {at, size};
    return 0;
  };
  return settings;
}

void parse_http_parser(benchmark::State& state, std::string_view request) {
  const http_parser_settings settings = table_settings();
  ParsedHead head;
  http_parser parser;
  http_parser_init(&parser, HTTP_REQUEST);
  parser.data = &head;
  for (auto _ : state) {
    head.fields.clear();
    if (http_parser_execute(&parser, &settings, request.data(), request.size()) != request.size()) {
      state.SkipWithError("refused");
    }
    benchmark::DoNotOptimize(head.fields.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}
BENCHMARK_CAPTURE(parse_http_parser, curl, kCurlRequest);
BENCHMARK_CAPTURE(parse_http_parser, browser, kBrowserRequest);

}  // namespace
}  // namespace eddy_bench
