// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/proxy_protocol.h>

#include <gtest/gtest.h>
#include <tests/core/net/proxy_headers.h>

#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using eddy::Address;
using eddy::parse_proxy_header;
using eddy::ProxyResult;
using eddy::ProxyStatus;
using namespace eddy::core_test;

struct Accepted {
  const char* name;
  std::string header;
  const char* source;
  const char* destination;
};

// What follows "UNKNOWN" may fill the line up to its bound.
std::string longest_v1() {
  std::string line = "PROXY UNKNOWN ";
  line.resize(105, 'x');
  return line + "\r\n";
}

const std::vector<Accepted>& accepted() {
  static const std::vector<Accepted> cases = {
      {"v1 TCP4", "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n", "192.0.2.1:56324",
       "192.0.2.2:443"},
      {"v1 TCP4, all at their most", "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
       "255.255.255.255:65535", "255.255.255.255:65535"},
      {"v1 TCP6", "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n", "[2001:db8::1]:56324",
       "[2001:db8::2]:443"},
      {"v1 TCP6, all at their most",
       "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
       "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
       "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
       "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"},
      {"v1 port 0", "PROXY TCP4 192.0.2.1 192.0.2.2 0 443\r\n", "192.0.2.1:0", "192.0.2.2:443"},
      {"v1 UNKNOWN", "PROXY UNKNOWN\r\n", "", ""},
      {"v1 UNKNOWN with addresses", "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", "", ""},
      {"v1 UNKNOWN of the longest", longest_v1(), "", ""},
      {"v2 TCP over IPv4", proxy_v2(0x21, 0x11, ipv4_addresses()), "192.0.2.1:56324",
       "192.0.2.2:443"},
      {"v2 TCP over IPv6", proxy_v2(0x21, 0x21, ipv6_addresses()), "[2001:db8::1]:56324",
       "[2001:db8::2]:443"},
      {"v2 Unix", proxy_v2(0x21, 0x31, unix_name("/run/client") + unix_name("/run/app.sock")),
       "/run/client", "/run/app.sock"},
      {"v2 Unix, a client without a name",
       proxy_v2(0x21, 0x31, unix_name("") + unix_name("/run/app.sock")), "", "/run/app.sock"},
      {"v2 Unix, abstract",
       proxy_v2(0x21, 0x31, unix_name(std::string("\0a", 2)) + unix_name("/run/app.sock")), "@a",
       "/run/app.sock"},
      {"v2 LOCAL", proxy_v2(0x20, 0x00, ""), "", ""},
      {"v2 LOCAL with addresses", proxy_v2(0x20, 0x11, ipv4_addresses()), "", ""},
      {"v2 LOCAL with anything", proxy_v2(0x20, 0xFF, "anything"), "", ""},
      {"v2 without a family", proxy_v2(0x21, 0x00, ""), "", ""},
      {"v2 without a family, with anything", proxy_v2(0x21, 0x00, "any"), "", ""},
      {"v2 with values of no use",
       proxy_v2(
           0x21, 0x11,
           ipv4_addresses() + value(0x04, "padding") + value(0xEA, "amazon") + value(0x05, "")),
       "192.0.2.1:56324", "192.0.2.2:443"},
  };
  return cases;
}

TEST(ProxyProtocol, Accepts) {
  for (const Accepted& c : accepted()) {
    // What follows belongs to the connection, even if it looks like a header.
    for (const std::string& rest : {std::string(), std::string("GET / HTTP/1.1\r\n"), c.header}) {
      const std::string input = c.header + rest;
      const ProxyResult result = parse_proxy_header(input);
      ASSERT_EQ(result.status, ProxyStatus::done) << c.name << ": " << result.error;
      EXPECT_EQ(result.consumed, c.header.size()) << c.name;
      EXPECT_EQ(result.header.has_addresses, *c.destination != '\0') << c.name;
      EXPECT_EQ(result.header.source.to_string(), c.source) << c.name;
      EXPECT_EQ(result.header.destination.to_string(), c.destination) << c.name;
      EXPECT_EQ(result.header.version, c.header[0] == 'P' ? 1 : 2) << c.name;
    }
  }
}

TEST(ProxyProtocol, WaitsForTheRestWhereverItIsCut) {
  for (const Accepted& c : accepted()) {
    for (std::size_t cut = 0; cut < c.header.size(); ++cut) {
      const ProxyResult result = parse_proxy_header(std::string_view(c.header).substr(0, cut));
      EXPECT_EQ(result.status, ProxyStatus::need_more) << c.name << " cut at " << cut;
      EXPECT_EQ(result.consumed, 0U);
    }
  }
}

TEST(ProxyProtocol, ReadsTheValuesOfVersion2) {
  const std::string tls = std::string("\x05\0\0\0\0", 5) + value(0x21, "TLSv1.3");
  const std::string input = proxy_v2(
      0x21, 0x11,
      ipv4_addresses() + value(0x01, "h2") + value(0x02, "example.org") + value(0x20, tls));
  const ProxyResult result = parse_proxy_header(input);
  ASSERT_EQ(result.status, ProxyStatus::done) << result.error;
  EXPECT_EQ(result.header.alpn, "h2");
  EXPECT_EQ(result.header.authority, "example.org");
  EXPECT_TRUE(result.header.tls);
  const std::string plain =
      proxy_v2(0x21, 0x11, ipv4_addresses() + value(0x20, std::string("\0\0\0\0\x01", 5)));
  EXPECT_FALSE(parse_proxy_header(plain).header.tls);
}

TEST(ProxyProtocol, ChecksAChecksum) {
  // Computed by another implementation, which gives 0xE3069283 for "123456789".
  const std::string right("\xC0\xC7\x56\x58", 4);
  std::string input =
      proxy_v2(0x21, 0x11, ipv4_addresses() + value(0x03, std::string("CRC!", 4)) + value(4, "x"));
  const std::size_t at = input.find("CRC!");
  input.replace(at, 4, right);
  EXPECT_EQ(parse_proxy_header(input).status, ProxyStatus::done) << parse_proxy_header(input).error;
  for (std::size_t i = 16; i < input.size(); ++i) {
    if (i == at - 3) continue;  // its type: then it is no checksum
    std::string wrong = input;
    wrong[i] = static_cast<char>(wrong[i] ^ 0x10);
    EXPECT_NE(parse_proxy_header(wrong).status, ProxyStatus::done) << "changed at " << i;
  }
}

TEST(ProxyProtocol, Refuses) {
  struct Refused {
    std::string input;
    const char* error;
  };
  const std::vector<Refused> cases = {
      {"GET / HTTP/1.1\r\n", "no header"},
      {"x", "no header"},
      {"PROXz", "no header"},
      {"proxy TCP4 ", "no header"},
      {"\r\n\r\n\r\n", "no header"},
      {"P\r\n", "no header"},
      {"PROXY\r\n", "no header"},
      {"PROXY \r\n", "neither TCP4, TCP6 nor UNKNOWN"},
      {"PROXY TCP4\r\n", "neither TCP4, TCP6 nor UNKNOWN"},
      {"PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", "neither TCP4, TCP6 nor UNKNOWN"},
      {"PROXY UNKNOWNX\r\n", "neither TCP4, TCP6 nor UNKNOWN"},
      {"PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n", "neither TCP4, TCP6 nor UNKNOWN"},
      {"PROXY TCP4 \r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n", "malformed addresses"},
      {"PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2.1\t192.0.2.2 1 2\r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n", "malformed addresses"},
      {"PROXY TCP4 ::1 ::2 1 2\r\n", "malformed addresses"},
      {"PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n", "malformed addresses"},
      {"PROXY TCP6 [::1] [::2] 1 2\r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n", "malformed addresses"},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 1 \r\n", "malformed addresses"},
      {std::string("PROXY TCP4 192.0.2.1\0 192.0.2.2 1 2\r\n", 38), "malformed addresses"},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n", "a line that does not end by CR LF"},
      {"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\rX", "a line that does not end by CR LF"},
      {"PROXY UNKNOWN \r x\r\n", "a line that does not end by CR LF"},
      {"PROXY UNKNOWN " + std::string(93, 'x'), "a line that is too long"},
      {"PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", "a line that is too long"},
      {std::string(kProxySignature) + "\x11", "another version"},
      {std::string(kProxySignature) + "\x31", "another version"},
      {proxy_v2(0x22, 0x11, ipv4_addresses()), "another command than LOCAL and PROXY"},
      {proxy_v2(0x2F, 0x11, ipv4_addresses()), "another command than LOCAL and PROXY"},
      {proxy_v2(0x21, 0x01, ""), "a family of addresses that no stream has"},
      {proxy_v2(0x21, 0x10, ipv4_addresses()), "a family of addresses that no stream has"},
      {proxy_v2(0x21, 0x12, ipv4_addresses()), "a family of addresses that no stream has"},
      {proxy_v2(0x21, 0x22, ipv6_addresses()), "a family of addresses that no stream has"},
      {proxy_v2(0x21, 0x32, std::string(216, 'x')), "a family of addresses that no stream has"},
      {proxy_v2(0x21, 0x41, ipv4_addresses()), "a family of addresses that no stream has"},
      {proxy_v2(0x21, 0x11, ipv4_addresses().substr(1)), "too short for its addresses"},
      {proxy_v2(0x21, 0x21, ipv6_addresses().substr(1)), "too short for its addresses"},
      {proxy_v2(0x21, 0x31, std::string(215, 'x')), "too short for its addresses"},
      {proxy_v2(0x21, 0x11, ""), "too short for its addresses"},
      {proxy_v2(0x21, 0x11, ipv4_addresses() + "\x04"), "a malformed value"},
      {proxy_v2(0x21, 0x11, ipv4_addresses() + value(4, "xy").substr(0, 4)), "a malformed value"},
      {proxy_v2(0x21, 0x11, ipv4_addresses() + value(0x20, "\x01")), "a malformed value"},
      {proxy_v2(0x21, 0x11, ipv4_addresses() + value(0x03, "123")), "a malformed value"},
      {proxy_v2(0x21, 0x11, ipv4_addresses() + value(0x03, "1234")), "a wrong checksum"},
  };
  for (const Refused& c : cases) {
    const ProxyResult result = parse_proxy_header(c.input);
    EXPECT_EQ(result.status, ProxyStatus::failed) << c.input;
    EXPECT_STREQ(result.error, c.error) << c.input;
  }
}

TEST(ProxyProtocol, KeepsToTheBound) {
  const auto of_size = [](std::size_t size) {
    const std::size_t fixed = kProxySignature.size() + 4 + ipv4_addresses().size() + 3;
    return proxy_v2(0x21, 0x11, ipv4_addresses() + value(4, std::string(size - fixed, 'x')));
  };
  EXPECT_EQ(parse_proxy_header(of_size(4096)).status, ProxyStatus::done);
  EXPECT_EQ(parse_proxy_header(of_size(4097)).status, ProxyStatus::failed);
  EXPECT_EQ(parse_proxy_header(of_size(600), 600).status, ProxyStatus::done);
  // It is known from the length alone, before the rest has come.
  const std::string longer = of_size(601);
  EXPECT_EQ(parse_proxy_header(longer.substr(0, 15), 600).status, ProxyStatus::need_more);
  EXPECT_EQ(parse_proxy_header(longer.substr(0, 16), 600).status, ProxyStatus::failed);
  EXPECT_EQ(parse_proxy_header(longer.substr(0, 16), 0).status, ProxyStatus::failed);
}

TEST(ProxyProtocol, WithTheBoundOfInputItNeverAsksForMore) {
  std::mt19937 random(4711);
  for (int i = 0; i < 2000; ++i) {
    std::string input(i % 2 == 0 ? std::string_view("PROXY ") : kProxySignature);
    while (input.size() < 4096) input += static_cast<char>(random());
    if (i % 4 == 1) input.replace(12, 2, "\x21\x11");
    const ProxyResult whole = parse_proxy_header(input);
    ASSERT_NE(whole.status, ProxyStatus::need_more);
    // More input never changes a decision.
    for (std::size_t cut = 0; cut < 300; ++cut) {
      const ProxyResult part = parse_proxy_header(std::string_view(input).substr(0, cut));
      if (part.status == ProxyStatus::need_more) continue;
      ASSERT_EQ(part.status, whole.status) << i << " cut at " << cut;
      ASSERT_EQ(part.consumed, whole.consumed);
      break;
    }
  }
}

}  // namespace
