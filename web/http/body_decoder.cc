// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/body_decoder.h>

#include <eddy/core/base/hex.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/trailer_fields.h>
#include <eddy/web/http/request_parser.h>
#include <eddy/web/http/response_parser.h>

namespace eddy::inline v0::web {

void BodyDecoder::begin(const RequestHead& head) noexcept {
  if (head.chunked()) {
    begin_chunked();
  } else {
    begin_length(head.content_length().value_or(0));
  }
}

void BodyDecoder::begin(const ReceivedResponseHead& head) noexcept {
  switch (head.framing()) {
    case ContentFraming::length:
      return begin_length(head.content_length().value_or(0));
    case ContentFraming::chunked:
      return begin_chunked();
    case ContentFraming::until_close:
      return begin_until_close();
    case ContentFraming::none:
    case ContentFraming::tunnel:
      return begin_length(0);
  }
}

void BodyDecoder::begin_length(std::uint64_t length) noexcept {
  remaining_ = length;
  total_ = 0;
  trailer_fields_.begin(0);
  state_ = length == 0 ? State::finished : State::length;
}

void BodyDecoder::begin_chunked() noexcept {
  remaining_ = total_ = 0;
  extension_bytes_ = 0;
  trailer_text_.clear();
  trailer_fields_.set_count_limit(limits_.header_count);
  trailer_fields_.begin(0);
  state_ = State::size_first;
}

void BodyDecoder::begin_until_close() noexcept {
  begin_length(0);
  state_ = State::until_close;
}

ParseResult BodyDecoder::end_of_input() noexcept {
  if (state_ == State::until_close) state_ = State::finished;
  if (state_ == State::finished) return ParseResult::done;
  if (state_ != State::failed) fail(400, "a body cut short");
  return ParseResult::failed;
}

HeaderList BodyDecoder::trailers() const noexcept {
  const auto& fields = trailer_fields_.fields();
  return {trailer_text_.data(), fields.data(), fields.size()};
}

BodyDecoder::Step BodyDecoder::fail(int status, const char* what) noexcept {
  state_ = State::failed;
  error_ = {status, what};
  return {ParseResult::failed, {}, 0};
}

BodyDecoder::Step BodyDecoder::decode(std::string_view input) {
  if (state_ == State::finished) return {ParseResult::done, {}, 0};
  if (state_ == State::failed) return {ParseResult::failed, {}, 0};
  if (state_ == State::length) return take_data(input, State::finished);
  if (state_ == State::until_close) return take_until_close(input);
  return decode_chunked(input);
}

BodyDecoder::Step BodyDecoder::take_data(std::string_view input, State next) noexcept {
  const std::string_view data = input.substr(
      0, remaining_ < input.size() ? static_cast<std::size_t>(remaining_) : input.size());
  remaining_ -= data.size();
  total_ += data.size();
  if (remaining_ == 0) state_ = next;
  return {state_ == State::finished ? ParseResult::done : ParseResult::need_more, data,
          data.size()};
}

// What is within the limit is given out before the error, however the input is cut.
BodyDecoder::Step BodyDecoder::take_until_close(std::string_view input) noexcept {
  const std::uint64_t room = limits_.body_bytes > total_ ? limits_.body_bytes - total_ : 0;
  if (room == 0 && !input.empty()) return fail(413, "a body beyond the limit");
  const std::string_view data = input.substr(0, room);
  total_ += data.size();
  return {ParseResult::need_more, data, data.size()};
}

BodyDecoder::Step BodyDecoder::decode_chunked(std::string_view input) {
  std::size_t used = 0;
  for (; used < input.size(); ++used) {
    const char c = input[used];
    switch (state_) {
      case State::data: {
        Step step = take_data(input.substr(used), State::data_cr);
        step.consumed += used;
        return step;
      }
      case State::data_cr:
        if (c != '\r') return fail(400, "a chunk longer than its size");
        state_ = State::data_lf;
        break;
      case State::data_lf:
        if (c != '\n') return fail(400, "a bare CR");
        state_ = State::size_first;
        break;
      case State::trailer:
        return read_trailer(input, used);
      default:
        if (!read_size_line(c)) return fail(error_.status, error_.what);
    }
  }
  return {ParseResult::need_more, {}, used};
}

// One character of `chunk-size [ chunk-ext ] CRLF`; false with error_ set when it is not one.
bool BodyDecoder::read_size_line(char c) noexcept {
  switch (state_) {
    case State::size_first:
      remaining_ = 0;
      size_digits_ = 0;
      if (hex_digit(c) < 0) return error_ = {400, "a malformed chunk size"}, false;
      state_ = State::size;
      return add_size_digit(c);
    case State::size:
      if (c == '\r') {
        state_ = State::size_lf;
        return true;
      }
      if (c != ';') return add_size_digit(c);
      state_ = State::extension;
      return true;
    case State::extension:
    case State::extension_quoted:
    case State::extension_escaped:
      return read_extension(c);
    default:  // size_lf
      if (c != '\n') return error_ = {400, "a bare CR"}, false;
      return end_size_line();
  }
}

// Extensions mean nothing to us, but where their line ends has to be beyond doubt: some look for
// the end of a quoted string first.
bool BodyDecoder::read_extension(char c) noexcept {
  if (c == '\r') {
    if (state_ != State::extension) return error_ = {400, "a quoted string without an end"}, false;
    state_ = State::size_lf;
    return true;
  }
  if (!internal::is_class(c, internal::kValueChar)) {
    return error_ = {400, "a control character in a chunk extension"}, false;
  }
  if (++extension_bytes_ > limits_.chunk_extension_bytes) {
    return error_ = {413, "chunk extensions beyond the limit"}, false;
  }
  if (state_ == State::extension_escaped) {
    state_ = State::extension_quoted;
  } else if (c == '"') {
    state_ = state_ == State::extension ? State::extension_quoted : State::extension;
  } else if (c == '\\' && state_ == State::extension_quoted) {
    state_ = State::extension_escaped;
  }
  return true;
}

bool BodyDecoder::add_size_digit(char c) noexcept {
  const int digit = hex_digit(c);
  if (digit < 0) return error_ = {400, "a malformed chunk size"}, false;
  // Leading zeros count: they must not go on for ever.
  if (++size_digits_ > 15) return error_ = {400, "an overflowing chunk size"}, false;
  remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
  return true;
}

bool BodyDecoder::end_size_line() noexcept {
  if (remaining_ == 0) {
    state_ = State::trailer;
    return true;
  }
  if (remaining_ > limits_.body_bytes || total_ > limits_.body_bytes - remaining_) {
    return error_ = {413, "a body beyond the limit"}, false;
  }
  state_ = State::data;
  return true;
}

// Trailers are few and small: they are copied, so that they outlive the input.
BodyDecoder::Step BodyDecoder::read_trailer(std::string_view input, std::size_t consumed) {
  const std::size_t had = trailer_text_.size();
  const std::size_t most = internal::place_limit(limits_.trailer_bytes);
  const std::size_t room = most - had;
  trailer_text_.append(input.substr(consumed, room));
  const ParseResult result = trailer_fields_.parse(trailer_text_);
  if (result == ParseResult::failed) {
    return fail(trailer_fields_.error().status, trailer_fields_.error().what);
  }
  if (result == ParseResult::need_more) {
    if (trailer_text_.size() == most) {
      return fail(431, "a trailer section beyond the limit");
    }
    return {ParseResult::need_more, {}, input.size()};
  }
  trailer_text_.resize(trailer_fields_.position());
  for (const HeaderField field : trailers()) {
    if (internal::forbidden_in_trailer(field.name)) return fail(400, "a forbidden trailer field");
  }
  state_ = State::finished;
  return {ParseResult::done, {}, consumed + trailer_fields_.position() - had};
}

}  // namespace eddy::inline v0::web
