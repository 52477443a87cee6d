// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace eddy::inline v0::web {

/// Why a message was refused: the status that the peer is answered with, after which the connection
/// closes, and what was wrong, for the log. A status of 0 is no error.
struct ParseError {
  int status = 0;
  const char* what = "";
  explicit operator bool() const noexcept { return status != 0; }
};

/// What an incremental parser came to with the bytes that there are.
enum class ParseResult {
  /// All is well so far; call again when there is more.
  need_more,
  /// The part that the parser is for is complete.
  done,
  /// The message is refused; nothing after it can be understood.
  failed,
};

}  // namespace eddy::inline v0::web
