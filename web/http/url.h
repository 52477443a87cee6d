// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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

/// Whether a URL that a client has sent, such as `next`, leads to this site and nowhere else: one
/// slash, no second one or backslash behind it, and no control characters, which browsers leave
/// out. A redirect to any other one lets strangers send users to their own sites.
[[nodiscard]] EDDY_API bool is_local_url(std::string_view url) noexcept;

/// What becomes of a '/': encoded, it is of one part of a path; kept, it stands between parts.
enum class Slash { encoded, kept };

/// Percent-encodes every byte but letters, digits and `-._~` (RFC 3986, 2.3), so that the result
/// may stand anywhere in a URL. A blank becomes `%20` or, where '+' is one, '+'.
[[nodiscard]] EDDY_API std::string percent_encode(std::string_view text,
                                                  PlusSign plus = PlusSign::is_plus,
                                                  Slash slash = Slash::encoded);
/// As above, appended to `out`.
EDDY_API void percent_encode_to(std::string& out, std::string_view text,
                                PlusSign plus = PlusSign::is_plus, Slash slash = Slash::encoded);

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

  /// All of them as a query or a form is sent: `a=1&b=x+y`. parse() reads the same from it.
  [[nodiscard]] std::string encode() const;

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

/// The URL with these names and values, not yet encoded, behind those that its query has; those are
/// written anew, so that `?x` becomes `?x=`. A fragment stays at the end.
/// Source: tornado.httputil.url_concat.
[[nodiscard]] EDDY_API std::string url_concat(
    std::string_view url, std::span<const std::pair<std::string_view, std::string_view>> arguments);
[[nodiscard]] EDDY_API std::string url_concat(
    std::string_view url,
    std::initializer_list<std::pair<std::string_view, std::string_view>> arguments);

/// A host and the port behind it, if there is one.
struct HostAndPort {
  /// A view; an IPv6 address keeps its brackets.
  std::string_view host;
  std::optional<std::uint16_t> port;
};
/// Takes `host:port` apart. Where what follows the last ':' is no number up to 65535, or the text
/// is an IPv6 address without brackets, all of it is the host. Nothing is checked beyond that.
/// Source: tornado.httputil.split_host_and_port.
[[nodiscard]] EDDY_API HostAndPort split_host_and_port(std::string_view text) noexcept;

}  // namespace eddy::inline v0::web
