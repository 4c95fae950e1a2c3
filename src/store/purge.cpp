#include "store/purge.hpp"

#include "base/ascii.hpp"

namespace hawkcache::store {

std::string normalized_authority(std::string_view authority) {
  for (const std::string_view port : {":80", ":443", ":"}) {
    if (authority.ends_with(port)) {
      authority.remove_suffix(port.size());
      break;
    }
  }
  return ascii::to_lower(authority);
}

}  // namespace hawkcache::store
