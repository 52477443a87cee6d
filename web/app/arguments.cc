// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/arguments.h>

#include <eddy/web/app/request_handler.h>
#include <eddy/web/http/form.h>
#include <eddy/web/http/internal/shown_text.h>
#include <eddy/web/http/internal/utf8.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web {

namespace {

std::string named(std::string_view name) { return "argument '" + std::string(name) + "'"; }

std::size_t blank_at_end(std::string_view text) noexcept {
  for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size) {
    if (internal::utf8_blank_size(text.substr(text.size() - size)) == size) return size;
  }
  return 0;
}

std::string_view stripped(std::string_view text) noexcept {
  while (const std::size_t size = internal::utf8_blank_size(text)) text.remove_prefix(size);
  while (const std::size_t size = blank_at_end(text)) text.remove_suffix(size);
  return text;
}

std::string cleaned(std::string_view value, const internal::ArgumentQuery& query) {
  if (!is_utf8(value)) {
    throw ArgumentError(query.name,
                        named(query.name) + " is not UTF-8: " + internal::shown_text(value));
  }
  std::string text(value);
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x08 || (byte >= 0x0e && byte < 0x20)) c = ' ';
  }
  if (query.strip == Strip::yes) {
    const std::string_view kept = stripped(text);
    if (kept.size() != text.size()) text = std::string(kept);
  }
  return text;
}

/// Calls `take` with the arguments of each source that is asked for, in Tornado's order.
template <class Take>
void each_source(const RequestHandler& handler, ArgumentSource source, Take take) {
  const Request& request = handler.request();
  if (source != ArgumentSource::body) take(request.query_arguments());
  if (source != ArgumentSource::query) take(request.form().arguments);
}

}  // namespace

ArgumentError::ArgumentError(std::string_view name, const std::string& log_message)
    : ArgumentError(name, log_message, "Invalid argument " + std::string(name)) {}

ArgumentError::ArgumentError(std::string_view name, const std::string& log_message,
                             std::string reason)
    : HttpError(400, log_message, std::move(reason)), argument_(name) {}

ArgumentError::~ArgumentError() = default;

MissingArgumentError::MissingArgumentError(std::string_view name)
    : ArgumentError(name, "Missing " + named(name), {}) {}

MissingArgumentError::~MissingArgumentError() = default;

namespace internal {

std::optional<std::string> find_argument(const RequestHandler& handler,
                                         const ArgumentQuery& query) {
  std::optional<std::string_view> last;
  each_source(handler, query.source, [&](const Arguments& arguments) {
    if (const auto value = arguments.find(query.name)) last = value;
  });
  if (!last) return std::nullopt;
  return cleaned(*last, query);
}

std::vector<std::string> find_arguments(const RequestHandler& handler, const ArgumentQuery& query) {
  std::vector<std::string> values;
  each_source(handler, query.source, [&](const Arguments& arguments) {
    for (const std::string_view value : arguments.get_list(query.name)) {
      values.push_back(cleaned(value, query));
    }
  });
  return values;
}

void refuse_argument(std::string_view name, std::string_view text) {
  throw ArgumentError(name, named(name) + " does not convert: " + shown_text(text));
}

}  // namespace internal
}  // namespace eddy::inline v0::web
