// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/url.h>

#include <algorithm>
#include <utility>

#include <eddy/core/base/hex.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/utf8.h>

namespace eddy::inline v0::web {

void percent_decode_to(std::string& out, std::string_view text, PlusSign plus) {
  out.reserve(out.size() + text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%' && text.size() - i > 2) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    out.push_back(c == '+' && plus == PlusSign::is_blank ? ' ' : c);
  }
}

std::string percent_decode(std::string_view text, PlusSign plus) {
  std::string out;
  percent_decode_to(out, text, plus);
  return out;
}

void percent_encode_to(std::string& out, std::string_view text, PlusSign plus, Slash slash) {
  constexpr char kHex[] = "0123456789ABCDEF";
  out.reserve(out.size() + text.size());
  for (const char c : text) {
    if (internal::is_class(c, internal::kUnreservedChar) || (c == '/' && slash == Slash::kept)) {
      out += c;
    } else if (c == ' ' && plus == PlusSign::is_blank) {
      out += '+';
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
}

std::string percent_encode(std::string_view text, PlusSign plus, Slash slash) {
  std::string out;
  percent_encode_to(out, text, plus, slash);
  return out;
}

bool is_local_url(std::string_view url) noexcept {
  if (!url.starts_with('/')) return false;
  if (url.size() > 1 && (url[1] == '/' || url[1] == '\\')) return false;
  return std::none_of(url.begin(), url.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t size = internal::utf8_char_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

Arguments Arguments::parse(std::string_view encoded, std::size_t limit) {
  Arguments arguments;
  while (!encoded.empty()) {
    const std::size_t end = encoded.find('&');
    const std::string_view piece = encoded.substr(0, end);
    encoded.remove_prefix(end == std::string_view::npos ? encoded.size() : end + 1);
    if (piece.empty()) continue;
    if (arguments.list_.size() == limit) {
      arguments.truncated_ = true;
      break;
    }
    const std::size_t equals = piece.find('=');
    Argument& argument = arguments.list_.emplace_back();
    percent_decode_to(argument.name, piece.substr(0, equals), PlusSign::is_blank);
    if (equals != std::string_view::npos) {
      percent_decode_to(argument.value, piece.substr(equals + 1), PlusSign::is_blank);
    }
  }
  return arguments;
}

namespace {

void append_argument(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  percent_encode_to(query, name, PlusSign::is_blank);
  query += '=';
  percent_encode_to(query, value, PlusSign::is_blank);
}

}  // namespace

void Arguments::add(std::string name, std::string value) {
  list_.push_back({std::move(name), std::move(value)});
}

std::optional<std::string_view> Arguments::find(std::string_view name) const noexcept {
  for (std::size_t i = list_.size(); i-- > 0;) {
    if (list_[i].name == name) return list_[i].value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Arguments::get_list(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Argument& argument : list_) {
    if (argument.name == name) values.emplace_back(argument.value);
  }
  return values;
}

std::string Arguments::encode() const {
  std::string encoded;
  for (const Argument& argument : list_) append_argument(encoded, argument.name, argument.value);
  return encoded;
}

std::string url_concat(std::string_view url,
                       std::span<const std::pair<std::string_view, std::string_view>> arguments) {
  const std::size_t hash = std::min(url.find('#'), url.size());
  const std::string_view fragment = url.substr(hash);
  url = url.substr(0, hash);
  const std::size_t question = std::min(url.find('?'), url.size());
  std::string query;
  if (question < url.size()) {
    for (const auto& had : Arguments::parse(url.substr(question + 1), url.size())) {
      append_argument(query, had.name, had.value);
    }
  }
  for (const auto& [name, value] : arguments) append_argument(query, name, value);
  std::string whole(url.substr(0, question));
  if (!query.empty()) whole.append("?").append(query);
  return whole.append(fragment);
}

std::string url_concat(
    std::string_view url,
    std::initializer_list<std::pair<std::string_view, std::string_view>> arguments) {
  return url_concat(url, std::span(arguments.begin(), arguments.size()));
}

HostAndPort split_host_and_port(std::string_view text) noexcept {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return {text, {}};
  const std::string_view host = text.substr(0, colon);
  if (host.find(':') != std::string_view::npos && host.back() != ']') return {text, {}};
  std::uint32_t port = 0;
  for (const char c : text.substr(colon + 1)) {
    if (!internal::is_class(c, internal::kDigitChar)) return {text, {}};
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
    if (port > 65535) return {text, {}};
  }
  return {host, static_cast<std::uint16_t>(port)};
}

}  // namespace eddy::inline v0::web
