// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <eddy/web/http/headers.h>
#include <eddy/web/http/parse_error.h>

namespace eddy::inline v0::web::internal {

/// What the fields of one head say about the framing of its content and about its connection
/// (RFC 9112, 6 and 9), in requests and in responses. What they leave in doubt is an error.
class FramingFields {
 public:
  /// Takes note of a field, whatever it is. Behind its value the text of the head goes on.
  ParseError add(HeaderField field) noexcept {
    switch (field.name.size()) {
      case 10:
        add_connection(field);
        return {};
      case 14:
        return add_content_length(field);
      case 17:
        add_transfer_encoding(field);
        return {};
      default:
        return {};
    }
  }
  /// After the last field: whether they agree with each other and with the version, HTTP/1.x.
  [[nodiscard]] ParseError check(int version_minor) const noexcept;

  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept {
    return content_length_;
  }
  /// Whether the content is chunked, once check has passed.
  [[nodiscard]] bool chunked() const noexcept { return chunked_; }
  /// Whether the sender would go on with this connection (RFC 9112, 9.3).
  [[nodiscard]] bool keep_alive(int version_minor) const noexcept {
    return !close_ && (version_minor > 0 || keep_alive_);
  }

 private:
  void add_connection(HeaderField field) noexcept;
  ParseError add_content_length(HeaderField field) noexcept;
  void add_transfer_encoding(HeaderField field) noexcept;

  std::optional<std::uint64_t> content_length_;
  bool transfer_encoding_ = false;
  bool chunked_ = false;
  // Of the list that all Transfer-Encoding fields are together:
  bool chunked_last_ = false;
  bool chunked_before_ = false;  // anywhere but at the end
  bool unknown_coding_ = false;
  bool bad_coding_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
};

}  // namespace eddy::inline v0::web::internal
