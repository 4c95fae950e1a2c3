#include "http/chunked.hpp"

#include <random>

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

using State = ChunkedDecoder::State;

struct Decoded {
  State state = State::more;
  std::string body;
  std::size_t consumed = 0;

  bool operator==(const Decoded&) const = default;
};

// Feeds `input` in pieces of at most `piece` bytes. What a step leaves unused is fed again.
Decoded decode(std::string_view input, std::size_t piece = SIZE_MAX) {
  ChunkedDecoder decoder;
  Decoded result;
  while (!input.empty()) {
    const ChunkedDecoder::Step step = decoder.next(input.substr(0, piece));
    result.state = step.state;
    result.consumed += step.consumed;
    result.body += step.data;
    input.remove_prefix(step.consumed);
    if (step.state == State::done || step.state == State::error) break;
    EXPECT_EQ(step.state == State::data, !step.data.empty());
    if (step.consumed == 0) {
      ADD_FAILURE() << "no progress";
      break;
    }
  }
  return result;
}

struct Whole {
  std::string_view input;
  std::string_view body;
};

constexpr Whole kWhole[] = {
    {"0\r\n\r\n", ""},
    {"000\r\n\r\n", ""},
    {"5\r\nhello\r\n0\r\n\r\n", "hello"},
    {"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"},
    {"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"},
    {"0000000000000005\r\nhello\r\n0\r\n\r\n", "hello"},
    {"00000000000000000000000005\r\nhello\r\n00000000000000000000\r\n\r\n", "hello"},
    {"2\r\n\r\n\r\n0\r\n\r\n", "\r\n"},
    // extensions
    {"5;a\r\nhello\r\n0\r\n\r\n", "hello"},
    {"5;a=b;c=\"d;e\\\" \xc3\xbc\t\"\r\nhello\r\n0;last\r\n\r\n", "hello"},
    {"5 \t; a = b ; c\r\nhello\r\n0\r\n\r\n", "hello"},
    // trailers
    {"0\r\nExpires: never\r\n\r\n", ""},
    {"1\r\nx\r\n0\r\nA: 1\r\nB:\r\nContent-Length: 5\t\r\n\r\n", "x"},
};

TEST(ChunkedDecoder, ReadsBodiesHoweverTheyArrive) {
  for (const Whole& c : kWhole) {
    SCOPED_TRACE(c.input);
    const std::string input = std::string(c.input) + "GET / HTTP/1.1\r\n";
    for (std::size_t piece = 1; piece <= input.size(); ++piece) {
      SCOPED_TRACE(piece);
      EXPECT_EQ(decode(input, piece), (Decoded{State::done, std::string(c.body), c.input.size()}));
    }
  }
}

TEST(ChunkedDecoder, AsksForMoreUntilTheLastByte) {
  for (const Whole& c : kWhole) {
    for (std::size_t size = 1; size < c.input.size(); ++size) {
      const Decoded decoded = decode(c.input.substr(0, size));
      EXPECT_TRUE(decoded.state == State::more || decoded.state == State::data)
          << c.input.substr(0, size);
      EXPECT_EQ(decoded.consumed, size);
    }
  }
  EXPECT_EQ(ChunkedDecoder().next("").state, State::more);
}

TEST(ChunkedDecoder, RefusesEverythingAmbiguous) {
  for (const std::string_view input : {
           // sizes
           "\r\n",
           "\n",
           " 5\r\n",
           "\t5\r\n",
           "+5\r\n",
           "-5\r\n",
           "0x5\r\n",
           "x\r\n",
           "5x\r\n",
           "5h\r\n",
           "g\r\n",
           ";a\r\n",
           "5,\r\n",
           "5_0\r\n",
           "5 \r\n",
           "5\t\r\n",
           "5 5\r\n",
           "5\v\r\n",
           "\xef\xbc\x95\r\n",
           "8000000000000000\r\n",
           "ffffffffffffffff\r\n",
           "10000000000000005\r\n",
           // line ends
           "5\nhello\r\n",
           "5\rhello\r\n",
           "5\r\r\n",
           "5\r\nhello\n",
           "5\r\nhello\r5",
           "5\r\nhello0\r\n",
           "5\r\nhello \r\n",
           "5\r\nhelloX\r\n",
           "0\r\n\n",
           "0\r\n\r\r",
           "0\n\n",
           "0\r\n\rX",
           // extensions
           "5;a\nhello\r\n",
           "5;a\rb\r\n",
           "5;a=\"\r\n",
           "5;a=\"\n\"\r\n",
           "5;a=\"\\\n\"\r\n",
           "5;a=\x01\r\n",
           "5;a,b\r\n",
           "5;a=(b)\r\n",
           "5;\xc3\xbc\r\n",
           "5;a=\x7f\r\n",
           // trailers
           "0\r\nnocolon\r\n\r\n",
           "0\r\nA : 1\r\n\r\n",
           "0\r\n: 1\r\n\r\n",
           "0\r\n A: 1\r\n\r\n",
           "0\r\nA: 1\r\n b\r\n\r\n",
           "0\r\nA: 1\n\r\n",
           "0\r\nA: \x01\r\n\r\n",
           "0\r\nA: 1\r\r\n",
           "0\r\nA: \x7f\r\n\r\n",
           "0\r\nA\r\n\r\n",
       }) {
    SCOPED_TRACE(input);
    EXPECT_EQ(decode(input).state, State::error);
    EXPECT_EQ(decode(input, 1).state, State::error);
  }
  EXPECT_EQ(decode(std::string_view("0\r\nA: \0\r\n\r\n", 11)).state, State::error);
  EXPECT_EQ(decode(std::string_view("5;\0\r\n", 5)).state, State::error);
}

TEST(ChunkedDecoder, StaysInErrorAndHandsOutNothingMore) {
  ChunkedDecoder decoder;
  EXPECT_EQ(decoder.next("x").state, State::error);
  EXPECT_EQ(decoder.next("5\r\nhello\r\n").state, State::error);
  EXPECT_EQ(decoder.next("5\r\nhello\r\n").consumed, 0U);
}

TEST(ChunkedDecoder, TakesTheLargestSize) {
  ChunkedDecoder decoder;
  const ChunkedDecoder::Step step = decoder.next("7fffffffffffffff\r\nabc");
  EXPECT_EQ(step.state, State::data);
  EXPECT_EQ(step.data, "abc");
}

TEST(ChunkedDecoder, BoundsExtensionsAndTrailers) {
  const std::string endless(40000, 'a');
  EXPECT_EQ(decode("5;" + endless).state, State::error);
  EXPECT_EQ(decode("5;\"" + endless).state, State::error);
  EXPECT_EQ(decode("5" + std::string(40000, ' ')).state, State::error);
  EXPECT_EQ(decode(std::string(40000, '0')).state, State::error);
  EXPECT_EQ(decode("0\r\nA: " + endless).state, State::error);
  EXPECT_EQ(decode("0\r\n" + endless).state, State::error);
  std::string many_extensions, many_trailers = "0\r\n";
  for (int i = 0; i < 4000; ++i) many_extensions += "1;abcdefgh\r\nx\r\n";
  for (int i = 0; i < 4000; ++i) many_trailers += "A: abcdefgh\r\n";
  EXPECT_EQ(decode(many_extensions).state, State::error);
  EXPECT_EQ(decode(many_trailers).state, State::error);
}

// Signed uploads: an extension of 85 bytes on each chunk of 64 KiB, as long as the body lasts.
TEST(ChunkedDecoder, AllowsSmallExtensionsOnEveryLargeChunk) {
  const std::string chunk =
      "10000;chunk-signature=" + std::string(64, 'f') + "\r\n" + std::string(65536, 'x') + "\r\n";
  ChunkedDecoder decoder;
  for (int i = 0; i < 1000; ++i) {
    std::string_view rest = chunk;
    while (!rest.empty()) {
      const ChunkedDecoder::Step step = decoder.next(rest);
      ASSERT_NE(step.state, State::error) << i;
      rest.remove_prefix(step.consumed);
    }
  }
}

TEST(ChunkedDecoder, GivesTheSameAnswerHoweverRandomInputIsCut) {
  std::mt19937 random(20240607);
  constexpr std::string_view kAlphabet = "\r\n\r\n05;=\"\\ aF:x\t,g";
  for (int round = 0; round < 20000; ++round) {
    std::string input(kWhole[random() % std::size(kWhole)].input);
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % input.size();
      const char c = kAlphabet[random() % kAlphabet.size()];
      if (random() % 2 == 0) {
        input[at] = c;
      } else {
        input.insert(at, 1, c);
      }
    }
    Decoded whole = decode(input);
    Decoded cut = decode(input, 1 + random() % 3);
    if (whole.state == State::data) whole.state = State::more;
    if (cut.state == State::data) cut.state = State::more;
    ASSERT_EQ(whole, cut) << input;
  }
}

TEST(ChunkHeader, IsTheSizeInHexAndCrlf) {
  std::array<char, 20> buffer{};
  EXPECT_EQ(chunk_header(1, buffer), "1\r\n");
  EXPECT_EQ(chunk_header(0x1a2b, buffer), "1a2b\r\n");
  EXPECT_EQ(chunk_header(SIZE_MAX, buffer), "ffffffffffffffff\r\n");
  EXPECT_EQ(kLastChunk, "0\r\n\r\n");
}

TEST(ChunkHeader, IsReadBackByTheDecoder) {
  std::array<char, 20> buffer{};
  std::string coded;
  std::string body;
  for (const std::size_t size : {1U, 15U, 16U, 255U, 4096U}) {
    const std::string data(size, static_cast<char>('a' + size % 26));
    coded.append(chunk_header(size, buffer)).append(data).append("\r\n");
    body += data;
  }
  coded += kLastChunk;
  EXPECT_EQ(decode(coded), (Decoded{State::done, body, coded.size()}));
}

}  // namespace
}  // namespace hawkcache::http
