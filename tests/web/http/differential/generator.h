// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <tests/web/http/differential/framing.h>

namespace eddy_tests {

/// Makes streams of messages that are right, nearly right and wrong. The same seed gives the same
/// streams, everywhere: a failure names the seed and the number of its stream.
class StreamGenerator {
 public:
  explicit StreamGenerator(std::uint64_t seed) : engine_(seed) {}

  /// One to three pipelined requests, mutated by none to three strokes.
  [[nodiscard]] MessageStream requests();
  /// Answers to one to three requests, likewise.
  [[nodiscard]] MessageStream responses();
  /// Another stream with one to three strokes.
  [[nodiscard]] MessageStream mutated(MessageStream stream);

 private:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <std::size_t N>
  std::string_view pick(const std::string_view (&choices)[N]) {
    return choices[below(N)];
  }

  std::string version();
  std::string field();
  std::string framed_content();
  std::string some_content();
  std::string chunks();
  void mutate(std::string& bytes);
  std::size_t line_start(const std::string& bytes);

  std::mt19937_64 engine_;
};

}  // namespace eddy_tests
