// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/multipart.h>

#include <algorithm>
#include <cstring>

#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/parameters.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kLongestBoundary = 70;

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

// How many characters both begin with.
std::size_t common_prefix(std::string_view a, std::string_view b) noexcept {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t size = 0;
  while (size < most && a[size] == b[size]) ++size;
  return size;
}

}  // namespace

bool MultipartParser::is_boundary(std::string_view text) noexcept {
  if (text.empty() || text.size() > kLongestBoundary) return false;
  if (text.front() == ' ' || text.back() == ' ') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// The first boundary needs no line before it: it is as if the body began behind a line's end.
MultipartParser::MultipartParser(std::string_view boundary, const MultipartLimits& limits)
    : limits_(limits),
      delimiter_(std::string(kLineEnd) + "--"),
      matched_(kLineEnd.size()),
      unseen_(kLineEnd.size()) {
  delimiter_ += boundary;
  if (!is_boundary(boundary)) fail(400, "a malformed boundary");
}

MultipartParser::Step MultipartParser::fail(int status, const char* what) noexcept {
  state_ = State::failed;
  error_ = {status, what};
  return {Event::failed, {}, 0};
}

MultipartParser::Step MultipartParser::parse(std::string_view input) {
  if (state_ == State::failed) return {Event::failed, {}, 0};
  if (state_ == State::epilogue) return {Event::done, {}, input.size()};
  // Cut at the limit first, so that the events do not depend on how the input was cut.
  const std::uint64_t room = limits_.total_bytes - total_;
  const bool beyond = input.size() > room;
  if (beyond) input = input.substr(0, static_cast<std::size_t>(room));
  const Step step = advance(input);
  total_ += step.consumed;
  if (beyond && step.event == Event::need_more) {
    return fail(413, "a multipart body beyond the limit");
  }
  return step;
}

MultipartParser::Step MultipartParser::finish() noexcept {
  if (state_ == State::epilogue || state_ == State::closing_padding) {
    state_ = State::epilogue;
    return {Event::done, {}, 0};
  }
  if (state_ == State::failed) return {Event::failed, {}, 0};
  return fail(400, "a multipart body without its closing boundary");
}

MultipartParser::Step MultipartParser::advance(std::string_view input) {
  std::size_t used = 0;
  while (used < input.size()) {
    Step step;
    switch (state_) {
      case State::content:
        step = read_content(input.substr(used));
        break;
      case State::headers:
        step = read_headers(input.substr(used));
        break;
      default:
        step = read_boundary_line(input[used]);
    }
    if (step.event == Event::failed) return step;
    step.consumed += used;
    if (step.event != Event::need_more) return step;
    used = step.consumed;
  }
  return {Event::need_more, {}, used};
}

MultipartParser::Step MultipartParser::content_step(std::string_view data,
                                                    std::size_t consumed) const noexcept {
  if (!in_part_ || data.empty()) return {Event::need_more, {}, consumed};
  return {Event::data, data, consumed};
}

// Only the first character of the delimiter is a CR, so where a match fails none can have begun
// within it: the search goes on behind it, and every byte is compared once.
MultipartParser::Step MultipartParser::read_content(std::string_view input) noexcept {
  if (matched_ > 0) return go_on_matching(input);
  std::size_t at = 0;
  for (;;) {
    const void* cr = std::memchr(input.data() + at, '\r', input.size() - at);
    if (cr == nullptr) return content_step(input, input.size());
    at = static_cast<std::size_t>(static_cast<const char*>(cr) - input.data());
    const std::size_t size = common_prefix(input.substr(at), delimiter_);
    if (size == delimiter_.size()) {
      state_ = State::behind_boundary;
      return content_step(input.substr(0, at), at + size);
    }
    if (at + size == input.size()) {
      matched_ = size;
      return content_step(input.substr(0, at), input.size());
    }
    at += size;
  }
}

// The input before ended with the beginning of a delimiter.
MultipartParser::Step MultipartParser::go_on_matching(std::string_view input) noexcept {
  const std::string_view wanted = std::string_view(delimiter_).substr(matched_);
  const std::size_t size = common_prefix(input, wanted);
  if (size < wanted.size() && size == input.size()) {
    matched_ += size;
    return {Event::need_more, {}, size};
  }
  const std::string_view held(delimiter_.data() + unseen_, matched_ - unseen_);
  matched_ = unseen_ = 0;
  if (size < wanted.size()) return content_step(held, 0);
  state_ = State::behind_boundary;
  return {Event::need_more, {}, size};
}

MultipartParser::Step MultipartParser::read_boundary_line(char c) noexcept {
  Step step{Event::need_more, {}, 1};
  switch (state_) {
    case State::behind_boundary:
    case State::padding:
      if (c == '\r') {
        state_ = State::line_lf;
      } else if (is_blank(c)) {
        state_ = State::padding;
      } else if (c == '-' && state_ == State::behind_boundary) {
        state_ = State::closing_dash;
      } else {
        return fail(400, "text behind a boundary");
      }
      return step;
    case State::line_lf:
      if (c != '\n') return fail(400, "a bare CR behind a boundary");
      state_ = State::headers;
      header_text_.clear();
      header_fields_.set_count_limit(limits_.part_header_count);
      header_fields_.begin(0);
      break;
    case State::closing_dash:
      if (c != '-') return fail(400, "text behind a boundary");
      state_ = State::closing_padding;
      break;
    case State::closing_padding:
      if (c != '\r' && !is_blank(c)) return fail(400, "text behind the closing boundary");
      if (c == '\r') state_ = State::closing_lf;
      return step;
    default:  // closing_lf
      if (c != '\n') return fail(400, "a bare CR behind the closing boundary");
      state_ = State::epilogue;
      step.event = Event::done;
      return step;
  }
  if (in_part_) step.event = Event::part_end;
  in_part_ = false;
  return step;
}

// Fields are few and small: they are copied, line by line so that no content is, and outlive the
// input.
MultipartParser::Step MultipartParser::read_headers(std::string_view input) {
  if (header_text_.empty() && parts_++ == limits_.parts) return fail(413, "too many parts");
  std::size_t used = 0;
  while (used < input.size()) {
    const std::size_t line_end = std::min(input.find('\n', used), input.size() - 1) + 1;
    const std::size_t room = limits_.part_header_bytes - header_text_.size();
    header_text_.append(input.substr(used, std::min(line_end - used, room)));
    const ParseResult result = header_fields_.parse(header_text_);
    if (result == ParseResult::failed) {
      return fail(header_fields_.error().status, header_fields_.error().what);
    }
    if (line_end - used > room) return fail(431, "a part's header beyond the limit");
    used = line_end;
    if (result == ParseResult::done) {
      Step step = begin_part();
      if (step.event != Event::failed) step.consumed = used;
      return step;
    }
  }
  return {Event::need_more, {}, used};
}

MultipartParser::Step MultipartParser::begin_part() {
  const auto& fields = header_fields_.fields();
  part_ = {};
  part_.headers = {header_text_.data(), fields.data(), fields.size()};
  if (!is_utf8(header_text_)) return fail(400, "a part's header that is not UTF-8");
  int dispositions = 0;
  int content_types = 0;
  for (const HeaderField field : part_.headers) {
    if (internal::equals_ignoring_case(field.name, "content-disposition")) {
      ++dispositions;
      if (!read_disposition(field.value)) return {Event::failed, {}, 0};
    } else if (internal::equals_ignoring_case(field.name, "content-type")) {
      ++content_types;
      part_.content_type = field.value;
    }
  }
  if (dispositions != 1) return fail(400, "a part without one Content-Disposition");
  if (content_types > 1) return fail(400, "a part with more than one Content-Type");
  // A part without content may end with the very line end of its header (RFC 2046, 5.1.1).
  matched_ = unseen_ = kLineEnd.size();
  state_ = State::content;
  in_part_ = true;
  return {Event::part_begin, {}, 0};
}

// False with error_ set if it is not what a form's part must have.
bool MultipartParser::read_disposition(std::string_view field) {
  const FieldValue disposition = parse_parameters(field);
  if (!disposition.well_formed) {
    return fail(400, "a malformed Content-Disposition"), false;
  }
  if (!disposition.is("form-data")) {
    return fail(400, "a part that is no form-data"), false;
  }
  for (const char* name : {"name", "filename"}) {
    if (disposition.count(name) > 1 || disposition.count(name, true) > 1) {
      return fail(400, "a part with more than one name"), false;
    }
  }
  name_ = disposition.find("name").value_or(std::string_view());
  filename_ = disposition.find("filename").value_or(std::string_view());
  if (name_.empty()) return fail(400, "a part without a name"), false;
  if (name_.size() > limits_.name_bytes || filename_.size() > limits_.name_bytes) {
    return fail(431, "a part's name beyond the limit"), false;
  }
  part_.name = name_;
  part_.filename = filename_;
  return true;
}

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  const FieldValue type = parse_parameters(content_type);
  if (!type.well_formed || !type.is("multipart/form-data") || type.count("boundary") != 1) {
    return std::nullopt;
  }
  std::string boundary(*type.find("boundary"));
  if (!MultipartParser::is_boundary(boundary)) return std::nullopt;
  return boundary;
}

}  // namespace eddy::inline v0::web
