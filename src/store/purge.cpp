#include "store/purge.hpp"

#include "base/ascii.hpp"
#include "http/target.hpp"

namespace hawkcache::store {

std::string normalized_authority(std::string_view authority) {
  const std::string_view plain = http::without_default_port(authority, "http");
  // Of either scheme, but not one port after the other.
  return ascii::to_lower(
      plain.size() < authority.size() ? plain : http::without_default_port(authority, "https"));
}

}  // namespace hawkcache::store
