// Eight bytes at a time give what byte by byte gives, whatever the length and the place.
#include "base/byte_words.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::byte_words {
namespace {

constexpr std::size_t kLengths = 70;

TEST(ByteWords, AnySeesEveryByteAndNothingElse) {
  const auto has_slash = [](std::uint64_t word) { return has(word, '/'); };
  for (std::size_t length = 0; length < kLengths; ++length) {
    const std::string none(length, 'x');
    EXPECT_FALSE(any(none, 'y', has_slash)) << length;
    for (std::size_t at = 0; at < length; ++at) {
      std::string one = none;
      one[at] = '/';
      EXPECT_TRUE(any(one, 'y', has_slash)) << length << " " << at;
    }
  }
}

TEST(ByteWords, ForEachVisitsEachInOrder) {
  for (std::size_t length = 0; length < kLengths; ++length) {
    for (unsigned pattern = 0; pattern < 64; ++pattern) {
      std::string text;
      std::vector<std::size_t> expected;
      for (std::size_t at = 0; at < length; ++at) {
        // What is one off, or differs in the highest bit, is another byte.
        const bool wanted = ((pattern >> (at % 6)) & 1) != 0;
        text += wanted        ? '/'
                : at % 3 == 0 ? '.'
                : at % 3 == 1 ? '0'
                              : static_cast<char>('/' | 0x80);
        if (wanted) expected.push_back(at);
      }
      std::vector<std::size_t> visited;
      for_each(text, '/', [&](std::size_t at) { visited.push_back(at); });
      EXPECT_EQ(visited, expected) << text;
    }
  }
}

TEST(ByteWords, SameAndCommonPrefixSeeTheFirstDifference) {
  for (std::size_t length = 0; length < kLengths; ++length) {
    const std::string text(length, 'x');
    EXPECT_TRUE(same(text, std::string(length, 'x')));
    EXPECT_FALSE(same(text, text + "x"));
    EXPECT_EQ(common_prefix(text, text + "x"), length);
    for (std::size_t at = 0; at < length; ++at) {
      std::string other = text;
      other[at] = 'y';
      EXPECT_FALSE(same(text, other)) << length << " " << at;
      EXPECT_EQ(common_prefix(text, other), at) << length;
    }
  }
}

TEST(ByteWords, AWordHasAByteOrNot) {
  constexpr std::uint64_t kLetters = 0x6161616161616161;
  for (unsigned place = 0; place < 64; place += 8) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      const std::uint64_t word =
          (kLetters & ~(std::uint64_t{0xff} << place)) | (std::uint64_t{byte} << place);
      EXPECT_EQ(has(word, 'b'), byte == 'b') << byte;
      EXPECT_EQ(has_below(word, 0x21), byte < 0x21) << byte;
      EXPECT_EQ(has_below(word, 0x61), byte < 0x61) << byte;
      EXPECT_EQ(has_above_ascii(word), byte >= 0x80) << byte;
    }
  }
}

// Each byte beside each other one, so that what a carry does is seen.
TEST(ByteWords, PlainIsWhatStandsForItselfBetweenQuotes) {
  const auto plain = [](unsigned byte, char first) {
    return byte >= static_cast<unsigned>(first) && byte < 0x7f && byte != '"' && byte != '\\';
  };
  for (const char first : {' ', '!'}) {
    for (unsigned left = 0; left < 256; ++left) {
      for (unsigned right = 0; right < 256; ++right) {
        char text[] = "abcdefgh";
        text[3] = static_cast<char>(left);
        text[4] = static_cast<char>(right);
        ASSERT_EQ(is_plain(load(text), static_cast<unsigned char>(first)),
                  plain(left, first) && plain(right, first))
            << left << ' ' << right;
      }
    }
  }
}

}  // namespace
}  // namespace hawkcache::byte_words
