// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Fuzz targets: functions that take any bytes, give them to a parser, and throw PropertyFailed
/// when it does what no input may make it do. Ordinary functions: libFuzzer calls them in the
/// fuzzers, GoogleTest in fuzz_regression_test.
namespace eddy_tests {

void fuzz_chunked(std::string_view input);
void fuzz_conditional(std::string_view input);
void fuzz_cookies(std::string_view input);
void fuzz_encoded_content(std::string_view input);
void fuzz_escape(std::string_view input);
void fuzz_forwarded(std::string_view input);
void fuzz_host(std::string_view input);
void fuzz_linkify(std::string_view input);
void fuzz_multipart(std::string_view input);
void fuzz_parameters(std::string_view input);
void fuzz_proxy_header(std::string_view input);
void fuzz_query(std::string_view input);
void fuzz_range(std::string_view input);
void fuzz_request_head(std::string_view input);
void fuzz_response_head(std::string_view input);
void fuzz_signed_tokens(std::string_view input);
void fuzz_static_path(std::string_view input);
void fuzz_template(std::string_view input);
void fuzz_websocket(std::string_view input);

struct FuzzTarget {
  const char* name;
  void (*run)(std::string_view input);
};
/// All of them.
std::span<const FuzzTarget> fuzz_targets();

/// The inputs that a target begins with: those of seeds/NAME.txt, one a line in the notation of
/// the protocol cases, and those of the protocol cases where there are some for it.
std::vector<std::string> read_fuzz_seeds(std::string_view target);

/// Throws PropertyFailed with that text and, escaped, the beginning of the bytes.
[[noreturn]] void property_failed(const char* what, std::string_view bytes);

inline void require(bool holds, const char* what, std::string_view bytes) {
  if (!holds) property_failed(what, bytes);
}

/// Whether the view lies within the text, or is empty.
bool lies_within(std::string_view view, std::string_view text);

/// Pseudo-random numbers that depend on nothing but the input.
class InputRandom {
 public:
  explicit InputRandom(std::string_view input);
  /// 0 to bound - 1.
  std::size_t below(std::size_t bound);

 private:
  std::uint64_t state_;
};

/// What `read` makes of the input whole, which must be what it makes of it in pieces: byte by byte
/// if it is short, and in several ways of random sizes.
std::string same_in_pieces(
    std::string_view input,
    const std::function<std::string(const std::vector<std::string_view>& pieces)>& read);

/// Repeats the input to 128 KiB, for one input in 64 (always the same ones), and requires that
/// `work` takes less than a second of CPU time on it: a hundred times what linear work takes with
/// sanitizers, and a hundredth of what quadratic work would.
void require_linear(std::string_view input, const std::function<void(std::string_view)>& work);

}  // namespace eddy_tests
