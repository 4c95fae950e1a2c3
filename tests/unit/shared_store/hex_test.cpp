#include "shared_store/hex.hpp"

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

TEST(Hex, writes_all_digits_and_reads_them_back) {
  for (const std::uint64_t number :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x0123456789abcdef}, UINT64_MAX}) {
    EXPECT_EQ(number_from_hex(to_hex(number)), number);
  }
  EXPECT_EQ(to_hex(std::uint64_t{0xbeef}), "000000000000beef");
  const Hash128 hash{.low = 1, .high = 0xab};
  EXPECT_EQ(to_hex(hash), "00000000000000ab0000000000000001");
  EXPECT_EQ(hash_from_hex(to_hex(hash)), hash);
}

TEST(Hex, reads_nothing_else) {
  for (const std::string_view text : {"",
                                      "0",
                                      "000000000000beeF",
                                      "000000000000bee ",
                                      "00000000000000beef",
                                      "0x0000000000beef",
                                      "-00000000000beef"}) {
    EXPECT_EQ(number_from_hex(text), std::nullopt) << text;
    EXPECT_EQ(hash_from_hex(text), std::nullopt) << text;
  }
  EXPECT_EQ(hash_from_hex("00000000000000ab000000000000000g"), std::nullopt);
}

}  // namespace
}  // namespace hawkcache::shared_store
