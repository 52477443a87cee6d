// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>

#include <eddy/web/http/request_parser.h>
#include <eddy/web/http/response_parser.h>
#include <tests/bench/micro/requests.h>

namespace eddy_bench {
namespace {

using eddy::web::ParseResult;

void parse_eddy(benchmark::State& state, std::string_view request) {
  eddy::web::RequestParser parser;
  for (auto _ : state) {
    parser.reset();
    if (parser.parse(request) != ParseResult::done) state.SkipWithError("refused");
    benchmark::DoNotOptimize(parser.head());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}
BENCHMARK_CAPTURE(parse_eddy, curl, kCurlRequest);
BENCHMARK_CAPTURE(parse_eddy, browser, kBrowserRequest);

void parse_eddy_response(benchmark::State& state) {
  eddy::web::ResponseParser parser;
  for (auto _ : state) {
    parser.begin("GET");
    if (parser.parse(kResponse) != ParseResult::done) state.SkipWithError("refused");
    benchmark::DoNotOptimize(parser.head());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kResponse.size()));
}
BENCHMARK(parse_eddy_response);

}  // namespace
}  // namespace eddy_bench
