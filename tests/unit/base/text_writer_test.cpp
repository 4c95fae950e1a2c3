#include "base/text_writer.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache {
namespace {

TEST(TextWriter, WritesAtTheEndOfWhatIsThere) {
  std::string out = "Age: ";
  {
    TextWriter writer(out);
    writer.number(42);
    writer.text("");
    writer.text("\r\n");
  }
  EXPECT_EQ(out, "Age: 42\r\n");
}

TEST(TextWriter, LeavesAnUntouchedStringAsItWas) {
  std::string out = "abc";
  { const TextWriter writer(out); }
  EXPECT_EQ(out, "abc");
}

TEST(TextWriter, WritesEveryNumber) {
  for (const std::int64_t number : {std::int64_t{0},
                                    std::int64_t{-1},
                                    std::numeric_limits<std::int64_t>::max(),
                                    std::numeric_limits<std::int64_t>::min()}) {
    std::string out;
    { TextWriter(out).number(number); }
    EXPECT_EQ(out, std::to_string(number));
  }
}

// Pieces of all sizes, smaller and larger than the room a writer takes at a time.
TEST(TextWriter, GrowsWithWhatIsWritten) {
  std::string out;
  std::string expected;
  {
    TextWriter writer(out);
    for (std::size_t size = 0; size < 700; size += 7) {
      const std::string piece(size, static_cast<char>('a' + size % 26));
      writer.text(piece);
      writer.number(static_cast<std::int64_t>(size));
      expected += piece + std::to_string(size);
    }
  }
  EXPECT_EQ(out, expected);
}

}  // namespace
}  // namespace hawkcache
