// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/form.h>

#include <utility>

#include <eddy/web/http/parameters.h>

namespace eddy::inline v0::web {

using Event = MultipartParser::Event;

const FormFile* Form::find_file(std::string_view name) const noexcept {
  for (const FormFile& file : files) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

namespace {

void add_part(Form& form, const PartHead& part, std::string_view content) {
  if (!part.is_file()) {
    form.arguments.add(std::string(part.name), std::string(content));
    return;
  }
  form.files.push_back(
      {std::string(part.name), std::string(part.filename), std::string(part.file_type()), content});
}

}  // namespace

ParseError parse_multipart_form(std::string_view boundary, std::string_view body, Form& form,
                                const MultipartLimits& limits) {
  form = {};
  MultipartParser parser(boundary, limits);
  std::string_view content;
  for (;;) {
    const MultipartParser::Step step = parser.parse(body);
    body.remove_prefix(step.consumed);
    if (step.event == Event::part_begin) content = {};
    if (step.event == Event::data) content = step.data;  // the whole of it
    if (step.event == Event::part_end) add_part(form, parser.part(), content);
    if (step.event == Event::done) return {};
    if (step.event == Event::failed) break;
    if (step.event == Event::need_more) {
      if (parser.finish().event == Event::done) return {};
      break;
    }
  }
  form = {};
  return parser.error();
}

ParseError parse_form(HeaderList headers, std::string_view body, Form& form,
                      const FormLimits& limits) {
  form = {};
  const std::string_view content_type = headers.find("content-type").value_or(std::string_view());
  const FieldValue type = parse_parameters(content_type);
  const bool urlencoded = type.is("application/x-www-form-urlencoded");
  if (!urlencoded && !type.is("multipart/form-data")) return {};
  if (headers.contains("content-encoding")) return {400, "a form with a Content-Encoding"};
  if (urlencoded) {
    form.arguments = Arguments::parse(body, limits.arguments);
    if (!form.arguments.truncated()) return {};
    form = {};
    return {413, "too many form arguments"};
  }
  if (!limits.multipart) return {415, "a multipart body, which this server does not take"};
  const auto boundary = multipart_boundary(content_type);
  if (!boundary) return {400, "a multipart body without a boundary"};
  return parse_multipart_form(*boundary, body, form, limits.multipart_limits);
}

}  // namespace eddy::inline v0::web
