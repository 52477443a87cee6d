// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

/// As much of C++ as a template's compiler must see in the code that it copies.
namespace eddy::inline v0::template_compiler {

/// What is wrong with the code's brackets, or an empty text. Code with brackets that do not match
/// could end the statement that it is put into.
std::string_view bracket_fault(std::string_view code);

/// Positions of `wanted` outside of brackets and literals.
std::vector<std::size_t> top_level(std::string_view code, char wanted);
/// The '=' of an assignment or initialization outside of brackets and literals: not that of ==, <=,
/// >=, != or of +=.
std::optional<std::size_t> top_level_assignment(std::string_view code);
/// The word outside of brackets and literals, between blanks.
std::optional<std::size_t> top_level_word(std::string_view code, std::string_view word);

/// A name that a program may give: no keyword.
bool is_identifier(std::string_view text);
/// An identifier with or without its namespaces: a::b::c, ::a::b.
bool is_qualified_name(std::string_view text);
/// The identifier at the end of the text.
std::string_view last_identifier(std::string_view text);

}  // namespace eddy::inline v0::template_compiler
