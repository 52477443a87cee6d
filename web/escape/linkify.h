// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>

namespace eddy::inline v0::web {

/// How linkify() makes links. Views need to last for the call only.
struct LinkifyOptions {
  /// Shows less of a URL with more than 30 characters: its host and the beginning of its path, and
  /// the whole of it when the mouse is over it (a title attribute).
  bool shorten = false;
  /// Attributes that every link gets: HTML as it is, `rel="nofollow" class="external"`.
  std::string_view extra_params = {};
  /// If set, gives the attributes of one link instead, from its href (escaped, as it will stand in
  /// the attribute). What it throws goes to the caller of linkify().
  UniqueFunction<std::string(std::string_view href)> extra_params_of = {};
  /// Leaves `www.example.com` as text.
  bool require_protocol = false;
  /// Other protocols stay text. `javascript` among them would let strangers run scripts.
  std::vector<std::string_view> permitted_protocols = {"http", "https"};
};

/// Makes HTML of plain text: all of it escaped (xhtml_escape), and links of the URLs in it.
/// `Hello http://example.com!` becomes
/// `Hello <a href="http://example.com">http://example.com</a>!`.
///
/// A URL is a word, ':', one to three '/' and at least one character more, or begins with `www.`.
/// It ends before a blank, an apostrophe, '<' or '>', without the punctuation at its end;
/// parentheses belong to it in pairs, so that `(see http://h/a_(b))` links `http://h/a_(b)`.
///
/// Any thread, linear time, any bytes. Throws std::bad_alloc and what the options' function throws.
/// Source: tornado.escape.linkify.
[[nodiscard]] EDDY_API std::string linkify(std::string_view text, LinkifyOptions options = {});

}  // namespace eddy::inline v0::web
