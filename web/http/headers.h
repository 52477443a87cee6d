// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// One header field as it is read. The views live as long as the list they came from is unchanged.
struct HeaderField {
  std::string_view name;
  std::string_view value;
};

namespace internal {

/// Where a field lies in the text that holds it; so the text may move without a field to mend.
struct FieldPlace {
  std::uint32_t name_offset;
  std::uint32_t name_size;
  std::uint32_t value_offset;
  std::uint32_t value_size;
};

}  // namespace internal

/// The header fields of a received message, in order, names compared without regard to case
/// (RFC 9110, 5.1). A view: valid as long as what it came from, for a request until its handler's
/// task has ended. Cheap to copy.
class EDDY_API HeaderList {
 public:
  class Iterator {
   public:
    HeaderField operator*() const noexcept;
    Iterator& operator++() noexcept {
      ++place_;
      return *this;
    }
    bool operator==(const Iterator& other) const noexcept = default;

   private:
    friend class HeaderList;
    Iterator(const char* text, const internal::FieldPlace* place) : text_(text), place_(place) {}
    const char* text_;
    const internal::FieldPlace* place_;
  };

  HeaderList() = default;
  HeaderList(const char* text, const internal::FieldPlace* places, std::size_t count)
      : text_(text), places_(places), count_(count) {}

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] Iterator begin() const noexcept { return {text_, places_}; }
  [[nodiscard]] Iterator end() const noexcept { return {text_, places_ + count_}; }

  [[nodiscard]] bool contains(std::string_view name) const noexcept;
  /// The value of the first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  /// All values of that name joined by commas, as Tornado's `headers[name]`; empty optional if
  /// there is no such field.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  /// All values of that name in order; an empty vector if there is no such field.
  [[nodiscard]] std::vector<std::string_view> get_list(std::string_view name) const;

 private:
  const char* text_ = nullptr;
  const internal::FieldPlace* places_ = nullptr;
  std::size_t count_ = 0;
};

namespace internal {

struct KnownFields;

/// A field of our own that is fit to be sent: its line, as it is sent.
struct KnownField {
  std::string_view line;
  std::uint32_t name_size;
};
inline constexpr KnownField kOctets{"Content-Type: application/octet-stream\r\n", 12};
inline constexpr KnownField kPlainText{"Content-Type: text/plain; charset=UTF-8\r\n", 12};
inline constexpr KnownField kHtmlText{"Content-Type: text/html; charset=UTF-8\r\n", 12};
inline constexpr KnownField kJson{"Content-Type: application/json; charset=UTF-8\r\n", 12};

}  // namespace internal

/// Header fields to be sent: ordered, several of one name allowed, names compared without regard to
/// case and sent as they were spelt. What it holds is always fit to be sent: a name that is not a
/// token, or a value with a control character or blanks at its ends, is refused when it is set, so
/// no text from outside can end a header line and begin another.
///
/// Errors: set and add throw std::invalid_argument, which names the field; try_set and try_add
/// return false. Views that it gives are valid until it is changed.
class EDDY_API Headers {
 public:
  Headers() = default;

  /// Replaces every field of that name by this one, in the place of the first.
  void set(std::string_view name, std::string_view value);
  /// Appends a field, whether there is one of that name or not.
  void add(std::string_view name, std::string_view value);
  [[nodiscard]] bool try_set(std::string_view name, std::string_view value);
  [[nodiscard]] bool try_add(std::string_view name, std::string_view value);
  void set(const internal::KnownField& field);
  /// Appends those of `fields` whose names no field here has.
  void add_missing(const internal::KnownFields& fields);
  /// Removes every field of that name; returns how many there were.
  std::size_t erase(std::string_view name) noexcept;
  /// Removes all; the memory is kept for reuse.
  void clear() noexcept;

  [[nodiscard]] HeaderList list() const noexcept {
    return {lines_.data(), places_.data(), places_.size()};
  }
  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }
  [[nodiscard]] bool empty() const noexcept { return places_.empty(); }
  [[nodiscard]] HeaderList::Iterator begin() const noexcept { return list().begin(); }
  [[nodiscard]] HeaderList::Iterator end() const noexcept { return list().end(); }
  [[nodiscard]] bool contains(std::string_view name) const noexcept;
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> get_list(std::string_view name) const;

  /// The lines of all fields as they are sent, for who writes them out; with has_gaps(), among
  /// lines of fields that have been replaced or erased.
  [[nodiscard]] std::string_view lines() const noexcept { return lines_; }
  [[nodiscard]] bool has_gaps() const noexcept { return has_gaps_; }
  /// lines() may be sent as it is: it has no gaps, and none of it is Date or about framing.
  [[nodiscard]] bool has_plain_lines() const noexcept { return !has_gaps_ && !has_framing_; }

 private:
  void append(std::string_view name, std::string_view value);
  [[nodiscard]] internal::FieldPlace append_line(std::string_view name, std::string_view value);

  std::string lines_;
  std::vector<internal::FieldPlace> places_;
  bool has_gaps_ = false;
  /// There is, or was, a field that who writes a response's head has to look at.
  bool has_framing_ = false;
};

inline HeaderField HeaderList::Iterator::operator*() const noexcept {
  return {{text_ + place_->name_offset, place_->name_size},
          {text_ + place_->value_offset, place_->value_size}};
}

}  // namespace eddy::inline v0::web
