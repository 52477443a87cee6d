// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/url.h>

#include <algorithm>

#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::web::Arguments;
using eddy::web::percent_decode;
using eddy::web::PlusSign;

std::string encode(std::string_view text) {
  return eddy::web::percent_encode(text, PlusSign::is_blank);
}

bool same(const Arguments::Argument& a, const Arguments::Argument& b) {
  return a.name == b.name && a.value == b.value;
}

}  // namespace

void fuzz_query(std::string_view input) {
  for (const PlusSign plus : {PlusSign::is_plus, PlusSign::is_blank}) {
    require(percent_decode(input, plus).size() <= input.size(), "decoding adds nothing", input);
  }
  require(percent_decode(encode(input), PlusSign::is_blank) == input, "what is encoded comes back",
          input);
  static_cast<void>(eddy::web::is_utf8(input));

  const Arguments all = Arguments::parse(input);
  std::string written;
  std::size_t bytes = 0;
  for (const Arguments::Argument& argument : all) {
    written += encode(argument.name) + "=" + encode(argument.value) + "&";
    bytes += argument.name.size() + argument.value.size();
  }
  require(bytes <= input.size(), "decoding adds nothing", input);
  require(all.encode() + (all.empty() ? "" : "&") == written, "they are written one by one", input);
  const Arguments again = Arguments::parse(written);
  require(std::equal(again.begin(), again.end(), all.begin(), all.end(), same),
          "arguments written anew are the same", written);

  constexpr std::size_t kFew = 3;
  const Arguments few = Arguments::parse(input, kFew);
  require(few.size() == std::min(kFew, all.size()) && few.truncated() == (all.size() > kFew),
          "the limit cuts, and says so", input);
  const std::string url = eddy::web::url_concat("/?" + written, {{input, input}});
  require(url == "/?" + written + encode(input) + "=" + encode(input), "an argument is appended",
          url);
  require(std::equal(few.begin(), few.end(), all.begin(), same), "the first ones are kept", input);

  require_linear(input, [](std::string_view text) {
    static_cast<void>(Arguments::parse(text, text.size()));
    static_cast<void>(eddy::web::is_utf8(text));
  });
}

}  // namespace eddy_tests
