// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include <eddy/web/web.h>

namespace kitchen_sink {

/// A number of the query, from 0 to `most`.
inline long number(const eddy::web::Request& request, std::string_view name, long missing,
                   long most) {
  const std::string_view text = request.query_arguments().find(name).value_or("");
  if (text.empty()) return missing;
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > most) {
    throw eddy::web::HttpError(
        400, std::string(name) + " is not a number up to " + std::to_string(most));
  }
  return value;
}

}  // namespace kitchen_sink
