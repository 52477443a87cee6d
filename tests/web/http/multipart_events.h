// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include <eddy/web/http/multipart.h>

namespace eddy_tests {

/// What a multipart parser makes of a body that comes in pieces, as text: one line an event, the
/// data of a part in one line however it came.
class MultipartReader {
 public:
  explicit MultipartReader(std::string_view boundary,
                           const eddy::web::MultipartLimits& limits = {});

  /// Each piece lies in memory of its own, so that a sanitizer sees a view that is kept too long.
  void feed(std::string_view bytes);
  /// The body has ended: all events.
  std::string finish();

  /// How often the parser was called, and how many pieces of data it gave.
  [[nodiscard]] std::size_t calls() const { return calls_; }
  [[nodiscard]] std::size_t pieces() const { return pieces_; }

 private:
  void handle(const eddy::web::MultipartParser::Step& step);
  void flush_data();

  eddy::web::MultipartParser parser_;
  std::string events_;
  std::string data_;
  std::size_t calls_ = 0;
  std::size_t pieces_ = 0;
  bool failed_ = false;
  bool done_ = false;
};

}  // namespace eddy_tests
