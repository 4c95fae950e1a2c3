#include "shared_store/lua_script.hpp"

#include <algorithm>
#include <array>

#include <openssl/sha.h>

namespace hawkcache::shared_store {
namespace {

std::string sha1_hex(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += kHex[byte >> 4];
    hex += kHex[byte & 15];
  }
  return hex;
}

}  // namespace

LuaScript::LuaScript(std::initializer_list<std::string_view> pieces) {
  for (const std::string_view piece : pieces) source_ += piece;
  sha1_ = sha1_hex(source_);
  script_ = {.source = source_, .sha1 = sha1_};
}

Duration within_limits(Duration ttl) noexcept { return std::clamp(ttl, Duration(1), kLongestTtl); }

std::string digits(Duration duration) { return std::to_string(duration.count()); }

}  // namespace hawkcache::shared_store
