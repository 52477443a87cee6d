// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/network.h>

#include <gtest/gtest.h>
#include <tests/core/net/support.h>

#include <string>
#include <string_view>

namespace {

using eddy::Address;
using eddy::Network;
using eddy::NetworkSet;
using eddy::core_test::text_of_error;

Address ip(std::string_view host) {
  std::error_code error;
  const Address address = Address::parse(host, 4711, error);
  EXPECT_FALSE(error) << host;
  return address;
}

Address local(std::string_view path) {
  std::error_code error;
  return Address::local(path, error);
}

TEST(Network, ContainsWhatItsPrefixCovers) {
  struct Case {
    const char* network;
    const char* address;
    bool expected;
  };
  const Case cases[] = {
      {"10.0.0.0/8", "10.255.0.1", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"10.0.0.0/8", "9.255.255.255", false},
      {"192.0.2.128/25", "192.0.2.128", true},
      {"192.0.2.128/25", "192.0.2.127", false},
      {"192.0.2.6/31", "192.0.2.7", true},
      {"192.0.2.6/31", "192.0.2.8", false},
      {"192.0.2.1", "192.0.2.1", true},
      {"192.0.2.1/32", "192.0.2.0", false},
      {"0.0.0.0/0", "255.255.255.255", true},
      {"0.0.0.0/0", "::1", false},
      {"::/0", "2001:db8::1", true},
      {"::/0", "10.0.0.1", false},
      {"::1", "::1", true},
      {"::1", "::2", false},
      {"2001:db8::/33", "2001:db8:7fff::", true},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"fe80::/10", "febf::1", true},
      {"fe80::/10", "fec0::1", false},
      // IPv4 in the clothes of IPv6, on either side.
      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"::ffff:10.0.0.0/104", "10.1.2.3", true},
      {"::ffff:10.0.0.0/104", "::ffff:10.1.2.3", true},
      {"::ffff:10.0.0.0/104", "11.1.2.3", false},
      {"::/0", "::ffff:10.1.2.3", false},
      {"::ffff:0:0/96", "192.0.2.1", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Network(c.network).contains(ip(c.address)), c.expected)
        << c.network << " " << c.address;
    EXPECT_FALSE(Network(c.network).contains(local("/run/app.sock")));
    EXPECT_FALSE(Network(c.network).contains(Address()));
  }
}

TEST(Network, OfUnixSockets) {
  const Network network("unix:");
  EXPECT_TRUE(network.contains(local("/run/app.sock")));
  EXPECT_TRUE(network.contains(local("@name")));
  EXPECT_FALSE(network.contains(ip("127.0.0.1")));
  EXPECT_FALSE(network.contains(Address()));
  Address nameless = local("/x");
  nameless.set_size(2);
  EXPECT_TRUE(network.contains(nameless)) << "as clients are";
}

TEST(Network, SaysWhatIsWrongWithIt) {
  struct Case {
    std::string_view text;
    const char* expected;
  };
  const Case cases[] = {
      {"", "network : it has no numeric IPv4 or IPv6 address"},
      {"localhost", "network localhost: it has no numeric IPv4 or IPv6 address"},
      {"10.0.0/8", "network 10.0.0/8: it has no numeric IPv4 or IPv6 address"},
      {"010.0.0.0/8", "network 010.0.0.0/8: it has no numeric IPv4 or IPv6 address"},
      {"fe80::1%eth0", "network fe80::1%eth0: it has no numeric IPv4 or IPv6 address"},
      {"10.0.0.0/", "network 10.0.0.0/: its prefix is not 0 to 32"},
      {"10.0.0.0/33", "network 10.0.0.0/33: its prefix is not 0 to 32"},
      {"10.0.0.0/-8", "network 10.0.0.0/-8: its prefix is not 0 to 32"},
      {"10.0.0.0/08", "network 10.0.0.0/08: its prefix is not 0 to 32"},
      {"10.0.0.0/8 ", "network 10.0.0.0/8 : its prefix is not 0 to 32"},
      {"10.0.0.0/255.0.0.0", "network 10.0.0.0/255.0.0.0: its prefix is not 0 to 32"},
      {"10.0.0.0/99999999999", "network 10.0.0.0/99999999999: its prefix is not 0 to 32"},
      {"::/129", "network ::/129: its prefix is not 0 to 128"},
      {"10.0.0.1/8", "network 10.0.0.1/8: it has bits beyond its prefix"},
      {"2001:db8::1/64", "network 2001:db8::1/64: it has bits beyond its prefix"},
      {"::ffff:0:0/95", "network ::ffff:0:0/95: it has bits beyond its prefix"},
      {"unix:/run/app.sock", "network unix:/run/app.sock: it has no numeric IPv4 or IPv6 address"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(text_of_error([&] { (void)Network(c.text); }), c.expected);
    std::error_code error;
    const Network network = Network::parse(c.text, error);
    EXPECT_EQ(error, std::errc::invalid_argument) << c.text;
    EXPECT_FALSE(network.contains(ip("10.0.0.1")) || network.contains(local("/x"))) << c.text;
  }
  EXPECT_FALSE(text_of_error([] { (void)Network(std::string_view("10.0.0.1\0/8", 11)); }).empty());
}

TEST(Network, IsWrittenAsItIsUnderstood) {
  EXPECT_EQ(Network("10.0.0.0/8").to_string(), "10.0.0.0/8");
  EXPECT_EQ(Network("::1").to_string(), "::1/128");
  EXPECT_EQ(Network("::ffff:10.0.0.0/104").to_string(), "10.0.0.0/8");
  EXPECT_EQ(Network("unix:").to_string(), "unix:");
}

TEST(NetworkSet, ContainsWhatOneOfThemDoes) {
  const NetworkSet set = {"127.0.0.0/8", "::1", "unix:"};
  EXPECT_EQ(set.size(), 3U);
  EXPECT_TRUE(set.contains(ip("127.9.9.9")));
  EXPECT_TRUE(set.contains(ip("::1")));
  EXPECT_TRUE(set.contains(local("/run/app.sock")));
  EXPECT_FALSE(set.contains(ip("192.0.2.1")));
  EXPECT_FALSE(NetworkSet().contains(ip("127.0.0.1")));
  EXPECT_TRUE(NetworkSet().empty());
}

TEST(NetworkSet, FromASetting) {
  const NetworkSet set = NetworkSet::parse(" 10.0.0.0/8,192.0.2.1 , ::1\tunix:\n");
  EXPECT_EQ(set.size(), 4U);
  EXPECT_TRUE(set.contains(ip("192.0.2.1")));
  EXPECT_TRUE(NetworkSet::parse(" , ").empty());
  EXPECT_EQ(text_of_error([] { (void)NetworkSet::parse("::1, everyone"); }),
            "network everyone: it has no numeric IPv4 or IPv6 address");
  std::error_code error;
  EXPECT_TRUE(NetworkSet::parse("::1, everyone, 10.0.0.0/8", error).empty());
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_EQ(NetworkSet::parse("::1", error).size(), 1U);
  EXPECT_FALSE(error);
}

}  // namespace
