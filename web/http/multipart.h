// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/internal/field_parser.h>
#include <eddy/web/http/parse_error.h>

namespace eddy::inline v0::web {

/// Bounds on a multipart body. What is within a bound by exactly that bound passes.
/// Source: tornado.httputil.ParseMultipartConfig.
struct MultipartLimits {
  /// Number of parts. More is a 413.
  std::size_t parts = 100;
  /// Bytes of a part's header fields, their empty line included: what the parser buffers at most.
  /// More is a 431.
  std::size_t part_header_bytes = 10 * 1024;
  /// Number of header fields of a part. More is a 431.
  std::size_t part_header_count = 16;
  /// Bytes of a part's name, and of its file name, decoded. More is a 431.
  std::size_t name_bytes = 1024;
  /// Bytes of everything up to the closing boundary. More is a 413. A server's limit for bodies
  /// holds besides.
  std::uint64_t total_bytes = std::uint64_t{100} * 1024 * 1024;
};

/// What a part of a form says of itself (RFC 7578, 4).
struct PartHead {
  /// Every header field of the part. UTF-8; unlike those of a message, names and values may not be
  /// in another charset. Content-Transfer-Encoding is not undone (RFC 7578, 4.7).
  HeaderList headers;
  /// The form field's name, never empty.
  std::string_view name;
  /// As the client sent it: not fit to name a file here, see safe_basename(). "" for a part that is
  /// no file, and for a file input in which none was chosen.
  std::string_view filename;
  /// "" if the part does not say it; RFC 7578, 4.4, then means text/plain.
  std::string_view content_type;
  [[nodiscard]] bool is_file() const noexcept { return !filename.empty(); }
  /// The content type as FormFile has it.
  [[nodiscard]] std::string_view file_type() const noexcept {
    return content_type.empty() ? std::string_view("application/unknown") : content_type;
  }
};

/// Reads a multipart/form-data body (RFC 7578; RFC 2046, 5.1) as it comes: bytes in, events out.
/// Knows no socket, keeps nothing but the header fields of one part, and takes time in proportion
/// to the bytes, whatever they are and however they are cut.
///
/// Strict: lines end with CRLF, a part's fields are those of RFC 9112 (no folding) with exactly one
/// Content-Disposition of form-data with a name, the closing boundary must be there, and text
/// behind a boundary on its line is an error, because parsers differ about it. A preamble is
/// skipped, as is what follows the closing boundary; blanks behind a boundary are allowed; a body
/// without any part is.
///
///     MultipartParser parser(*multipart_boundary(content_type));
///     while (!body.empty()) {                       // for each piece of the body that arrives
///       const auto step = parser.parse(body);
///       body.remove_prefix(step.consumed);
///       switch (step.event) { ... }                 // need_more: all of the piece is dealt with
///     }
///     if (parser.finish().event == MultipartParser::Event::failed) ...   // parser.error()
class EDDY_API MultipartParser {
 public:
  enum class Event : std::uint8_t {
    /// All input is consumed; call again with the next.
    need_more,
    /// A part begins; see part().
    part_begin,
    /// The next bytes of the part's content, never none.
    data,
    part_end,
    /// The closing boundary was read. All that may follow is consumed and ignored.
    done,
    /// The body is refused; see error(). Consumes nothing, now and in later calls.
    failed,
  };
  struct Step {
    Event event = Event::need_more;
    /// Of Event::data: a view into the input or, for up to 75 bytes that looked like the beginning
    /// of a boundary at the end of the input before, into the parser. Valid until the next call and
    /// as long as the input is.
    std::string_view data;
    /// How many bytes of the input are dealt with, `data` included. May be 0 beside an event.
    std::size_t consumed = 0;
  };

  /// `boundary` as in the Content-Type, without quotes. One that is none (see is_boundary) makes
  /// the first step fail with status 400.
  explicit MultipartParser(std::string_view boundary, const MultipartLimits& limits = {});
  MultipartParser(const MultipartParser&) = delete;  // part() points into this object
  MultipartParser& operator=(const MultipartParser&) = delete;

  /// The next event. The content of a part that lies within one input comes as one piece.
  [[nodiscard]] Step parse(std::string_view input);
  /// The body has ended: done, or failed if its closing boundary was not there.
  [[nodiscard]] Step finish() noexcept;

  /// From part_begin on; valid until the next part begins or the parser is destroyed.
  [[nodiscard]] const PartHead& part() const noexcept { return part_; }
  /// After failed.
  [[nodiscard]] const ParseError& error() const noexcept { return error_; }

  /// Whether it is 1 to 70 visible ASCII characters, with blanks between them (RFC 2046, 5.1.1,
  /// allows fewer characters, and clients send more).
  [[nodiscard]] static bool is_boundary(std::string_view text) noexcept;

 private:
  enum class State : std::uint8_t {
    content,          // of a part, or the preamble: up to CRLF and the boundary
    behind_boundary,  // the next byte tells which of the three it is
    padding,
    line_lf,
    headers,
    closing_dash,
    closing_padding,
    closing_lf,
    epilogue,
    failed,
  };

  Step fail(int status, const char* what) noexcept;
  Step advance(std::string_view input);
  Step read_content(std::string_view input) noexcept;
  Step go_on_matching(std::string_view input) noexcept;
  Step content_step(std::string_view data, std::size_t consumed) const noexcept;
  Step read_boundary_line(char c) noexcept;
  Step read_headers(std::string_view input);
  Step begin_part();
  bool read_disposition(std::string_view field);

  MultipartLimits limits_;
  std::string delimiter_;  // CRLF, two dashes and the boundary
  std::size_t matched_;    // how much of the delimiter the consumed input ends with
  std::size_t unseen_;     // how much of that was no content: see begin_part()
  std::uint64_t total_ = 0;
  std::size_t parts_ = 0;
  State state_ = State::content;
  bool in_part_ = false;
  std::string header_text_;
  internal::FieldParser header_fields_;
  std::string name_;
  std::string filename_;
  PartHead part_;
  ParseError error_;
};

/// The boundary that the value of a Content-Type field names, if it is multipart/form-data with one
/// boundary that is fit to be one.
[[nodiscard]] EDDY_API std::optional<std::string> multipart_boundary(std::string_view content_type);

}  // namespace eddy::inline v0::web
