// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <eddy/web/http/json.h>

/// What the templates of pages/ are given, which render_test.cc renders.
namespace eddy_tests {

/// Appends itself by a function of its namespace.
struct Money {
  int cents = 0;
};
inline void append_to(std::string& out, const Money& money) {
  out += std::to_string(money.cents / 100) + " <EUR>";
}

/// Appends itself by a member.
struct Shape {
  void append_to(std::string& out) const { out += "<svg/>"; }
};

struct Values {
  std::string text = "<&>";
  std::string_view view = "\"'";
  const char* pointer = "c<";
  const char* null = nullptr;
  char character = '<';
  bool yes = true;
  std::uint8_t byte = 200;
  std::uint64_t big = UINT64_MAX;
  double real = 0.1;
  std::optional<std::string> some = "a<b";
  std::optional<int> none;
  Money money = {1200};
  Shape shape;
};

struct Point {
  int x = 0;
  int y = 0;
};

inline int twice(int number) { return 2 * number; }

inline std::string bracketed(std::string_view text) { return "(" + std::string(text) + ")"; }

struct Counter {
  int count = 0;
  int next() { return ++count; }
  static std::string fail(const char* why) { throw std::runtime_error(why); }
};

/// For a template that throws in one of its lines.
inline bool fails(int bad, int line) {
  if (bad == line) throw std::runtime_error("bad");
  return false;
}

/// A module whose files are those of the site, and others.
struct Styled {
  static void append_to(std::string& out) { out += "styled"; }
  static auto css_files() {
    return std::array{"widgets/styled.css", "/own.css", "https://example.org/x.css"};
  }
  static auto javascript_files() { return std::array{"styled.js"}; }
  static std::string_view embedded_css() { return "p {}"; }
  static std::string_view embedded_javascript() { return "style();"; }
};

/// A module that has no place in a head.
struct Script {
  static void append_to(std::string& out) { out += "<p></p>"; }
  static std::string_view embedded_javascript() { return "run()"; }
};

/// Modules with resources.
struct Widget {
  int number = 0;
  void append_to(std::string& out) const { out += "<b>" + std::to_string(number) + "</b>"; }
  static std::string_view embedded_css() { return "b {}"; }
  static std::string_view embedded_javascript() { return "go();"; }
  static std::array<const char*, 2> css_files() { return {"/a.css", "/b.css?x&y"}; }
  static std::array<const char*, 1> javascript_files() { return {"/a.js"}; }
};
struct Other {
  static void append_to(std::string& out) { out += "other"; }
  static std::string html_head() { return "<meta>"; }
  static std::string html_body() { return "<hr>"; }
  static std::string_view embedded_css() { return "i {}"; }
};

/// Text that a script element must not see as it is; its JsonValue does not care.
struct Markup {
  std::string text;
};

struct Item {
  std::string_view name;
  int count = 0;
};

}  // namespace eddy_tests

template <>
struct eddy::web::JsonValue<eddy_tests::Markup> {
  static void append(std::string& out, const eddy_tests::Markup& markup) {
    out += "{\"text\":\"" + markup.text + "\"}";
  }
};
