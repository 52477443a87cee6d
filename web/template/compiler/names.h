// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eddy::inline v0::template_compiler {

/// What a template is called in C++: admin/user_list.html is UserList in namespace admin.
struct TypeName {
  std::string scope;  // "admin", "a::b" or empty
  std::string name;
};

/// None where the name can't become one of C++, or is not plain. An extension other than .html is a
/// part of the name.
std::optional<TypeName> type_name_of(std::string_view template_name);

/// Whether a file's name can stand in an #include, where no escape is read, and in a comment of one
/// line: it has no quote, backslash or control character.
bool is_plain_file_name(std::string_view name);

}  // namespace eddy::inline v0::template_compiler
