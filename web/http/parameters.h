// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// One parameter of a field value (RFC 9110, 5.6.6).
struct Parameter {
  /// In lower case; of `filename*` and `filename*0` it is `filename`.
  std::string name;
  /// Without quotes and decoded: UTF-8 if it is `extended`, else the bytes that were sent.
  std::string value;
  /// False for `a`; true for `a=`, whose value is "".
  bool has_value = false;
  /// Whether it said its charset: `filename*=UTF-8''%e2%82%ac` (RFC 8187).
  bool extended = false;
};

/// A field value with parameters, such as that of Content-Type or Content-Disposition.
struct EDDY_API FieldValue {
  /// What stands before the first ';', as it was sent but for blanks around it.
  std::string value;
  /// In the order in which they were sent, repeated ones included.
  std::vector<Parameter> parameters;
  /// False if something was passed over: a quote without its end, text behind a quoted string, a
  /// quote within an unquoted value, a name that is no token, a continuation without its
  /// beginning, more parameters than the limit. Who must not misunderstand refuses such a value.
  bool well_formed = true;

  /// Whether `value` is this text, without regard to case.
  [[nodiscard]] bool is(std::string_view text) const noexcept;
  /// The first parameter of that name (in lower case); an extended one before the others
  /// (RFC 6266, 4.3). "" for one without a value. Valid until this object is changed.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  [[nodiscard]] bool contains(std::string_view name) const noexcept {
    return find(name).has_value();
  }
  /// How many parameters of that name there are, the extended ones or the others.
  [[nodiscard]] std::size_t count(std::string_view name, bool extended = false) const noexcept;
};

/// Reads `value; name=text; name="quoted; text"; name*=UTF-8''text; name`. In linear time, and
/// never an error: see FieldValue::well_formed.
///
/// In quoted strings a backslash escapes a quote or a backslash and is itself before anything else,
/// so that `"C:\dir\file"` keeps its backslashes: browsers have sent such file names. The
/// continuations of RFC 2231 (`name*0=`, `name*1*=`) are joined. An extended value whose charset is
/// not UTF-8, ISO-8859-1 or US-ASCII, which is not well-formed in it, or which hides a control
/// character, is left out, as RFC 8187 asks.
[[nodiscard]] EDDY_API FieldValue parse_parameters(std::string_view field, std::size_t limit = 64);

/// As above for a comma-separated list of such values, as in Sec-WebSocket-Extensions. Empty
/// elements are skipped; more than `limit` elements are not read.
[[nodiscard]] EDDY_API std::vector<FieldValue> parse_parameter_list(std::string_view field,
                                                                    std::size_t limit = 64);

/// A Content-Disposition value: `attachment` or `inline`, and the name under which the client is to
/// store the content (RFC 6266). A name that is more than plain ASCII is sent twice, as RFC 6266, D
/// advises: `filename=` with '_' for each character that old clients might misread, and
/// `filename*=` (RFC 8187) in full; RFC 2231's continuations are for mail only. Control characters
/// and bytes that are not UTF-8 become '_' in both, so any text may be given. No name: the type
/// alone.
///
/// Throws std::invalid_argument if the type is no token.
[[nodiscard]] EDDY_API std::string content_disposition(std::string_view type,
                                                       std::string_view filename = {});

/// What is left of a file name that a client sent when it shall name a file here: the part behind
/// the last '/' and '\', without control characters, without dots and blanks at its beginning and
/// its end, with '_' for each of `<>:"|?*` and for each byte that is not UTF-8, before a name that
/// Windows reserves for a device, and cut to 200 bytes between characters. "" if nothing is left.
/// Two different names may become the same.
[[nodiscard]] EDDY_API std::string safe_basename(std::string_view filename);

}  // namespace eddy::inline v0::web
