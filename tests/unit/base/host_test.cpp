#include "base/host.hpp"

#include <gtest/gtest.h>

namespace hawkcache {
namespace {

using namespace std::string_view_literals;

TEST(Host, KnowsLoopback) {
  for (const char* host :
       {"127.0.0.1", "127.255.0.9", "::1", "0:0:0:0:0:0:0:1", "localhost", "LOCALHOST"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const char* host : {"0.0.0.0",
                           "::",
                           "10.0.0.1",
                           "127.example.com",
                           "localhost.example.com",
                           "128.0.0.1",
                           "[::1]",
                           "127.1",
                           ""}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
  EXPECT_FALSE(is_loopback_host("127.0.0.1\0x"sv));
}

TEST(Host, FindsTheColonBeforeThePort) {
  EXPECT_EQ(port_colon("api:80"), 3U);
  EXPECT_EQ(port_colon("[::1]:80"), 5U);
  for (const char* text : {"api", "[::1]", ""})
    EXPECT_EQ(port_colon(text), std::string_view::npos) << text;
}

TEST(Host, OneAddressHasOneValue) {
  EXPECT_EQ(parse_ip_address("::1"), parse_ip_address("0:0::0:1"));
  EXPECT_TRUE(parse_ip_address("0.0.0.0")->is_wildcard());
  EXPECT_TRUE(parse_ip_address("::")->is_wildcard());
  EXPECT_NE(parse_ip_address("0.0.0.0"), parse_ip_address("::"));
  EXPECT_FALSE(parse_ip_address("api"));
}

}  // namespace
}  // namespace hawkcache
