// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cmark.h>

#include <cstdlib>
#include <memory>
#include <new>

#include <examples/blog/markdown.h>

namespace blog {

std::string html_of(std::string_view markdown) {
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> html(cmark_markdown_to_html(
      markdown.data(), markdown.size(), CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8));
  if (!html) throw std::bad_alloc();
  return html.get();
}

}  // namespace blog
