// An IP address as text, in the form of Asio's to_string(), which takes as long for an IPv4 address
// as the look-up of a stored response does. Any thread.
#pragma once

#include "net/asio.hpp"

#include <string>

#include <boost/asio/ip/address.hpp>

namespace hawkcache::net {

std::string text_of(const asio::ip::address& address);

}  // namespace hawkcache::net
