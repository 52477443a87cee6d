// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/internal/field_parser.h>
#include <eddy/web/http/limits.h>
#include <eddy/web/http/parse_error.h>

namespace eddy::inline v0::web {

class ReceivedResponseHead;
class RequestHead;

/// Undoes the framing of a message's content (RFC 9112, 6 and 7): a length, chunked coding, or the
/// end of the connection. Knows no socket, copies nothing but trailers, and looks at every byte
/// once.
///
/// Strict: chunk sizes are hex digits only, every line ends with CRLF. Chunk extensions are read
/// and ignored; trailer fields are bounded, kept apart from the headers, and refused where they
/// would change what the head said (RFC 9110, 6.5.1).
///
///     while (!decoder.finished()) {
///       auto step = decoder.decode(input);          // at most one piece of content
///       input.remove_prefix(step.consumed);
///       if (step.result == ParseResult::failed) ...  // decoder.error()
///       use(step.data);                              // a view into input; may be empty
///       if (step.result == ParseResult::need_more && input.empty()) read_more();
///     }
class EDDY_API BodyDecoder {
 public:
  struct Step {
    /// done: the content is complete. need_more: there is more to come, in the input that is left
    /// or in what is still to be read.
    ParseResult result = ParseResult::need_more;
    /// The next piece of content.
    std::string_view data;
    /// How many bytes of the input are dealt with, `data` included.
    std::size_t consumed = 0;
  };

  explicit BodyDecoder(const HttpLimits& limits = {}) noexcept : limits_(limits) {}

  /// The content that a request's head announces, chunked or of a length, which may be none.
  void begin(const RequestHead& head) noexcept;
  /// That of a response; none where the connection becomes a tunnel.
  void begin(const ReceivedResponseHead& head) noexcept;
  /// Content of `length` bytes; 0 is none. Whether so much is wanted is for the caller to decide.
  void begin_length(std::uint64_t length) noexcept;
  /// Content in chunks. More than limits.body_bytes of it is an error 413.
  void begin_chunked() noexcept;
  /// Content up to the end of the connection, as responses may have it. More than limits.body_bytes
  /// of it is an error 413.
  void begin_until_close() noexcept;
  /// For the content that is being read, and what comes after.
  void set_limits(const HttpLimits& limits) noexcept { limits_ = limits; }
  /// As above, limits.body_bytes only.
  void set_body_limit(std::size_t bytes) noexcept { limits_.body_bytes = bytes; }
  [[nodiscard]] std::size_t body_limit() const noexcept { return limits_.body_bytes; }

  [[nodiscard]] Step decode(std::string_view input);

  /// No more input will come: done, if content up to here is complete, else failed.
  ParseResult end_of_input() noexcept;

  [[nodiscard]] bool finished() const noexcept { return state_ == State::finished; }
  /// Bytes of content given out since begin.
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  /// After the end of a chunked body; valid until the next begin.
  [[nodiscard]] HeaderList trailers() const noexcept;
  /// After failed.
  [[nodiscard]] const ParseError& error() const noexcept { return error_; }

 private:
  enum class State : std::uint8_t {
    finished,
    length,
    until_close,
    size_first,  // the first digit of a chunk size
    size,
    extension,
    extension_quoted,   // in a quoted string
    extension_escaped,  // behind a backslash in one
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer,
    failed,
  };

  Step fail(int status, const char* what) noexcept;
  Step take_data(std::string_view input, State next) noexcept;
  Step take_until_close(std::string_view input) noexcept;
  Step decode_chunked(std::string_view input);
  Step read_trailer(std::string_view input, std::size_t consumed);
  bool add_size_digit(char c) noexcept;
  bool read_size_line(char c) noexcept;
  bool read_extension(char c) noexcept;
  bool end_size_line() noexcept;

  HttpLimits limits_;
  std::uint64_t remaining_ = 0;
  std::uint64_t total_ = 0;
  std::size_t extension_bytes_ = 0;
  std::uint8_t size_digits_ = 0;
  State state_ = State::finished;
  std::string trailer_text_;
  internal::FieldParser trailer_fields_;
  ParseError error_;
};

}  // namespace eddy::inline v0::web
