// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/json.h>

#include <eddy/web/escape/internal/json_less.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/shown_text.h>
#include <eddy/web/http/parameters.h>
#include <eddy/web/http/request.h>

namespace eddy::inline v0::web {

JsonError::~JsonError() = default;

void escape_json_end_tags(std::string& text, std::size_t from) {
  std::string escaped;
  std::size_t done = from;
  for (std::size_t at = text.find('<', from); at != std::string::npos;
       at = text.find('<', at + 1)) {
    const std::string_view less = internal::json_less(std::string_view(text).substr(at));
    if (less == "<") continue;
    escaped.append(text, done, at - done).append(less);
    done = at + 1;
  }
  if (done == from) return;
  escaped.append(text, done);
  text.replace(from, std::string::npos, escaped);
}

namespace internal {

void require_json(const Request& request) {
  FieldValue type = parse_parameters(request.header("Content-Type"));
  for (char& c : type.value) c = to_lower(c);
  if (type.value == "application/json" || type.value.ends_with("+json")) return;
  throw HttpError(415, "the Content-Type of JSON is application/json, not " +
                           shown_text(request.header("Content-Type")));
}

void refuse_json(const JsonError& error) {
  throw HttpError(400, std::string("the content is not the JSON it should be: ") + error.what());
}

}  // namespace internal
}  // namespace eddy::inline v0::web
