// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/path_pattern.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <optional>
#include <stdexcept>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web::internal {

namespace {

// Far more than a sensible pattern needs for a path, far less than a request may cost.
constexpr std::uint32_t kMatchLimit = 100000;
// Of the interpreter, whose memory is kept for the thread's next match.
constexpr std::uint32_t kHeapKib = 8192;

struct MatchState {
  pcre2_match_data* data = pcre2_match_data_create(kMostGroups + 1, nullptr);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);

  MatchState() {
    if (context == nullptr) return;
    pcre2_set_match_limit(context, kMatchLimit);
    pcre2_set_heap_limit(context, kHeapKib);
  }
  MatchState(const MatchState&) = delete;
  MatchState& operator=(const MatchState&) = delete;
  ~MatchState() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
  }
};

// One for each thread: a match calls nobody back, so nobody else can need it meanwhile.
MatchState& match_state() {
  thread_local MatchState state;
  return state;
}

bool is_name_char(char c) noexcept {
  return c == '_' ||
         (is_class(c, kTokenChar | kDigitChar) && to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
         (c >= '0' && c <= '9');
}

bool is_special(char c) noexcept { return PathPattern::is_special(c); }

// The path that a regular expression without variation matches; nothing if it has any.
std::optional<std::string> literal_of(std::string_view regex) {
  if (!regex.empty() && regex.front() == '^') regex.remove_prefix(1);
  if (regex.ends_with('$') && !PathPattern::ends_escaped(regex)) regex.remove_suffix(1);
  std::string literal;
  for (std::size_t i = 0; i < regex.size(); ++i) {
    if (regex[i] == '\\' && i + 1 < regex.size() && is_special(regex[i + 1])) {
      literal += regex[++i];
    } else if (is_special(regex[i])) {
      return std::nullopt;
    } else {
      literal += regex[i];
    }
  }
  return literal;
}

// What comes before the first character that is no plain one, but for what may be left out.
std::string prefix_of(std::string_view regex) {
  if (regex.find('|') != std::string_view::npos) return {};
  if (!regex.empty() && regex.front() == '^') regex.remove_prefix(1);
  std::string prefix;
  while (!regex.empty()) {
    const bool escaped = regex.front() == '\\' && regex.size() > 1 && is_special(regex[1]);
    if (!escaped && is_special(regex.front())) break;
    const std::size_t size = escaped ? 2 : 1;
    const char behind = size < regex.size() ? regex[size] : '\0';
    if (behind == '?' || behind == '*' || behind == '{') break;
    prefix += regex[size - 1];
    regex.remove_prefix(size);
  }
  return prefix;
}

}  // namespace

class PathPattern::Program {
 public:
  explicit Program(const std::string& regex) {
    int error = 0;
    PCRE2_SIZE at = 0;
    code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(regex.data()), regex.size(),
                          PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C, &error, &at,
                          nullptr);
    if (code_ == nullptr) {
      char message[256] = "";
      pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(message), sizeof(message));
      throw std::invalid_argument(std::string(message) + " (at offset " + std::to_string(at) + ")");
    }
    // Without JIT, on a processor that PCRE2 has none for, the interpreter matches the same.
    pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() { pcre2_code_free(code_); }

  [[nodiscard]] const pcre2_code* code() const noexcept { return code_; }

  [[nodiscard]] std::uint32_t info(std::uint32_t what) const noexcept {
    std::uint32_t value = 0;
    pcre2_pattern_info(code_, what, &value);
    return value;
  }

  void read_names(std::vector<std::string>& names) const {
    PCRE2_SPTR table = nullptr;
    pcre2_pattern_info(code_, PCRE2_INFO_NAMETABLE, &table);
    const std::uint32_t size = info(PCRE2_INFO_NAMEENTRYSIZE);
    for (std::uint32_t i = 0; i < info(PCRE2_INFO_NAMECOUNT); ++i, table += size) {
      const std::size_t group = table[0] * 256U + table[1];
      names[group - 1] = reinterpret_cast<const char*>(table + 2);
    }
  }

 private:
  pcre2_code* code_ = nullptr;
};

bool PathPattern::is_special(char c) noexcept {
  return std::string_view("\\^$.[]|()?*+{}").find(c) != std::string_view::npos;
}

std::string PathPattern::escaped(std::string_view text) {
  std::string regex;
  for (const char c : text) {
    if (is_special(c)) regex += '\\';
    regex += c;
  }
  return regex;
}

bool PathPattern::ends_escaped(std::string_view regex) noexcept {
  bool escaped = false;
  for (std::size_t end = regex.size(); end > 1 && regex[end - 2] == '\\'; --end) {
    escaped = !escaped;
  }
  return escaped;
}

PathPattern::PathPattern() noexcept = default;
PathPattern::PathPattern(PathPattern&&) noexcept = default;
PathPattern& PathPattern::operator=(PathPattern&&) noexcept = default;
PathPattern::~PathPattern() = default;

void PathPattern::compile(const std::string& regex) {
  kind_ = Kind::program;
  program_ = std::make_unique<Program>(regex);
  set_groups(program_->info(PCRE2_INFO_CAPTURECOUNT));
  program_->read_names(group_names_);
}

PathPattern PathPattern::from_regex(std::string_view text) {
  PathPattern pattern;
  if (std::optional<std::string> literal = literal_of(text)) {
    pattern.shape_ = escaped(*literal);
    pattern.prefix_ = std::move(*literal);
  } else {
    pattern.shape_ = text;
    pattern.compile(std::string(text));
    pattern.prefix_ = prefix_of(text);
  }
  return pattern;
}

PathPattern PathPattern::from_template(std::string_view text) {
  PathPattern pattern;
  std::string regex;
  std::vector<std::string> names;
  if (text.empty() || text.front() != '/') throw std::invalid_argument("it must begin with '/'");
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '}') throw std::invalid_argument("it has a '}' without a '{'");
    if (c == '\\') {
      throw std::invalid_argument(
          "it has a '\\'; a regular expression is given to route<Handler>()");
    }
    if (c != '{') {
      if (is_special(c)) regex += '\\';
      regex += c;
      (names.empty() ? pattern.prefix_ : pattern.behind_.back()) += c;
      continue;
    }
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos) throw std::invalid_argument("it has a '{' without a '}'");
    std::string_view name = text.substr(0, end);
    text.remove_prefix(end + 1);
    const bool rest = name.ends_with("...");
    if (rest) name.remove_suffix(3);
    bool good = !name.empty() && !(name.front() >= '0' && name.front() <= '9');
    for (const char n : name) good = good && is_name_char(n);
    if (!good) throw std::invalid_argument("'{" + std::string(name) + "}' does not hold a name");
    if (rest && !text.empty()) throw std::invalid_argument("{...} must be the last of it");
    names.emplace_back(name);
    pattern.behind_.emplace_back();
    pattern.takes_rest_ = rest;
    regex += rest ? "(.*)" : "([^/]+)";
  }
  pattern.shape_ = regex;
  if (names.empty()) return pattern;
  // Where each part ends at a slash nothing has to be tried.
  bool easy = true;
  for (const std::string& text : pattern.behind_) {
    const bool at_end = &text == &pattern.behind_.back() && text.empty();
    easy = easy && (at_end || text.starts_with('/'));
  }
  if (easy) {
    pattern.kind_ = Kind::parts;
    pattern.set_groups(names.size());
  } else {
    pattern.compile(regex);
  }
  pattern.group_names_ = std::move(names);
  return pattern;
}

void PathPattern::set_groups(std::size_t count) {
  if (count > kMostGroups) {
    throw std::invalid_argument("it has " + std::to_string(count) + " groups; at most " +
                                std::to_string(kMostGroups) + " are possible");
  }
  groups_ = count;
  group_names_.resize(count);
}

bool PathPattern::match_parts(std::string_view path, PathParts& parts) const noexcept {
  path.remove_prefix(prefix_.size());
  for (std::size_t i = 0; i < groups_; ++i) {
    const bool rest = takes_rest_ && i + 1 == groups_;
    const std::size_t size = rest ? path.size() : std::min(path.find('/'), path.size());
    if (size == 0 && !rest) return false;
    parts.part[i] = path.substr(0, size);
    path.remove_prefix(size);
    if (!path.starts_with(behind_[i])) return false;
    path.remove_prefix(behind_[i].size());
  }
  parts.count = groups_;
  return path.empty();
}

PathPattern::Result PathPattern::match(std::string_view path, PathParts& parts) const noexcept {
  parts.count = 0;
  if (kind_ == Kind::literal) return path == prefix_ ? Result::match : Result::no_match;
  if (!path.starts_with(prefix_)) return Result::no_match;
  if (kind_ == Kind::parts) return match_parts(path, parts) ? Result::match : Result::no_match;
  const MatchState& state = match_state();
  if (state.data == nullptr || state.context == nullptr) return Result::gave_up;
  const auto run = [&](std::uint32_t options) noexcept {
    return pcre2_match(program_->code(), reinterpret_cast<PCRE2_SPTR>(path.data()), path.size(), 0,
                       PCRE2_NO_UTF_CHECK | options, state.data, state.context);
  };
  int found = run(0);
  // JIT code has 32 KiB of stack, which few patterns fill, and those for long paths only.
  if (found == PCRE2_ERROR_JIT_STACKLIMIT) found = run(PCRE2_NO_JIT);
  if (found == PCRE2_ERROR_NOMATCH) return Result::no_match;
  if (found < 0) return Result::gave_up;
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(state.data);
  parts.count = groups_;
  for (std::size_t i = 0; i < groups_; ++i) {
    // Groups behind the last that took part are not counted in `found`, and have no offsets.
    const bool took_part =
        i + 1 < static_cast<std::size_t>(found) && offsets[2 * i + 2] != PCRE2_UNSET;
    const std::size_t start = took_part ? offsets[2 * i + 2] : 0;
    parts.part[i] = took_part ? path.substr(start, offsets[2 * i + 3] - start) : std::string_view();
  }
  return Result::match;
}

}  // namespace eddy::inline v0::web::internal
