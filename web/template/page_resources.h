// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// What the modules of a page want to have in its head and at the end of its body: style sheets,
/// scripts and pieces of HTML, each once however often its module is used.
///
/// A module is a value that `{% module %}` is given. It appends itself, as a template does, and may
/// have any of these members, which return text or, the plural ones, a range of texts:
///
///     struct Entry {
///       const Story& story;
///       void append_to(std::string& out) const { ... }
///       static std::string_view embedded_css() { return ".entry { margin: 1em }"; }
///       static auto css_files() { return std::array{"/static/entry.css"}; }
///       static std::string_view embedded_javascript();
///       static auto javascript_files();
///       static std::string_view html_head();
///       static std::string_view html_body();
///     };
///
/// A compiled template is a module too: the resources of modules in it are the page's. So is the
/// text that a function returns, which stands there as it is: `{% module xsrf_form_html() %}`.
/// Files have their whole URL, or, where Settings::static_files are there and a handler's render()
/// appends the page, a path below those: such a one is what static_url() makes of it. Where the
/// policy of that page's application knows nonces (SecurityHeaders), scripts and styles bear the
/// request's.
///
/// Thread: one at a time. Source: tornado.web.UIModule and RequestHandler.render.
class EDDY_API PageResources {
 public:
  void add_css_file(std::string_view url) { add(css_files_, url); }
  void add_embedded_css(std::string_view css) { add(embedded_css_, css); }
  void add_javascript_file(std::string_view url) { add(javascript_files_, url); }
  void add_embedded_javascript(std::string_view script) { add(embedded_javascript_, script); }
  void add_html_head(std::string_view html) { add(html_head_, html); }
  void add_html_body(std::string_view html) { add(html_body_, html); }

  /// Appends a module and takes what it wants to have.
  template <class Module>
  void append(std::string& out, const Module& module) {
    if constexpr (requires { module.append_to(out, *this); }) {
      module.append_to(out, *this);
    } else {
      module.append_to(out);
    }
    if constexpr (requires { module.embedded_css(); }) add_embedded_css(module.embedded_css());
    if constexpr (requires { module.embedded_javascript(); }) {
      add_embedded_javascript(module.embedded_javascript());
    }
    if constexpr (requires { module.html_head(); }) add_html_head(module.html_head());
    if constexpr (requires { module.html_body(); }) add_html_body(module.html_body());
    if constexpr (requires { module.css_files(); }) {
      for (const auto& url : module.css_files()) add_css_file(url);
    }
    if constexpr (requires { module.javascript_files(); }) {
      for (const auto& url : module.javascript_files()) add_javascript_file(url);
    }
  }

  /// Puts all into the page that begins at `begin`: style sheets and html_head before `</head>`,
  /// html_body before the first and scripts before the last `</body>`. Throws std::logic_error
  /// where the page has no such place.
  void insert_into(std::string& page, std::size_t begin) const;

  using Texts = std::vector<std::string>;
  /// The elements of such, each with a line end behind it: what RequestHandler's
  /// render_linked_css() and its kin give unless they are overridden. Nothing of no texts.
  [[nodiscard]] static std::string linked_css(const Texts& urls);
  [[nodiscard]] static std::string embed_css(const Texts& texts);
  [[nodiscard]] static std::string linked_js(const Texts& urls);
  [[nodiscard]] static std::string embed_js(const Texts& texts);

 private:
  static void add(Texts& texts, std::string_view text);

  Texts css_files_;
  Texts embedded_css_;
  Texts javascript_files_;
  Texts embedded_javascript_;
  Texts html_head_;
  Texts html_body_;
};

}  // namespace eddy::inline v0::web
