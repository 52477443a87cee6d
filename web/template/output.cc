// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/output.h>

#include <eddy/web/app/internal/number.h>

namespace eddy::inline v0::web::template_support {

void append_number(std::string& out, long long value) {
  out.append(internal::NumberText(value).text());
}

void append_number(std::string& out, unsigned long long value) {
  out.append(internal::NumberText(value).text());
}

void append_number(std::string& out, float value) {
  out.append(internal::NumberText(value).text());
}

void append_number(std::string& out, double value) {
  out.append(internal::NumberText(value).text());
}

void append_number(std::string& out, long double value) {
  out.append(internal::NumberText(value).text());
}

}  // namespace eddy::inline v0::web::template_support
