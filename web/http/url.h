// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// What '+' means in text to be decoded: a blank in queries and forms, itself in paths.
enum class PlusSign { is_plus, is_blank };

/// Undoes percent-encoding (RFC 3986, 2.1), once. A '%' that is not followed by two hex digits
/// stays as it is, as in Tornado. The result is bytes: it may hold NUL and need not be UTF-8.
[[nodiscard]] EDDY_API std::string percent_decode(std::string_view text,
                                                  PlusSign plus = PlusSign::is_plus);
/// As above, appended to `out`.
EDDY_API void percent_decode_to(std::string& out, std::string_view text,
                                PlusSign plus = PlusSign::is_plus);

/// Whether the text is well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong).
[[nodiscard]] EDDY_API bool is_utf8(std::string_view text) noexcept;

/// The arguments of a query or of a form (application/x-www-form-urlencoded): decoded names and
/// values in the order in which they were sent. Only '&' separates; `a` and `a=` both have the
/// value "".
class EDDY_API Arguments {
 public:
  struct Argument {
    std::string name;
    std::string value;
  };

  Arguments() = default;
  /// Throws nothing but std::bad_alloc. More than `limit` arguments are not read; see truncated().
  [[nodiscard]] static Arguments parse(std::string_view encoded, std::size_t limit = 1000);
  /// Appends one, as it is.
  void add(std::string name, std::string value);

  /// The last value of that name, as Tornado's get_argument.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  [[nodiscard]] std::vector<std::string_view> get_list(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const noexcept {
    return find(name).has_value();
  }
  [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  [[nodiscard]] auto begin() const noexcept { return list_.begin(); }
  [[nodiscard]] auto end() const noexcept { return list_.end(); }
  /// Whether there were more arguments than the limit.
  [[nodiscard]] bool truncated() const noexcept { return truncated_; }

 private:
  std::vector<Argument> list_;
  bool truncated_ = false;
};

}  // namespace eddy::inline v0::web
