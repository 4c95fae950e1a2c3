#include "net/address_text.hpp"

#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

TEST(AddressText, IsWhatAsioWrites) {
  for (const char* text : {"0.0.0.0",
                           "1.2.3.4",
                           "10.200.30.99",
                           "127.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "2001:db8::8:800:200c:417a",
                           "::ffff:192.0.2.1"}) {
    const asio::ip::address address = asio::ip::make_address(text);
    EXPECT_EQ(text_of(address), address.to_string());
    EXPECT_EQ(text_of(address), text);
  }
}

}  // namespace
}  // namespace hawkcache::net
