// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/content_coding.h>
#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/parse_error.h>

namespace eddy::inline v0::web::internal {

/// Undoes the coding of a request's content, in bounded steps and within bounds that hold for what
/// comes out: a few bytes can stand for gigabytes. gzip, also of several members, and deflate (in
/// the zlib format that the name means, RFC 9110, 8.4.1.2).
///
///     while (!input.empty()) {
///       auto step = decoder.decode(input, out);
///       input.remove_prefix(step.consumed);
///       if (step.result == ParseResult::failed) ...      // decoder.error()
///       if (step.result == ParseResult::need_more) ...   // use and clear out, ask the budget
///     }
///     if (!decoder.finish()) ...                          // the content ended too early
///
/// One call may consume all input and have more to give out: go on while `more` is true.
class EDDY_API ContentDecoder {
 public:
  struct Limits {
    /// Bytes that come out in all. More is a 413.
    std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
    /// How many times more may come out than went in. More is a 413, though not for the first
    /// kFree bytes, which repeat themselves in honest content too. 0: no bound.
    std::uint64_t ratio = 100;
  };
  struct Step {
    /// need_more: all is well; failed: error().
    ParseResult result = ParseResult::need_more;
    std::size_t consumed = 0;
    /// There is more to come of what has been consumed.
    bool more = false;
  };
  static constexpr std::size_t kStep = 64 * 1024;
  static constexpr std::uint64_t kFree = 64 * 1024;
  /// What zlib takes for one: a window of 32 KiB, and its state.
  static constexpr std::size_t kOwnBytes = 42 * 1024;

  /// Whether content of that coding can be decoded.
  [[nodiscard]] static bool can_decode(ContentCoding coding) noexcept {
    return coding == ContentCoding::gzip || coding == ContentCoding::deflate;
  }

  /// `coding` is one that can be decoded. Throws std::bad_alloc.
  ContentDecoder(ContentCoding coding, Limits limits);
  ContentDecoder(ContentDecoder&&) noexcept;
  ContentDecoder& operator=(ContentDecoder&&) noexcept;
  ~ContentDecoder();

  /// Replaces Limits::bytes.
  void set_limit(std::uint64_t bytes) noexcept { limits_.bytes = bytes; }
  /// Takes from the front of `input`, and appends at most kStep bytes to `out`.
  [[nodiscard]] Step decode(std::string_view input, ByteBuffer& out);
  /// The message has ended. False, with a 400, when its content has not; no content at all will do.
  [[nodiscard]] bool finish() noexcept;

  /// Bytes that came out so far.
  [[nodiscard]] std::uint64_t total() const noexcept { return decoded_; }
  [[nodiscard]] const ParseError& error() const noexcept { return error_; }

 private:
  struct Stream;

  Step fail(int status, const char* what) noexcept;
  [[nodiscard]] bool begin_member() noexcept;

  std::unique_ptr<Stream> stream_;
  ContentCoding coding_;
  Limits limits_;
  std::uint64_t encoded_ = 0;
  std::uint64_t decoded_ = 0;
  bool begun_ = false;   // there has been a member
  bool within_ = false;  // it has not ended
  ParseError error_;
};

}  // namespace eddy::inline v0::web::internal
