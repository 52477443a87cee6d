// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/headers.h>

#include <stdexcept>
#include <utility>

#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/known_fields.h>
#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web {

using internal::equals_ignoring_case;
using internal::FieldPlace;

bool HeaderList::contains(std::string_view name) const noexcept { return find(name).has_value(); }

std::optional<std::string_view> HeaderList::find(std::string_view name) const noexcept {
  for (const HeaderField field : *this) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::optional<std::string> HeaderList::get(std::string_view name) const {
  std::optional<std::string> joined;
  for (const HeaderField field : *this) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (joined) {
      joined->append(1, ',').append(field.value);
    } else {
      joined.emplace(field.value);
    }
  }
  return joined;
}

std::vector<std::string_view> HeaderList::get_list(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const HeaderField field : *this) {
    if (equals_ignoring_case(field.name, name)) values.push_back(field.value);
  }
  return values;
}

namespace {

// What write_response_head looks for.
bool is_framing(std::string_view name) noexcept {
  switch (name.size()) {
    case 4:
      return equals_ignoring_case(name, "date");
    case 10:
      return equals_ignoring_case(name, "connection");
    case 14:
      return equals_ignoring_case(name, "content-length");
    case 17:
      return equals_ignoring_case(name, "transfer-encoding");
    default:
      return false;
  }
}

bool fit_to_send(std::string_view name, std::string_view value) noexcept {
  return internal::is_token(name) && internal::is_field_value(value);
}

[[noreturn]] void refuse(std::string_view name) {
  if (!internal::is_token(name)) {
    throw std::invalid_argument("a header field's name must be a token (RFC 9110, 5.6.2)");
  }
  throw std::invalid_argument("the value of the header field '" + std::string(name) +
                              "' has a control character in it or a blank at an end");
}

}  // namespace

FieldPlace Headers::append_line(std::string_view name, std::string_view value) {
  const auto at = static_cast<std::uint32_t>(lines_.size());
  // A view of one of our own fields dangles when the text grows.
  auto ours = [this](std::string_view view) {
    return view.data() >= lines_.data() && view.data() <= lines_.data() + lines_.size();
  };
  if (ours(name) || ours(value)) return append_line(std::string(name), std::string(value));
  lines_.append(name).append(": ").append(value).append("\r\n");
  const auto name_size = static_cast<std::uint32_t>(name.size());
  return {at, name_size, at + name_size + 2, static_cast<std::uint32_t>(value.size())};
}

bool Headers::try_set(std::string_view name, std::string_view value) {
  if (!fit_to_send(name, value)) return false;
  auto same = [this](const FieldPlace& place, std::string_view wanted) {
    return equals_ignoring_case({lines_.data() + place.name_offset, place.name_size}, wanted);
  };
  std::size_t first = 0;
  while (first < places_.size() && !same(places_[first], name)) ++first;
  if (first == places_.size()) {
    append(name, value);
    return true;
  }
  has_gaps_ = true;
  const FieldPlace place = append_line(name, value);
  const std::string_view own_name(lines_.data() + place.name_offset, place.name_size);
  places_[first] = place;
  std::size_t kept = first + 1;
  for (std::size_t i = first + 1; i < places_.size(); ++i) {
    if (!same(places_[i], own_name)) places_[kept++] = places_[i];
  }
  places_.resize(kept);
  return true;
}

bool Headers::try_add(std::string_view name, std::string_view value) {
  if (!fit_to_send(name, value)) return false;
  append(name, value);
  return true;
}

void Headers::append(std::string_view name, std::string_view value) {
  has_framing_ |= is_framing(name);
  // Until it is whole, so that nothing of it is sent where there is no memory for the rest.
  const bool had_gaps = std::exchange(has_gaps_, true);
  places_.push_back(append_line(name, value));
  has_gaps_ = had_gaps;
}

void Headers::set(std::string_view name, std::string_view value) {
  if (!try_set(name, value)) refuse(name);
}

void Headers::set(const internal::KnownField& field) {
  if (!places_.empty()) {
    const std::string_view value = field.line.substr(field.name_size + 2);
    return set(field.line.substr(0, field.name_size), value.substr(0, value.size() - 2));
  }
  has_gaps_ = true;  // until it is whole
  has_framing_ = false;
  lines_.clear();
  lines_.append(field.line);
  const auto size = static_cast<std::uint32_t>(field.line.size());
  places_.push_back({0, field.name_size, field.name_size + 2, size - field.name_size - 4});
  has_gaps_ = false;
}

void Headers::add_missing(const internal::KnownFields& fields) {
  bool none_is_here = true;
  for (const HeaderField field : fields.list()) none_is_here &= !contains(field.name);
  if (!none_is_here) {
    for (const HeaderField field : fields.list()) {
      if (!contains(field.name)) append(field.name, field.value);
    }
    return;
  }
  const bool had_gaps = std::exchange(has_gaps_, true);  // until all are whole
  const auto at = static_cast<std::uint32_t>(lines_.size());
  places_.reserve(places_.size() + fields.places.size());
  lines_.append(fields.lines);
  for (const FieldPlace& place : fields.places) {
    places_.push_back(
        {place.name_offset + at, place.name_size, place.value_offset + at, place.value_size});
  }
  has_gaps_ = had_gaps;
}

void Headers::add(std::string_view name, std::string_view value) {
  if (!try_add(name, value)) refuse(name);
}

std::size_t Headers::erase(std::string_view name) noexcept {
  std::size_t kept = 0;
  for (const FieldPlace& place : places_) {
    if (!equals_ignoring_case({lines_.data() + place.name_offset, place.name_size}, name)) {
      places_[kept++] = place;
    }
  }
  const std::size_t erased = places_.size() - kept;
  places_.resize(kept);
  has_gaps_ |= erased > 0;
  return erased;
}

void Headers::clear() noexcept {
  lines_.clear();
  places_.clear();
  has_gaps_ = has_framing_ = false;
}

bool Headers::contains(std::string_view name) const noexcept { return list().contains(name); }

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept {
  return list().find(name);
}

std::optional<std::string> Headers::get(std::string_view name) const { return list().get(name); }

std::vector<std::string_view> Headers::get_list(std::string_view name) const {
  return list().get_list(name);
}

}  // namespace eddy::inline v0::web
