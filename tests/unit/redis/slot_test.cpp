#include "redis/slot.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace hawkcache::redis {
namespace {

struct Known {
  std::string_view key;
  std::uint16_t slot;
};

TEST(SlotTest, IsThatOfTheClusterSpecification) {
  constexpr Known kKnown[] = {
      {"", 0},
      {"123456789", 0x31c3},  // the check value of CRC16/XMODEM
      {"foo", 12182},
      {"bar", 5061},
      {"hello", 866},
      {"somekey", 11058},
      {"foo{hash_tag}", 2515},
      {"bar{hash_tag}", 2515},
  };
  for (const Known& known : kKnown) EXPECT_EQ(slot_of(known.key), known.slot) << known.key;
}

struct Pair {
  std::string_view key;
  std::string_view like;  // lies where this lies, which has no braces
};

TEST(SlotTest, GoesByWhatStandsBetweenTheFirstBraces) {
  constexpr Pair kPairs[] = {
      {"{user1000}.following", "user1000"},
      {"{user1000}.followers", "user1000"},
      {"foo{bar}{zap}", "bar"},
      {"x{bar}", "bar"},
      {"{bar}", "bar"},
      {"a}b{bar}", "bar"},
      {"hawk:r:{0123}:4567", "0123"},
  };
  for (const Pair& pair : kPairs) EXPECT_EQ(slot_of(pair.key), slot_of(pair.like)) << pair.key;
}

TEST(SlotTest, GoesByTheWholeKeyWhereNothingStandsBetweenThem) {
  // The slots that redis-server 7.0 names.
  constexpr Known kKnown[] = {
      {"foo{}{bar}", 8363}, {"foo{{bar}}zap", 4015}, {"{", 4092}, {"{}", 15257}, {"}{", 12793}};
  for (const Known& known : kKnown) EXPECT_EQ(slot_of(known.key), known.slot) << known.key;
}

TEST(SlotTest, TakesBytesOfAllKinds) {
  using namespace std::string_view_literals;
  EXPECT_EQ(slot_of("\0"sv), 0);
  EXPECT_LT(slot_of("\xff\xfe\x80{\xff}"sv), kSlots);
  EXPECT_EQ(slot_of("{\xff}a"sv), slot_of("\xff"sv));
}

}  // namespace
}  // namespace hawkcache::redis
