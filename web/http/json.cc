// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/json.h>

#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/shown_text.h>
#include <eddy/web/http/parameters.h>
#include <eddy/web/http/request.h>

namespace eddy::inline v0::web {

JsonError::~JsonError() = default;

void escape_json_end_tags(std::string& text, std::size_t from) {
  for (std::size_t at = text.find("</", from); at != std::string::npos;
       at = text.find("</", at + 3)) {
    text.insert(at + 1, 1, '\\');
  }
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
