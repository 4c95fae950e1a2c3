#include "redis/reply.hpp"

#include "unit/redis/client_fixture.hpp"
#include "unit/redis/scripted_redis.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace hawkcache::redis {
namespace {

using test::bulk;
using test::text_of;

struct Case {
  std::string bytes;
  std::string expected;  // all replies, "E" for an error, "?" where more is needed
};

std::string read_all(ReplyReader& reader) {
  std::string text;
  for (;;) {
    const Result<std::optional<Reply>> reply = reader.next();
    if (reply.has_error()) return text + "E";
    if (!reply->has_value()) return text;
    text += text_of(**reply) + " ";
  }
}

const Case kCases[] = {
    {"+OK\r\n", "+OK "},
    {"+\r\n", "+ "},
    {"-ERR no\r\n:42\r\n", "-ERR no :42 "},
    {":-9223372036854775808\r\n", ":-9223372036854775808 "},
    {"$0\r\n\r\n", " "},
    {"$-1\r\n*-1\r\n", "(nil) (nil) "},
    {std::string("$5\r\na\r\n\0b\r\n", 11), std::string("a\r\n\0b ", 6)},
    {"*0\r\n", "[] "},
    {"*3\r\n$1\r\na\r\n*2\r\n:1\r\n*1\r\n+b\r\n$-1\r\n", "[a, [:1, [+b]], (nil)] "},
    {"$3\r\nab", ""},
    {"*2\r\n:1\r\n", ""},
    {"x\r\n", "E"},
    {"+OK\r\n\r\n", "+OK E"},
    {":abc\r\n", "E"},
    {"$x\r\n", "E"},
    {"$-2\r\n", "E"},
    {"*-2\r\n", "E"},
    {"*99999999999\r\n", "E"},
    // Longer than anything that is stored, as soon as its length is there.
    {"$100000000\r\n", "E"},
    {"*1\r\n$100000000\r\n", "E"},
    {"$9223372036854775807\r\n", "E"},
};

TEST(ReplyReaderTest, ReadsWhatCameAtOnce) {
  for (const Case& row : kCases) {
    ReplyReader reader;
    reader.feed(row.bytes);
    EXPECT_EQ(read_all(reader), row.expected) << row.bytes;
  }
}

TEST(ReplyReaderTest, ReadsWhatComesByteByByte) {
  for (const Case& row : kCases) {
    ReplyReader reader;
    std::string text;
    for (std::size_t i = 0; i < row.bytes.size() && !text.ends_with('E'); ++i) {
      reader.feed(std::string_view(row.bytes).substr(i, 1));
      text += read_all(reader);
    }
    EXPECT_EQ(text, row.expected) << row.bytes;
  }
}

TEST(ReplyReaderTest, StaysOfNoUseAfterAnError) {
  ReplyReader reader;
  reader.feed("x");
  EXPECT_TRUE(reader.next().has_error());
  reader.feed("+OK\r\n");
  EXPECT_TRUE(reader.next().has_error());
}

TEST(ReplyReaderTest, BoundsWhatMayNest) {
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "*1\r\n";
  ReplyReader reader;
  reader.feed(deep + "+x\r\n");
  EXPECT_TRUE(reader.next().has_error());
}

TEST(ReplyReaderTest, BoundsLinesThatDoNotEnd) {
  for (const char* sign : {"+", "$", "*", ":", "$1\rx"}) {
    ReplyReader reader;
    reader.feed(sign);
    Result<std::optional<Reply>> reply = reader.next();
    for (int i = 0; i < 100 && !reply.has_error(); ++i) {
      reader.feed(std::string(1024, '1'));
      reply = reader.next();
    }
    EXPECT_TRUE(reply.has_error()) << sign;
  }
}

TEST(ReplyReaderTest, BoundsTheNumberOfElements) {
  ReplyReader reader;
  std::string many = "*2000000\r\n";
  for (int i = 0; i < 2'000'000; ++i) many += ":1\r\n";
  reader.feed(many);
  EXPECT_TRUE(reader.next().has_error());
}

TEST(ReplyReaderTest, BoundsAWholeReply) {
  ReplyReader reader;
  const std::string part = bulk(std::string(30u << 20, 'x'));
  reader.feed("*3\r\n");
  for (int i = 0; i < 2; ++i) {
    reader.feed(part);
    EXPECT_TRUE(reader.next().has_value());
  }
  reader.feed(part);
  EXPECT_TRUE(reader.next().has_error());
}

// In the pieces that a socket gives; with work that grew with the square it would take minutes.
TEST(ReplyReaderTest, ReadsALargeTextInSmallPieces) {
  const std::string large(64u << 20, 'x');
  const std::string bytes = bulk(large);
  ReplyReader reader;
  for (std::size_t at = 0; at < bytes.size(); at += 16 * 1024) {
    const Result<std::optional<Reply>> none = reader.next();
    ASSERT_TRUE(none.has_value() && !none->has_value());
    reader.feed(std::string_view(bytes).substr(at, 16 * 1024));
  }
  const Result<std::optional<Reply>> reply = reader.next();
  ASSERT_TRUE(reply.has_value() && reply->has_value());
  EXPECT_TRUE((*reply)->text == large);
}

TEST(ReplyTest, KnowsAnErrorByItsFirstWord) {
  Reply reply;
  reply.type = Reply::Type::error;
  reply.text = "MOVED 1 a:1";
  EXPECT_TRUE(reply.is_error("MOVED"));
  EXPECT_FALSE(reply.is_error("MOVE"));
  reply.text = "BUSY";
  EXPECT_TRUE(reply.is_error("BUSY"));
  reply.type = Reply::Type::status;
  EXPECT_FALSE(reply.is_error("BUSY"));
}

}  // namespace
}  // namespace hawkcache::redis
