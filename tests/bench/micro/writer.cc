// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>

#include <eddy/web/http/headers.h>
#include <eddy/web/http/response_writer.h>

namespace eddy_bench {
namespace {

void write_response_head(benchmark::State& state) {
  eddy::web::Headers headers;
  headers.set("Server", "example");
  headers.set("Content-Type", "text/html; charset=UTF-8");
  headers.set("Etag", "\"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\"");
  eddy::web::internal::ByteBuffer out;
  for (auto _ : state) {
    out.clear();
    const eddy::web::ResponseHead head = eddy::web::write_response_head(
        out, 200, {}, headers, {.content_length = 12, .date = "Sun, 06 Nov 1994 08:49:37 GMT"});
    if (head.error != nullptr) state.SkipWithError(head.error);
    benchmark::DoNotOptimize(out.view().data());
  }
}
BENCHMARK(write_response_head);

void set_three_fields(benchmark::State& state) {
  eddy::web::Headers headers;
  for (auto _ : state) {
    headers.clear();
    headers.set("Server", "example");
    headers.set("Content-Type", "text/html; charset=UTF-8");
    headers.set("Etag", "\"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\"");
    benchmark::DoNotOptimize(headers);
  }
}
BENCHMARK(set_three_fields);

}  // namespace
}  // namespace eddy_bench
