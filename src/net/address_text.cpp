#include "net/address_text.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace hawkcache::net {

std::string text_of(const asio::ip::address& address) {
  if (!address.is_v4()) return address.to_string();
  constexpr std::size_t kLongest = std::string_view("255.255.255.255").size();
  std::array<char, kLongest> text;
  char* end = text.data();
  for (const unsigned byte : address.to_v4().to_bytes()) {
    if (end != text.data()) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), byte).ptr;
  }
  return {text.data(), end};
}

}  // namespace hawkcache::net
