// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/reverse_path.h>

#include <stdexcept>

#include <eddy/web/http/url.h>

namespace eddy::inline v0::web::internal {

namespace {

/// Reads a regular expression once, from left to right, and writes one path that it matches.
class RegexReverser {
 public:
  RegexReverser(std::string_view regex, UrlArguments arguments) noexcept
      : regex_(regex), arguments_(arguments) {}

  std::string run() {
    Piece whole = sequence(0);
    if (!done()) fail("it has a ')' without a '('");
    require(whole);
    return std::move(whole.text);
  }

 private:
  /// What a part of the expression becomes.
  struct Piece {
    std::string text;
    /// It holds a group that has a value.
    bool given = false;
    /// The number of a group within it that has none; 0 if there is no such.
    std::size_t missing = 0;
    /// Groups stand in it.
    bool groups = false;
  };

  [[noreturn]] void fail(const char* what) const {
    throw std::logic_error(std::string(what) + " at offset " + std::to_string(at_));
  }
  static void require(const Piece& piece) {
    if (piece.missing == 0) return;
    throw std::invalid_argument("group " + std::to_string(piece.missing) + " needs a value");
  }
  [[nodiscard]] bool done() const noexcept { return at_ >= regex_.size(); }
  [[nodiscard]] bool next_is(std::string_view text) const noexcept {
    return !done() && regex_.substr(at_).starts_with(text);
  }
  bool skip(std::string_view text) noexcept {
    if (!next_is(text)) return false;
    at_ += text.size();
    return true;
  }

  // Up to an unmatched ')' or the end.
  Piece sequence(int depth) {
    Piece made;
    while (!done() && !next_is(")")) {
      if (next_is("|")) {
        if (depth == 0 || made.groups) fail("it has alternatives,");
        skip_alternatives();
        return made;
      }
      add(made, atom(depth));
    }
    return made;
  }

  // One of several ways without a group: the first will do. `at_` moves to the ')' behind them.
  void skip_alternatives() {
    while (!done() && !next_is(")")) {
      skip("|");
      const Piece other = sequence(1);
      if (other.groups) fail("it has alternatives with groups,");
    }
  }

  static void add(Piece& made, Piece&& piece) {
    made.text += piece.text;
    made.given |= piece.given;
    made.groups |= piece.groups;
    if (made.missing == 0) made.missing = piece.missing;
  }

  Piece atom(int depth) {
    const std::size_t began = at_;
    Piece piece;
    bool varies = false;
    if (next_is("(")) {
      piece = group(depth);
    } else if (skip("^") || skip("$")) {
      return piece;
    } else if (next_is("[")) {
      varies = true;
      skip_class();
    } else if (skip("\\")) {
      if (done()) fail("it ends with a '\\'");
      const char c = regex_[at_++];
      varies = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      piece.text = c;
    } else {
      const char c = regex_[at_++];
      varies = c == '.';
      piece.text = c;
    }
    return repeated(std::move(piece), varies, began);
  }

  // What a quantifier makes of a piece: it is left out where it may be and has nothing to say.
  Piece repeated(Piece piece, bool varies, std::size_t began) {
    const bool optional = next_is("?") || next_is("*");
    const bool quantified = optional || next_is("+");
    if (next_is("{")) fail("it counts how often something comes,");
    if (quantified) ++at_;
    if (quantified && !skip("?")) skip("+");  // lazy and possessive ones
    if (optional && !piece.given) {
      const bool groups = piece.groups;
      piece = Piece();
      piece.groups = groups;
      return piece;
    }
    if (!varies) return piece;
    at_ = began;
    fail("it does not say what stands outside its groups,");
  }

  Piece group(int depth) {
    const std::size_t began = at_;
    ++at_;
    bool captures = true;
    if (skip("?:")) {
      captures = false;
    } else if (next_is("?P<") || next_is("?<") || next_is("?'")) {
      skip("?");
      skip("P");
      const char end = regex_[at_] == '<' ? '>' : '\'';
      if (next_is("<=") || next_is("<!")) fail("it looks behind,");
      while (!done() && regex_[at_] != end) ++at_;
      ++at_;
    } else if (next_is("?") || next_is("*")) {
      fail("it has a group of a special kind,");
    }
    if (captures) return capture(began);
    Piece inner = sequence(depth + 1);
    if (!skip(")")) fail("it has a '(' without a ')'");
    return inner;
  }

  Piece capture(std::size_t began) {
    const std::size_t number = ++groups_;
    const std::size_t inner = at_;
    skip_group();
    const bool keeps_slash =
        regex_.substr(inner, at_ - inner).find("[^/") == std::string_view::npos;
    Piece made;
    made.groups = true;
    if (number > arguments_.size()) {
      at_ = began;
      fail("it has more groups than arguments");
    }
    const UrlArgument& argument = arguments_[number - 1];
    if (!argument.given()) {
      made.missing = number;
      return made;
    }
    made.given = true;
    percent_encode_to(made.text, argument.text(), PlusSign::is_plus,
                      keeps_slash ? Slash::kept : Slash::encoded);
    return made;
  }

  // Moves behind the ')' of a group that captures.
  void skip_group() {
    for (int open = 1; open > 0;) {
      if (done()) fail("it has a '(' without a ')'");
      if (next_is("[")) {
        skip_class();
        continue;
      }
      if (next_is("(") && !next_is("(?:") && !next_is("(?=") && !next_is("(?!")) {
        fail("it has a group within a group");
      }
      const char c = regex_[at_++];
      if (c == '\\') ++at_;
      if (c == '(') ++open;
      if (c == ')') --open;
    }
  }

  void skip_class() {
    ++at_;
    skip("^");
    skip("]");  // the first is one of the class
    while (!done() && regex_[at_] != ']') {
      if (const std::size_t end = next_is("[:") ? regex_.find(":]", at_) : std::string_view::npos;
          end != std::string_view::npos) {
        at_ = end + 2;
        continue;
      }
      at_ += regex_[at_] == '\\' ? 2 : 1;
    }
    ++at_;
  }

  std::string_view regex_;
  UrlArguments arguments_;
  std::size_t at_ = 0;
  std::size_t groups_ = 0;
};

}  // namespace

std::string reverse_template(std::string_view path, UrlArguments arguments) {
  std::string made;
  for (std::size_t group = 0; !path.empty(); ++group) {
    const std::size_t begin = path.find('{');
    made += path.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const std::size_t end = path.find('}', begin);
    const std::string_view name = path.substr(begin + 1, end - begin - 1);
    const bool rest = name.ends_with("...");
    const UrlArgument& argument = arguments[group];
    // A part that is not the rest is never empty.
    if (!argument.given() || (!rest && argument.text().empty())) {
      throw std::invalid_argument("{" + std::string(name) + "} needs a value");
    }
    percent_encode_to(made, argument.text(), PlusSign::is_plus,
                      rest ? Slash::kept : Slash::encoded);
    path.remove_prefix(end + 1);
  }
  return made;
}

std::string reverse_regex(std::string_view regex, UrlArguments arguments) {
  return RegexReverser(regex, arguments).run();
}

}  // namespace eddy::inline v0::web::internal
