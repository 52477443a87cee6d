// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tests/web/http/protocol_case.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include <eddy/core/base/hex.h>

namespace eddy_tests {
namespace {

// Appends what a line stands for; what is wrong with it, or null. `ends` becomes false if it goes
// on without an end of line.
const char* unescape(std::string_view line, std::string& out, bool& ends) {
  constexpr std::string_view kLetters = "rnt0\\";
  constexpr std::string_view kMeanings("\r\n\t\0\\", 5);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      out += line[i];
      continue;
    }
    if (++i == line.size()) {
      ends = false;
      return nullptr;
    }
    if (line[i] == 'x') {
      const int high = i + 1 < line.size() ? eddy::hex_digit(line[i + 1]) : -1;
      const int low = i + 2 < line.size() ? eddy::hex_digit(line[i + 2]) : -1;
      if (high < 0 || low < 0) return "a malformed \\x";
      out += static_cast<char>(high * 16 + low);
      i += 2;
      continue;
    }
    const std::size_t letter = kLetters.find(line[i]);
    if (letter == std::string_view::npos) return "an unknown escape";
    out += kMeanings[letter];
  }
  return nullptr;
}

class CaseReader {
 public:
  explicit CaseReader(const std::string& path) : path_(path), stream_(path) {
    if (!stream_) throw std::runtime_error(path + ": can't be opened");
  }

  std::vector<ProtocolCase> read() {
    std::string line;
    while (next(line)) {
      if (line.rfind("## ", 0) == 0) {
        finish_case();
        case_ = {};
        case_.file = path_.substr(path_.rfind('/') + 1);
        case_.title = line.substr(3);
        case_.line = line_;
      } else if (line == "```input") {
        case_.input = read_input();
        has_input_ = true;
      } else if (line.rfind("```response to ", 0) == 0) {
        std::istringstream methods(line.substr(15));
        for (std::string method; methods >> method;) case_.methods.push_back(method);
        case_.input = read_input();
        has_input_ = true;
      } else if (line == "```events") {
        case_.events = read_events();
        has_events_ = true;
      } else if (line.rfind("```", 0) == 0) {
        malformed("a block that is neither input, response nor events");
      }
    }
    finish_case();
    return std::move(cases_);
  }

 private:
  [[noreturn]] void malformed(const std::string& what) const {
    throw std::runtime_error(path_ + ":" + std::to_string(line_) + ": " + what);
  }

  bool next(std::string& line) {
    ++line_;
    return static_cast<bool>(std::getline(stream_, line));
  }

  void finish_case() {
    if (!case_.title.empty()) {
      if (!has_input_ || !has_events_) malformed("the case before has no input or no events");
      cases_.push_back(case_);
    }
    has_input_ = has_events_ = false;
  }

  std::string read_input() {
    std::string input;
    std::string line;
    while (next(line)) {
      if (line == "```") return input;
      if (unescape(line, input)) input += "\r\n";
    }
    malformed("a block without an end");
  }

  std::string read_events() {
    std::string events;
    std::string line;
    while (next(line)) {
      if (line == "```") return events;
      events += line + "\n";
    }
    malformed("a block without an end");
  }

  // False if the line goes on without an end of line.
  bool unescape(const std::string& line, std::string& out) const {
    bool ends = true;
    if (const char* error = eddy_tests::unescape(line, out, ends)) malformed(error);
    return ends;
  }

  std::string path_;
  std::ifstream stream_;
  int line_ = 0;
  ProtocolCase case_;
  bool has_input_ = false;
  bool has_events_ = false;
  std::vector<ProtocolCase> cases_;
};

}  // namespace

std::vector<ProtocolCase> read_protocol_cases(const std::string& path) {
  return CaseReader(path).read();
}

std::string unescaped(std::string_view line) {
  std::string out;
  bool ends = true;
  if (const char* error = unescape(line, out, ends)) {
    throw std::runtime_error(std::string(error) + " in: " + std::string(line));
  }
  return out;
}

std::string escaped(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\t') {
      out += "\\t";
    } else if (c == '\\') {
      out += "\\\\";
    } else if (byte < 0x20 || byte > 0x7E) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace eddy_tests
