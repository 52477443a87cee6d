// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <tests/bench/micro/requests.h>

namespace eddy_bench {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string_view view(string_view text) { return {text.data(), text.size()}; }

// Beast's parser without its container of fields, which would allocate each of them.
class TableParser : public http::basic_parser<true> {
 public:
  explicit TableParser(ParsedHead& head) : head_(head) {}

 private:
  void on_request_impl(http::verb, string_view, string_view target, int, error_code&) override {
    head_.target = view(target);
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    head_.fields.push_back({view(name), view(value)});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  ParsedHead& head_;
};

void parse_beast(benchmark::State& state, std::string_view request) {
  ParsedHead head;
  for (auto _ : state) {
    head.fields.clear();
    TableParser parser(head);
    error_code error;
    parser.put(boost::asio::buffer(request.data(), request.size()), error);
    if (error || !parser.is_done()) state.SkipWithError("refused");
    benchmark::DoNotOptimize(head.fields.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}
BENCHMARK_CAPTURE(parse_beast, curl, kCurlRequest);
BENCHMARK_CAPTURE(parse_beast, browser, kBrowserRequest);

}  // namespace
}  // namespace eddy_bench
