// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/parameters.h>

#include <algorithm>

#include <eddy/web/http/multipart.h>
#include <eddy/web/http/url.h>
#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::web::FieldValue;
using eddy::web::Parameter;
using eddy::web::parse_parameters;
using eddy::web::safe_basename;

std::string serialize(const FieldValue& value) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = value.value;
  for (const Parameter& parameter : value.parameters) {
    out += "; " + parameter.name;
    if (parameter.extended) {
      out += "*=UTF-8''";
      for (const char c : parameter.value) {
        const auto byte = static_cast<unsigned char>(c);
        out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
      }
    } else if (parameter.has_value) {
      out += "=\"";
      for (const char c : parameter.value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      }
      out += '"';
    }
  }
  return out;
}

void check_basename(std::string_view text) {
  const std::string name = safe_basename(text);
  require(name.size() <= 201, "a file name is bounded", text);
  require(name.find_first_of(std::string_view("/\\\0\r\n\t<>:\"|?*\x7f", 14)) == std::string::npos,
          "a file name has no character with a meaning", text);
  require(name.empty() || (name.front() != '.' && name.back() != '.' && name.front() != ' ' &&
                           name.back() != ' '),
          "a file name has no dots or blanks at its ends", text);
  require(eddy::web::is_utf8(name), "a file name is UTF-8", text);
  require(safe_basename(name) == name, "what is safe stays as it is", text);
}

void check_disposition(std::string_view name) {
  const std::string written = eddy::web::content_disposition("attachment", name);
  require(std::all_of(written.begin(), written.end(), [](char c) { return c >= 0x20 && c < 0x7F; }),
          "a disposition is a field value of ASCII", name);
  const FieldValue read = parse_parameters(written);
  require(read.well_formed && read.is("attachment"), "a disposition is well-formed", written);
  const std::string_view again = read.find("filename").value_or("");
  require(again.empty() == name.empty() && eddy::web::is_utf8(again), "a name remains", written);
  const bool kept = std::none_of(name.begin(), name.end(),
                                 [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
  require(again == name || !kept || !eddy::web::is_utf8(name), "a name comes back", written);
}

void check_value(const FieldValue& value, std::string_view input) {
  require(value.parameters.size() <= 64, "parameters are bounded", input);
  bool plain_names = true;
  for (const Parameter& parameter : value.parameters) {
    require(
        !parameter.name.empty() &&
            parameter.name.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ;=\" \t") == std::string::npos,
        "names are in lower case", input);
    require(value.contains(parameter.name), "what is there is found", input);
    require(!parameter.extended || eddy::web::is_utf8(parameter.value), "extended values are UTF-8",
            input);
    plain_names = plain_names && parameter.name.find('*') == std::string::npos;
    check_basename(parameter.value);
  }
  // A name with a '*' within may be something else when it is written anew.
  if (!plain_names) return;
  const std::string written = serialize(value);
  const FieldValue again = parse_parameters(written);
  require(again.well_formed && again.value == value.value, "a value written anew is well-formed",
          written);
  require(std::equal(again.parameters.begin(), again.parameters.end(), value.parameters.begin(),
                     value.parameters.end(),
                     [](const Parameter& a, const Parameter& b) {
                       return a.name == b.name && a.value == b.value &&
                              a.has_value == b.has_value && a.extended == b.extended;
                     }),
          "parameters written anew are the same", written);
}

}  // namespace

void fuzz_parameters(std::string_view input) {
  check_value(parse_parameters(input), input);
  check_basename(input);
  check_disposition(input);
  for (const FieldValue& value : eddy::web::parse_parameter_list(input, 8)) {
    check_value(value, input);
  }
  if (const auto boundary = eddy::web::multipart_boundary(input)) {
    require(eddy::web::MultipartParser::is_boundary(*boundary), "a boundary is one", input);
  }
  require_linear(input, [](std::string_view text) {
    static_cast<void>(parse_parameters(text));
    static_cast<void>(eddy::web::parse_parameter_list(text, text.size()));
    static_cast<void>(safe_basename(text));
    static_cast<void>(eddy::web::content_disposition("inline", text));
  });
}

}  // namespace eddy_tests
