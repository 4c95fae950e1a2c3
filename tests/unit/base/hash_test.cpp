#include "base/hash.hpp"

#include "base/sha256.hpp"

#include <set>

#include <gtest/gtest.h>

namespace hawkcache {
namespace {

TEST(Hash128, DependsOnEveryByteAndOnTheLength) {
  std::set<Hash128> seen;
  seen.insert(hash128(""));
  for (std::size_t size = 1; size <= 300; ++size) {
    std::string text(size, '\0');
    EXPECT_TRUE(seen.insert(hash128(text)).second) << size;
    text[size / 2] = '\1';
    EXPECT_TRUE(seen.insert(hash128(text)).second) << size;
  }
  EXPECT_EQ(hash128("abc"), hash128(std::string("abc")));
}

// Hashes are kept in Redis: they must be the same in every build and on every machine.
TEST(Hash128, IsStable) {
  EXPECT_EQ(hash128("").low, 0x6001c324468d497fU);
  EXPECT_EQ(hash128("").high, 0x99aa06d3014798d8U);
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2U);
}

TEST(Hash64, DependsOnTheSeed) {
  EXPECT_NE(hash64("abc", 1), hash64("abc", 2));
  EXPECT_EQ(hash64("abc"), hash64("abc", 0));
}

TEST(Sha256Base64, IsTheWholeHash) {
  EXPECT_EQ(sha256_base64("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(sha256_base64(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST(CredentialDigest, IsHalfASha256InHex) {
  // SHA-256 of "abc" (FIPS 180-2) begins so
  EXPECT_EQ(credential_digest("abc"), "ba7816bf8f01cfea414140de5dae2223");
  EXPECT_EQ(credential_digest(""), "e3b0c44298fc1c149afbf4c8996fb924");
}

TEST(EqualInConstantTime, ComparesBytes) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "Secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secret2"));
  EXPECT_FALSE(equal_in_constant_time("secret", ""));
  EXPECT_FALSE(equal_in_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace hawkcache
