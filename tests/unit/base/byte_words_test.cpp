#include "base/byte_words.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hawkcache::byte_words {
namespace {

std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 26);
  return text;
}

// Every size up to some words, and every place in it: nothing is missed where words end, and
// nothing is seen that is not there.
TEST(ByteWords, AnyFindsAByteWhereverItStands) {
  const auto is_blank = [](std::uint64_t word) { return has(word, ' '); };
  for (std::size_t size = 0; size <= 40; ++size) {
    std::string text = text_of(size);
    EXPECT_FALSE(any(text, '.', is_blank)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = ' ';
      EXPECT_TRUE(any(text, '.', is_blank)) << at << " of " << size;
      text[at] = 'x';
    }
  }
}

TEST(ByteWords, AWordHasAByteOrNot) {
  for (int place = 0; place < 64; place += 8) {
    for (int byte = 0; byte < 256; ++byte) {
      const std::uint64_t word =
          (std::uint64_t{0x6161616161616161} & ~(std::uint64_t{0xff} << place)) |
          (std::uint64_t(static_cast<unsigned>(byte)) << place);
      EXPECT_EQ(has(word, 'b'), byte == 'b') << byte;
      EXPECT_EQ(has_below(word, 0x21), byte < 0x21) << byte;
      EXPECT_EQ(has_below(word, 0x61), byte < 0x61) << byte;
      EXPECT_EQ(has_above_ascii(word), byte >= 0x80) << byte;
    }
  }
}

TEST(ByteWords, TheCommonPrefixEndsAtTheFirstDifference) {
  EXPECT_EQ(common_prefix("", ""), 0U);
  EXPECT_EQ(common_prefix("", "a"), 0U);
  for (std::size_t size = 1; size <= 70; ++size) {
    const std::string text = text_of(size);
    EXPECT_EQ(common_prefix(text, text), size);
    EXPECT_EQ(common_prefix(text, text + "more"), size);
    EXPECT_EQ(common_prefix(text + "more", text), size);
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = text;
      other[at] = '!';
      EXPECT_EQ(common_prefix(text, other), at) << size;
    }
  }
}

}  // namespace
}  // namespace hawkcache::byte_words
