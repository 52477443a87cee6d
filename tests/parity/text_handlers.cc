// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <optional>
#include <string>
#include <string_view>

#include <eddy/web/escape/linkify.h>
#include <tests/parity/handlers.h>

// Made by eddy-template.
#include <pages/list.html.h>

namespace eddy_tests {
namespace {

using eddy::web::Application;
using eddy::web::route;
using eddy::web::Strip;

struct Escape : PlainHandler {
  void get(std::string_view how) {
    const std::string text = get_argument("text", Strip::no);
    if (how == "xhtml") write(eddy::web::xhtml_escape(text));
    if (how == "unescape") write(eddy::web::xhtml_unescape(text));
    if (how == "url") write(eddy::web::url_escape(text));
    if (how == "url_path") write(eddy::web::url_escape(text, false));
    if (how == "unurl") write(eddy::web::url_unescape(text));
    if (how == "unurl_path") write(eddy::web::url_unescape(text, false));
    if (how == "json") write(eddy::web::json_string(text));
    if (how == "squeeze") write(eddy::web::squeeze(text));
  }
};

struct Linkify : PlainHandler {
  void get() {
    eddy::web::LinkifyOptions options;
    const std::string extra = get_argument("extra", "");
    options.shorten = get_argument("shorten", "") == "yes";
    options.require_protocol = get_argument("require_protocol", "") == "yes";
    options.extra_params = extra;
    if (get_argument("ftp", "") == "yes") options.permitted_protocols = {"ftp", "http"};
    write(eddy::web::linkify(get_argument("text"), std::move(options)));
  }
};

struct UrlConcat : PlainHandler {
  void get() {
    const std::string url = get_argument("url");
    if (get_argument("empty", "") == "yes") {
      write(eddy::web::url_concat(url, {}));
    } else {
      write(eddy::web::url_concat(url, {{"a", "x y&z"}, {"b", "\xc3\xa9"}, {"a", ""}}));
    }
  }
};

struct Reverse : PlainHandler {
  void get() {
    write(app().reverse_url("literal"), "\n", app().reverse_url("one", "x y+z/\xc3\xa9"), "\n",
          app().reverse_url("two", "a", "b/c?d#e%"), "\n", app().reverse_url("two", 1, 2), "\n",
          app().reverse_url("named", "user", "a.b"), "\n");
  }
};

struct ReverseUnknown : PlainHandler {
  void get() { write(app().reverse_url("no such name")); }
};

struct ReverseTooFew : PlainHandler {
  void get() { write(app().reverse_url("two", "a")); }
};

struct ListPage : eddy::web::RequestHandler {
  void get() {
    const auto items = get_arguments("item");
    const std::string title = get_argument("title", "List");
    render(parity_pages::List{.title = title, .items = items});
  }
};

}  // namespace

void add_text_handlers(Application& app) {
  app.add(route<Escape>("/escape/(.*)")).add(route<Linkify>("/linkify"));
  app.add(route<UrlConcat>("/url_concat")).add(route<Reverse>("/reverse"));
  app.add(route<ReverseUnknown>("/reverse_unknown")).add(route<ReverseTooFew>("/reverse_too_few"));
  app.add(route<ListPage>("/list"));
}

}  // namespace eddy_tests
