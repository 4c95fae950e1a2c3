#include "store/packed_numbers.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

std::string readable(const NumberPacker& packer) {
  return std::string(packer.bytes()) + std::string(sizeof(std::uint64_t), '\xff');
}

TEST(PackedNumbers, take_no_more_than_they_need) {
  struct Case {
    std::uint64_t value;
    std::size_t size;
  };
  for (const Case& one : {Case{0, 0},
                          {1, 2},
                          {65'535, 2},
                          {65'536, 4},
                          {UINT32_MAX, 4},
                          {std::uint64_t{UINT32_MAX} + 1, 8},
                          {UINT64_MAX, 8}}) {
    NumberPacker packer;
    packer.number(one.value);
    EXPECT_EQ(packer.bytes().size(), one.size) << one.value;
    const std::string bytes = readable(packer);
    EXPECT_EQ(NumberReader(packer.widths(), bytes.data()).number(), one.value);
  }
}

TEST(PackedNumbers, whole_seconds_take_less) {
  struct Case {
    std::int64_t milliseconds;
    std::size_t size;
  };
  for (const Case& one : {Case{0, 0},
                          {1000, 2},
                          {65'535'000, 2},
                          {65'536'000, 4},
                          {1, 8},
                          {-1000, 8},
                          {1'764'000'000'000, 4},
                          {INT64_MAX, 8},
                          {INT64_MIN, 8},
                          {4'294'967'296'000, 8}}) {
    NumberPacker packer;
    packer.milliseconds(one.milliseconds);
    EXPECT_EQ(packer.bytes().size(), one.size) << one.milliseconds;
    const std::string bytes = readable(packer);
    EXPECT_EQ(NumberReader(packer.widths(), bytes.data()).milliseconds(), one.milliseconds);
  }
}

TEST(PackedNumbers, are_skipped_as_if_they_were_read) {
  NumberPacker packer;
  for (std::uint64_t i = 0; i < NumberPacker::kMost; ++i) {
    packer.number(i % 3 == 0 ? UINT64_MAX - i : i % 4 == 0 ? 0 : 1 + (i << (3 * (i % 8))));
  }
  const std::string bytes = readable(packer);
  NumberReader reading(packer.widths(), bytes.data());
  for (std::size_t count = 0; count < NumberPacker::kMost; ++count) {
    NumberReader skipping(packer.widths(), bytes.data());
    skipping.skip(count);
    EXPECT_EQ(skipping.at(), reading.at()) << count;
    EXPECT_EQ(skipping.number(), reading.number()) << count;
  }
  NumberReader to_the_end(packer.widths(), bytes.data());
  to_the_end.skip(NumberPacker::kMost);
  EXPECT_EQ(to_the_end.at(), bytes.data() + packer.bytes().size());
}

TEST(PackedNumbers, come_back_in_their_order) {
  NumberPacker packer;
  packer.number(7);
  packer.optional_milliseconds(std::nullopt);
  packer.optional_milliseconds(0);
  packer.number(0);
  packer.milliseconds(1'700'000'000'123);
  packer.number(UINT32_MAX);
  const std::string bytes = readable(packer);
  NumberReader reader(packer.widths(), bytes.data());
  EXPECT_EQ(reader.number(), 7u);
  EXPECT_EQ(reader.optional_milliseconds(), std::nullopt);
  EXPECT_EQ(reader.optional_milliseconds(), 0);
  EXPECT_EQ(reader.number(), 0u);
  EXPECT_EQ(reader.milliseconds(), 1'700'000'000'123);
  EXPECT_EQ(reader.number(), UINT32_MAX);
  EXPECT_EQ(reader.at(), bytes.data() + packer.bytes().size());
  NumberReader later(packer.widths(), bytes.data());
  EXPECT_FALSE(later.is_nothing(2));
  later.skip(3);
  EXPECT_TRUE(later.is_nothing(1));
  EXPECT_FALSE(later.is_nothing(2));
  later.skip(2);
  EXPECT_EQ(later.number(), UINT32_MAX);
}

}  // namespace
}  // namespace hawkcache::store
