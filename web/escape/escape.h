// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

/// Text made safe for the place where it is written, and taken back from there: HTML, attributes,
/// scripts and URLs. Source: tornado.escape.
///
/// Functions of their arguments alone: any thread, linear time, any bytes. They throw nothing but
/// std::bad_alloc. `append_...` writes behind what `out` holds; `text` must not be a view into it.
namespace eddy::inline v0::web {

/// `&`, `<`, `>`, `"` and `'` become `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&#x27;`, everything
/// else stays as it is. For text between tags, and for values of attributes in quotes.
[[nodiscard]] EDDY_API std::string xhtml_escape(std::string_view text);
EDDY_API void append_xhtml_escaped(std::string& out, std::string_view text);

/// For the value of an attribute even where the quotes around it were forgotten: all of ASCII but
/// letters, digits and `-._~` becomes a numeric reference, so that nothing can end the value. NUL,
/// which HTML can't say, becomes U+FFFD. Only "" still needs its quotes.
///
/// The text is the value. That a link's value begins with `javascript:`, or that the attribute is
/// `onclick`, no escaping makes safe.
[[nodiscard]] EDDY_API std::string attribute_escape(std::string_view text);
EDDY_API void append_attribute_escaped(std::string& out, std::string_view text);

/// Undoes xhtml_escape() and attribute_escape(), once: character references become UTF-8.
///
/// References are `&#229;`, `&#xe5;` and `&aring;`, each with its ';'. The names are HTML 4's, and
/// those of HTML that stand for an ASCII character (`&colon;`), so that a check of the result for
/// markup or for `javascript:` sees what a browser would. What else begins with '&' stays as it is,
/// such as `&copy=1` in a URL. Numbers mean what they mean in HTML: 128 to 159 are those of
/// windows-1252, what is no character is U+FFFD. Source: HTML Living Standard, 13.2.5.72 to 80.
[[nodiscard]] EDDY_API std::string xhtml_unescape(std::string_view text);

/// The text as a JSON string (RFC 8259, 7) with its quotes, which may also stand in a script
/// element of HTML: `</`, `<!--` and `<script` are written so that they neither end the script nor
/// hide its end (`"<\/script>"`), U+2028 and U+2029 so that old JavaScript reads them. What is not
/// UTF-8 becomes U+FFFD; other characters beyond ASCII stay as they are.
[[nodiscard]] EDDY_API std::string json_string(std::string_view text);
EDDY_API void append_json_string(std::string& out, std::string_view text);

/// Percent-encodes every byte but letters, digits and `-._~`. With `plus` a blank becomes '+', as
/// in queries and forms; without it, for a path, a blank becomes `%20` and '/' stays.
/// percent_encode() (web/http/url.h) is for one part of a path.
[[nodiscard]] EDDY_API std::string url_escape(std::string_view text, bool plus = true);
/// Undoes percent-encoding, once, to UTF-8: a '%' without two hex digits stays as it is, what is
/// not UTF-8 becomes U+FFFD. With `plus` a '+' is a blank. percent_decode() gives the bytes.
[[nodiscard]] EDDY_API std::string url_unescape(std::string_view text, bool plus = true);

/// The text with one blank for each run of blanks and control characters (0x00 to 0x20), and none
/// at its ends.
[[nodiscard]] EDDY_API std::string squeeze(std::string_view text);

/// The text with U+FFFD for what is not well-formed UTF-8: one for the beginning of a character
/// that does not go on, and one for each other byte, as browsers and Python do (Unicode, 3.9).
[[nodiscard]] EDDY_API std::string replace_invalid_utf8(std::string_view text);

}  // namespace eddy::inline v0::web
