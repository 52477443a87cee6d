// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/address.h>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace {

using eddy::Address;

TEST(Address, IsNumericOnly) {
  std::error_code error;
  for (const std::string_view host :
       {std::string_view(), std::string_view("localhost"), std::string_view("127.0.0.1 "),
        std::string_view("127.1"), std::string_view("0x7f.0.0.1"), std::string_view("[::1]"),
        std::string_view("::1%lo"), std::string_view("127.0.0.1\0x", 11)}) {
    const Address address = Address::parse(host, 80, error);
    EXPECT_EQ(error, std::errc::invalid_argument) << host;
    EXPECT_EQ(address.family(), Address::Family::unspecified) << host;
  }
  EXPECT_EQ(Address::parse("2001:DB8::0:1", 80, error).to_string(), "[2001:db8::1]:80");
  EXPECT_FALSE(error);
}

TEST(Address, TellsAMappedIpv4Address) {
  std::error_code error;
  EXPECT_EQ(Address::parse("::ffff:192.0.2.1", 80, error).unmapped().to_string(), "192.0.2.1:80");
  for (const char* host : {"::fffe:192.0.2.1", "1::ffff:192.0.2.1", "::1", "192.0.2.1"}) {
    const Address address = Address::parse(host, 80, error);
    EXPECT_EQ(address.unmapped(), address) << host;
  }
  EXPECT_EQ(Address().unmapped(), Address());
}

TEST(Address, TellsTheMachinesOwn) {
  std::error_code error;
  for (const char* host : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(Address::parse(host, 80, error).is_loopback()) << host;
  }
  for (const char* host : {"0.0.0.0", "126.0.0.1", "128.0.0.1", "1.0.0.127", "::", "::2", "1::1",
                           "::127.0.0.1", "::ffff:128.0.0.1", "7f00::1"}) {
    EXPECT_FALSE(Address::parse(host, 80, error).is_loopback()) << host;
  }
  EXPECT_FALSE(Address().is_loopback());
  EXPECT_FALSE(Address::local("@127.0.0.1", error).is_loopback());
}

TEST(Address, FromItsBytesAndBack) {
  std::error_code error;
  for (const char* host : {"192.0.2.1", "2001:db8::1"}) {
    const Address address = Address::parse(host, 443, error);
    EXPECT_EQ(Address::from_ip(address.ip(), 443), address) << host;
    EXPECT_NE(Address::from_ip(address.ip(), 80), address) << host;
  }
  const std::array<unsigned char, 5> five{};
  EXPECT_EQ(Address::from_ip(five, 1).family(), Address::Family::unspecified);
  EXPECT_TRUE(Address::local("/run/app.sock", error).ip().empty());
}

TEST(Address, OfUnixSocketsCompareByName) {
  std::error_code error;
  EXPECT_EQ(Address::local("@a", error), Address::local(std::string_view("\0a", 2), error));
  EXPECT_NE(Address::local("@a", error), Address::local("a", error));
  EXPECT_NE(Address::local("/a", error), Address::local("/b", error));
  EXPECT_FALSE(Address::local("/a", error).is_abstract());
}

}  // namespace
