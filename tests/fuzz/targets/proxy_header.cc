// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include <eddy/core/net/proxy_protocol.h>
#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::parse_proxy_header;
using eddy::ProxyHeader;
using eddy::ProxyResult;
using eddy::ProxyStatus;

std::string describe(const ProxyResult& result) {
  if (result.status == ProxyStatus::need_more) return "more";
  if (result.status == ProxyStatus::failed) return std::string("error ") + result.error;
  const ProxyHeader& header = result.header;
  std::string out = std::to_string(result.consumed) + " " + std::to_string(header.version);
  if (header.has_addresses) {
    out += " " + header.source.to_string() + " " + header.destination.to_string();
  }
  return out.append(" ").append(header.alpn).append(" ").append(header.authority) +
         (header.tls ? " tls" : "");
}

void check(const ProxyResult& result, std::string_view input) {
  if (result.status != ProxyStatus::done) return;
  const ProxyHeader& header = result.header;
  require(result.consumed > 0 && result.consumed <= input.size(), "a header is there", input);
  require(header.version == 1 || header.version == 2, "a version is known", input);
  require(lies_within(header.alpn, input.substr(0, result.consumed)) &&
              lies_within(header.authority, input.substr(0, result.consumed)),
          "views lie in the header", input);
  require(!header.has_addresses || header.source.family() == header.destination.family(),
          "both ends are of one family", input);
}

}  // namespace

void fuzz_proxy_header(std::string_view input) {
  const ProxyResult whole = parse_proxy_header(input);
  check(whole, input);
  // More bytes never change what was said of fewer, and it is said as soon as it can be.
  std::string said = "more";
  for (std::size_t size = 0; size <= std::min<std::size_t>(input.size(), 300); ++size) {
    const std::string own(input.substr(0, size));
    const ProxyResult part = parse_proxy_header(own);
    check(part, own);
    const std::string now = describe(part);
    require(said == "more" || said == now, "what was said stays", own);
    require(part.status != ProxyStatus::done || said == now || part.consumed == size,
            "a header is seen with its last byte", own);
    said = now;
  }
  require(said == "more" || said == describe(whole), "the whole says what its beginning said",
          input);
  if (input.size() >= eddy::kProxyV1Bytes) {
    require(parse_proxy_header(input, eddy::kProxyV1Bytes).status != ProxyStatus::need_more,
            "never more than the bound", input);
  }
  require_linear(input, [](std::string_view text) {
    static_cast<void>(parse_proxy_header(text, text.size()));
  });
}

}  // namespace eddy_tests
