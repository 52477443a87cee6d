// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/multipart.h>
#include <eddy/web/http/parse_error.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web {

/// Bounds on a form that is read as a whole. Source: tornado.httputil.ParseBodyConfig.
struct FormLimits {
  /// Number of arguments of an application/x-www-form-urlencoded body. More is a 413.
  std::size_t arguments = 1000;
  /// False refuses every multipart/form-data body with 415.
  bool multipart = true;
  MultipartLimits multipart_limits = {};
};

/// A file in a form. Source: tornado.httputil.HTTPFile.
struct FormFile {
  /// The form field's name.
  std::string name;
  /// As the client sent it, never empty: not fit to name a file here, see safe_basename().
  std::string filename;
  /// What the client said; "application/unknown" if it said nothing.
  std::string content_type;
  /// A view into the body that was parsed.
  std::string_view body;
};

/// The content of a form. The files' bodies are views: valid as long as the parsed body is.
struct EDDY_API Form {
  Arguments arguments;
  std::vector<FormFile> files;

  /// The first file of that form field, or null.
  [[nodiscard]] const FormFile* find_file(std::string_view name) const noexcept;
};

/// Reads the body of a request with these header fields into `form`, if its Content-Type is
/// application/x-www-form-urlencoded or multipart/form-data; of any other type the form is empty
/// and there is no error. Values are bytes as they were sent: whether they must be UTF-8 is the
/// program's affair. After an error, with the status to answer, the form is empty.
///
/// A part with a file name is a file, any other an argument. A Content-Encoding that has not been
/// undone before is an error 400. Throws nothing but std::bad_alloc.
/// Source: tornado.httputil.parse_body_arguments.
[[nodiscard]] EDDY_API ParseError parse_form(HeaderList headers, std::string_view body, Form& form,
                                             const FormLimits& limits = {});

/// The same for a multipart/form-data body whose boundary is known.
[[nodiscard]] EDDY_API ParseError parse_multipart_form(std::string_view boundary,
                                                       std::string_view body, Form& form,
                                                       const MultipartLimits& limits = {});

}  // namespace eddy::inline v0::web
