// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// template_parity list | TEMPLATE: says what there is, or renders one; for tornado_test.py.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <tests/web/template/parity.h>

// Made by eddy-template.
#include <parity/apply.html.h>
#include <parity/autoescape_block.html.h>
#include <parity/autoescape_function.html.h>
#include <parity/autoescape_late.html.h>
#include <parity/autoescape_none.html.h>
#include <parity/base.html.h>
#include <parity/child.html.h>
#include <parity/comments.html.h>
#include <parity/control_characters.txt.h>
#include <parity/empty.html.h>
#include <parity/expression.html.h>
#include <parity/for.html.h>
#include <parity/for_else.html.h>
#include <parity/grandchild.html.h>
#include <parity/if.html.h>
#include <parity/include.html.h>
#include <parity/include_block.html.h>
#include <parity/literals.html.h>
#include <parity/pre.html.h>
#include <parity/raw.html.h>
#include <parity/replace_outer.html.h>
#include <parity/script.js.h>
#include <parity/set.html.h>
#include <parity/try.html.h>
#include <parity/url.html.h>
#include <parity/while.html.h>
#include <parity/whitespace.html.h>
#include <parity/whitespace.txt.h>

namespace {

template <class Page>
std::string render() {
  static const std::vector<eddy_tests::Row> rows = {
      {"<first> & \"one\"", 1, {"a", "b<c"}}, {"it's", 2, {}}, {"third", 40, {"t"}}};
  return Page{.rows = rows, .name = "<World> & 'co' caf\xc3\xa9", .count = 3, .yes = true}.render();
}

struct Entry {
  std::string_view name;
  std::string (*render)();
};
constexpr Entry kPages[] = {
    {"apply.html", render<parity::Apply>},
    {"autoescape_block.html", render<parity::AutoescapeBlock>},
    {"autoescape_function.html", render<parity::AutoescapeFunction>},
    {"autoescape_late.html", render<parity::AutoescapeLate>},
    {"autoescape_none.html", render<parity::AutoescapeNone>},
    {"base.html", render<parity::Base>},
    {"child.html", render<parity::Child>},
    {"comments.html", render<parity::Comments>},
    {"control_characters.txt", render<parity::ControlCharactersTxt>},
    {"empty.html", render<parity::Empty>},
    {"expression.html", render<parity::Expression>},
    {"for.html", render<parity::For>},
    {"for_else.html", render<parity::ForElse>},
    {"grandchild.html", render<parity::Grandchild>},
    {"if.html", render<parity::If>},
    {"include.html", render<parity::Include>},
    {"include_block.html", render<parity::IncludeBlock>},
    {"literals.html", render<parity::Literals>},
    {"pre.html", render<parity::Pre>},
    {"raw.html", render<parity::Raw>},
    {"replace_outer.html", render<parity::ReplaceOuter>},
    {"script.js", render<parity::ScriptJs>},
    {"set.html", render<parity::Set>},
    {"try.html", render<parity::Try>},
    {"url.html", render<parity::Url>},
    {"while.html", render<parity::While>},
    {"whitespace.html", render<parity::Whitespace>},
    {"whitespace.txt", render<parity::WhitespaceTxt>},
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view wanted = argc == 2 ? argv[1] : "";
  for (const Entry& page : kPages) {
    if (wanted == "list") std::printf("%s\n", page.name.data());
    if (wanted != page.name) continue;
    const std::string text = page.render();
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
  }
  return wanted == "list" ? 0 : 2;
}
