#include "base/sha256.hpp"

#include <array>
#include <cstddef>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace hawkcache {

std::string sha256_base64(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  constexpr std::size_t kSize = (SHA256_DIGEST_LENGTH + 2) / 3 * 4;
  std::array<unsigned char, kSize + 1> text{};  // EVP_EncodeBlock ends it with a zero
  EVP_EncodeBlock(text.data(), digest.data(), SHA256_DIGEST_LENGTH);
  return {text.begin(), text.begin() + kSize};
}

}  // namespace hawkcache
