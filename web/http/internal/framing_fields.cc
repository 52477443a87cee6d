// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/framing_fields.h>

#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web::internal {

void FramingFields::add_connection(HeaderField field) noexcept {
  if (!equals_ignoring_case(field.name, "connection")) return;
  if (equals_literal(field.value, "keep-alive")) {  // as nearly always
    keep_alive_ = true;
    return;
  }
  for_each_list_item(field.value, [this](std::string_view item) {
    close_ |= equals_ignoring_case(item, "close");
    keep_alive_ |= equals_ignoring_case(item, "keep-alive");
  });
}

// Digits only, one value only, no overflow (RFC 9112, 6.3 lets us repair a list; guessing is how
// smuggling works).
ParseError FramingFields::add_content_length(HeaderField field) noexcept {
  if (!equals_ignoring_case(field.name, "content-length")) return {};
  if (content_length_) return {400, "more than one Content-Length"};
  if (field.value.empty()) return {400, "an empty Content-Length"};
  constexpr std::uint64_t kMost = INT64_MAX;
  std::uint64_t length = 0;
  for (const char c : field.value) {
    if (!is_class(c, kDigitChar)) return {400, "a malformed Content-Length"};
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kMost - digit) / 10) return {400, "an overflowing Content-Length"};
    length = length * 10 + digit;
  }
  content_length_ = length;
  return {};
}

namespace {

// A tab is as good a blank as any, but there are parsers in the field that find no chunked before
// it.
bool is_followed_by_tab(std::string_view value) noexcept {
  const char* p = value.data() + value.size();
  while (*p == ' ') ++p;
  return *p == '\t';
}

}  // namespace

void FramingFields::add_transfer_encoding(HeaderField field) noexcept {
  if (!equals_ignoring_case(field.name, "transfer-encoding")) return;
  chunked_ = !transfer_encoding_ && equals_ignoring_case(field.value, "chunked");
  transfer_encoding_ = true;
  for_each_list_item(field.value, [this](std::string_view item) {
    chunked_before_ |= chunked_last_;
    chunked_last_ = equals_ignoring_case(item, "chunked");
    unknown_coding_ |= !chunked_last_;
    bad_coding_ |= !is_token(item);
  });
  if (chunked_ && is_followed_by_tab(field.value)) chunked_ = false;
}

// One field with nothing but `chunked` in it is understood; all else only gets the right answer.
ParseError FramingFields::check(int version_minor) const noexcept {
  if (!transfer_encoding_) return {};
  if (version_minor == 0) return {400, "Transfer-Encoding in HTTP/1.0"};
  if (content_length_) return {400, "Content-Length beside Transfer-Encoding"};
  if (chunked_) return {};
  if (bad_coding_ || chunked_before_) return {400, "a malformed Transfer-Encoding"};
  if (unknown_coding_) return {501, "an unknown transfer coding"};
  return {400, chunked_last_ ? "a malformed Transfer-Encoding" : "an empty Transfer-Encoding"};
}

}  // namespace eddy::inline v0::web::internal
